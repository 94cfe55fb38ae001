import type {
  ErrorItem,
  ReviewedImage,
  ReviewPage,
  SuspectVerdict,
  SuspectVerdicts,
} from '../../src-main/contract/wire.ts'
import { rankFixes, rankSuspects, totalErrors } from '../../src-main/core/metric/review.ts'
import type { ProjectClient } from '../client/index.ts'
import type { Toasts } from './toasts.svelte.ts'

/** Fixes that are listed of the whole set. */
const LISTED_FIXES = 2000

/** Where more images than this have changed, all are asked for anew. */
const ONE_BY_ONE = 100

interface Surroundings {
  readonly client: ProjectClient
  readonly toasts: Toasts
}

/** What is wrong with the current run, over all its scored images: asked for when a view first wants it, some images at a time, and kept up from then on. */
export class Review {
  /** only errors of this kind are listed; null: all */
  kind = $state<ErrorItem['kind'] | null>(null)
  loading = $state(false)
  verdicts = $state.raw<SuspectVerdicts | null>(null)
  #changes = $state(0)
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- `#changes` says that it changed, once for a page
  readonly #images = new Map<number, ReviewedImage>()
  readonly #around: Surroundings
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
  readonly #changed = new Set<number>()
  #wanted = false
  /** counts what all images were asked for; an older answer has nothing to say any more */
  #asked = 0

  constructor(around: Surroundings) {
    this.#around = around
  }

  /** by id; in no order that means anything */
  readonly images = $derived.by((): readonly ReviewedImage[] => {
    void this.#changes
    return [...this.#images.values()]
  })
  readonly totals = $derived.by(() => totalErrors(this.images.map(({ counts }) => counts)))
  readonly fixes = $derived.by(() => rankFixes(this.images).slice(0, LISTED_FIXES))
  readonly suspects = $derived.by(() => rankSuspects(this.images))
  /** mean F2 if the fix worth most were made on each image; null without images */
  readonly afterBest = $derived.by(() =>
    this.images.length === 0
      ? null
      : this.images.reduce((sum, { f2, fixes }) => sum + Math.max(f2, fixes[0]?.f2 ?? 0), 0) /
        this.images.length,
  )

  /** What is known of one image; it changes with the set. */
  of(image: number): ReviewedImage | undefined {
    void this.#changes
    return this.#images.get(image)
  }

  /** A view shows it. */
  want(): void {
    if (this.#wanted) return
    this.#wanted = true
    void this.refresh()
  }

  /** Another run, or a list of other images: asks for all of them. */
  async refresh(): Promise<void> {
    if (!this.#wanted) return
    const asked = ++this.#asked
    this.loading = true
    this.#changed.clear()
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
    const seen = new Set<number>()
    try {
      this.verdicts = await this.#around.client.review.verdicts({})
      for (let after: number | null = 0; after !== null;) {
        const page: ReviewPage = await this.#around.client.review.page({ after })
        if (asked !== this.#asked) return
        for (const image of page.images) {
          seen.add(image.image)
          this.#images.set(image.image, image)
        }
        this.#changes++
        after = page.next
      }
    } catch (error) {
      if (asked !== this.#asked) return
      if (!isNothingYet(error)) this.#around.toasts.error(error)
    }
    for (const image of this.#images.keys()) if (!seen.has(image)) this.#images.delete(image)
    this.#changes++
    this.loading = false
  }

  /** News that truth or predictions of an image changed: it alone is looked at again. */
  changed(image: number): void {
    if (!this.#wanted) return
    const idle = this.#changed.size === 0
    this.#changed.add(image)
    if (idle) void this.#catchUp()
  }

  /** Keeps what a person says of a suspect, which goes from the list at once; null: takes it back. */
  async answer(image: number, suspect: string, verdict: SuspectVerdict | null): Promise<void> {
    const known = this.#images.get(image)
    if (known && verdict !== null) {
      this.#images.set(image, { ...known, suspects: known.suspects.filter(({ id }) => id !== suspect) })
      this.#changes++
    }
    try {
      this.verdicts = await this.#around.client.review.answer({ image, suspect, verdict })
    } catch (error) {
      this.#around.toasts.error(error)
    }
    this.changed(image)
  }

  async #catchUp(): Promise<void> {
    const asked = this.#asked
    while (this.#changed.size > 0 && asked === this.#asked) {
      if (this.#changed.size > ONE_BY_ONE) return this.refresh()
      const [image = 0] = this.#changed
      this.#changed.delete(image)
      try {
        const [now] = (await this.#around.client.review.page({ after: image - 1, limit: 1 })).images
        if (asked !== this.#asked) return
        if (now?.image === image) this.#images.set(image, now)
        else this.#images.delete(image)
        this.#changes++
      } catch (error) {
        if (!isNothingYet(error)) this.#around.toasts.error(error)
        return
      }
    }
  }
}

/** No run yet: that is no failure. */
function isNothingYet(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'not_found' || error.code === 'cancelled')
  )
}
