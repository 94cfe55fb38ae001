import type { ImageFilter, ImageRow, ImageSort } from '../../src-main/contract/wire.ts'
import {
  f2Key,
  isNoFilter,
  needsMore,
  NO_FILTER,
  passes,
  sortByKeys,
  sortKey,
  withChanges,
  type ImageOrder,
  type Ranks,
} from '../../src-main/core/list/order.ts'

/** Sorts whose keys are an F2. */
const BY_F2: ReadonlySet<ImageSort> = new Set<ImageSort>(['F2, worst first', 'F2, best first'])

/** Asks for the order of a list. */
type AskOrder = (sort: ImageSort, filter: ImageFilter) => Promise<ImageOrder>

/** What a list needs of the images around it. */
export interface ListSurroundings {
  readonly ask: AskOrder
  readonly ranks: Ranks
  /** the F2 that the list shows where it is another than the stored one that it is ordered by; null: it is that one, or there is none */
  readonly shownF2: () => ((image: number) => number | null) | null
  /** Shows that an order could not be had. */
  readonly failed: (error: unknown) => void
}

/** One list of images: how it is sorted and filtered, and its order, which comes from the backend once for both. */
export class ImageList {
  /** as it was asked for, with what has changed since */
  #known = $state.raw<ImageOrder>({ ids: new Uint32Array(), keys: new Float64Array() })
  #sort = $state<ImageSort>('name')
  #filter = $state.raw<ImageFilter>(NO_FILTER)
  #asked = 0
  #answered: Promise<void> = Promise.resolve()
  /** rows that have changed since the order that is on its way was asked for; null: none is on its way */
  #since: Map<number, ImageRow> | null = null
  /** the image that keeps its place: the key of that, and by now its own, null where it would be in the list no more; null: it is not listed */
  #kept: { image: number; key: number; now: number | null } | null = null
  #open: number | null = null
  /** somebody has chosen what is asked for: then every image goes where it belongs */
  #chosen = false
  readonly #around: ListSurroundings

  constructor(sort: ImageSort, filter: ImageFilter, around: ListSurroundings) {
    this.#sort = sort
    this.#filter = filter
    this.#around = around
  }

  /** ids of its images, in order, with their sort keys */
  readonly order = $derived.by((): ImageOrder => {
    const known = this.#known
    const f2Of = this.#around.shownF2()
    if (f2Of === null || !BY_F2.has(this.#sort)) return known
    const keys = Float64Array.from(known.ids, (id) => f2Key(this.#sort, f2Of(id)))
    return sortByKeys(known.ids, keys)
  })

  get sort(): ImageSort {
    return this.#sort
  }

  set sort(sort: ImageSort) {
    this.#sort = sort
    this.#chosen = true
    this.refresh().catch(this.#around.failed)
  }

  get filter(): ImageFilter {
    return this.#filter
  }

  set filter(filter: ImageFilter) {
    this.#filter = filter
    this.#chosen = true
    this.refresh().catch(this.#around.failed)
  }

  /** Place of the image, -1 where it is not in the list. */
  place(image: number | null): number {
    return image === null ? -1 : this.order.ids.indexOf(image)
  }

  /** The image so many places after another one; undefined past an end. */
  beside(image: number | null, by: number): number | undefined {
    return this.order.ids[this.place(image) + by]
  }

  /**
   * The image on the screen stays where it stands, whatever is done to it, until it is left: who works through the list goes on from there.
   * @param row of one that a person returns to: where the list has it no more, it stands at its place among the others meanwhile
   */
  keep(image: number, row?: ImageRow): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
    const changes = new Map<number, number | null>()
    if (this.#kept && this.#kept.image !== image) changes.set(this.#kept.image, this.#kept.now)
    this.#open = image
    this.#kept = this.#placed(image)
    if (row && !this.#kept) {
      this.#kept = { image, key: sortKey(this.#sort, row), now: null }
      changes.set(image, this.#kept.key)
    }
    this.#move(changes)
  }

  /**
   * Asks for the order, once the answer to the question before is there; of several questions that wait only the last is asked. An
   * answer to what is no longer wanted is dropped; what has changed meanwhile is moved in the one that is shown.
   */
  async refresh(): Promise<void> {
    const asked = ++this.#asked
    const answered = this.#answered.then(() => (asked === this.#asked ? this.#fetch(asked) : undefined))
    this.#answered = answered.catch(() => undefined)
    await answered
  }

  /** News of images that are known: each moves to its place, alone. */
  change(rows: readonly ImageRow[]): void {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
    const changes = new Map<number, number | null>()
    const stays = needsMore(this.#filter)
    for (const row of rows) {
      this.#since?.set(row.id, row)
      if (stays && !this.#known.ids.includes(row.id)) continue
      const key = passes(this.#filter, row) ? sortKey(this.#sort, row) : null
      if (row.id === this.#kept?.image) this.#kept = { ...this.#kept, now: key }
      else changes.set(row.id, key)
    }
    this.#move(changes)
  }

  #move(changes: ReadonlyMap<number, number | null>): void {
    this.#known = withChanges(this.#known, this.#around.ranks, changes)
  }

  /** Where an image stands. */
  #placed(image: number | null) {
    const at = image === null ? -1 : this.#known.ids.indexOf(image)
    const key = this.#known.keys[at]
    return image === null || key === undefined ? null : { image, key, now: key }
  }

  async #fetch(asked: number): Promise<void> {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
    const since = (this.#since = new Map<number, ImageRow>())
    let order: ImageOrder
    try {
      order = await this.#around.ask(this.#sort, this.#filter)
    } finally {
      this.#since = null
    }
    if (asked !== this.#asked) return
    this.#known = order
    const now = this.#placed(this.#open)
    // where nothing is filtered, what is missing is gone; and what has no score has no place among those that have one
    const goes = this.#chosen || isNoFilter(this.#filter) || this.#filter.scored
    const kept = now !== null || goes ? null : this.#kept
    this.#chosen = false
    this.#kept = kept ? { ...kept, now: null } : now
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
    if (kept) this.#move(new Map([[kept.image, kept.key]]))
    this.change([...since.values()])
  }
}
