import type {
  GalleryItem,
  ItemKind,
  ReviewedImage,
  SuspectVerdict,
  SuspectVerdicts,
} from '../../src-main/contract/wire.ts'
import { meanAfterBest, rankFixes, rankSuspects, totalErrors } from '../../src-main/core/metric/review.ts'
import { unpackGallery, unpackReviews } from '../../src-main/core/metric/review-page.ts'
import type { ProjectClient } from '../client/index.ts'
import { ByImage } from './by-image.svelte.ts'
import { Outlines } from './outlines.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

/** Fixes that are listed of the whole set. */
const LISTED_FIXES = 2000

interface Surroundings {
  readonly client: ProjectClient
  readonly toasts: Toasts
  /** the current run; null: there is none, or it is not known yet */
  run(): number | null
}

/** What is wrong with the current run, over all its scored images. */
export class Review {
  /** only errors of this kind are listed; null: all */
  kind = $state<Exclude<ItemKind, 'hit'> | null>(null)
  /** how often news came that truth or predictions of some image changed: what was computed before may be older */
  changes = $state(0)
  verdicts = $state.raw<SuspectVerdicts | null>(null)
  /** predictions that lie in areas to ignore are left out of all of it */
  #ignoring = $state(false)
  readonly #reviewed: ByImage<ReviewedImage>
  /** instances of each image, as a gallery shows them: what is wrong, or all */
  readonly gallery: Record<'errors' | 'instances', ByImage<readonly GalleryItem[]>>
  /** on the pictures of a gallery */
  readonly outlines: Outlines
  readonly #around: Surroundings

  constructor(around: Surroundings) {
    this.#around = around
    const { client, toasts } = around
    const run = () => around.run()
    this.#reviewed = new ByImage(
      async (wanted) => {
        const page = await client.review.page({ ...wanted, ignoring: this.#ignoring })
        return { ...page, images: unpackReviews(page.images).map((image) => [image.image, image]) }
      },
      toasts,
      run,
    )
    const items = (of: 'errors' | 'instances') =>
      new ByImage<readonly GalleryItem[]>(
        async (wanted) => {
          const page = await client.review.gallery({ of, ...wanted, ignoring: this.#ignoring })
          const found = unpackGallery(page.items)
          return { ...page, images: [...Map.groupBy(found, ({ image }) => image)] }
        },
        toasts,
        run,
      )
    this.outlines = new Outlines(client)
    this.gallery = { errors: items('errors'), instances: items('instances') }
  }

  /** in no order that means anything */
  readonly images = $derived.by(() => this.#reviewed.values)
  readonly totals = $derived.by(() => totalErrors(this.images.map(({ counts }) => counts)))
  readonly fixes = $derived.by(() => rankFixes(this.images).slice(0, LISTED_FIXES))
  readonly suspects = $derived.by(() => rankSuspects(this.images))
  /** mean F2 if the fix worth most were made on each image; null without images, and while not all are known */
  readonly afterBest = $derived.by(() => (this.loading ? null : meanAfterBest(this.images)))

  get ignoring(): boolean {
    return this.#ignoring
  }

  set ignoring(ignoring: boolean) {
    this.#ignoring = ignoring
    void this.refresh()
  }

  get loading(): boolean {
    return this.#reviewed.loading
  }

  /** What is known of one image; it changes with the set. */
  of(image: number): ReviewedImage | undefined {
    return this.#reviewed.of(image)
  }

  /** Whether what is known of an image is older than its truth or predictions. */
  isStale(image: number): boolean {
    return this.#reviewed.isStale(image)
  }

  /** A view shows it. @returns the view does not show it any more */
  want(): () => void {
    if (this.verdicts === null) void this.#countVerdicts()
    return this.#reviewed.want()
  }

  /** Another run, or a list of other images: asks for all that was asked for anew. */
  async refresh(): Promise<void> {
    this.outlines.forget(null)
    await Promise.all([
      this.#reviewed.refresh(),
      ...Object.values(this.gallery).map((items) => items.refresh()),
    ])
  }

  /** News that truth or predictions of an image changed. */
  changed(image: number): void {
    this.changes++
    this.outlines.forget(image)
    this.#reviewed.changed(image)
    for (const items of Object.values(this.gallery)) items.changed(image)
  }

  /** News that truth or predictions of many images changed. */
  manyChanged(): void {
    this.changes++
    void this.refresh()
  }

  /** Keeps what a person says of a suspect, which goes from the list at once; null: takes it back. */
  async answer(image: number, suspect: string, verdict: SuspectVerdict | null): Promise<void> {
    const known = this.of(image)
    if (known && verdict !== null) {
      this.#reviewed.set(image, { ...known, suspects: known.suspects.filter(({ id }) => id !== suspect) })
    }
    const { client, toasts } = this.#around
    await toasts.guard(async () => {
      this.verdicts = await client.review.answer({ image, suspect, verdict })
    })
    this.#reviewed.changed(image)
  }

  async #countVerdicts(): Promise<void> {
    const { client, toasts } = this.#around
    await toasts.guard(async () => (this.verdicts = await client.review.verdicts({})))
  }
}
