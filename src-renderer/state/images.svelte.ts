import { SvelteMap } from 'svelte/reactivity'
import type { ImageFacets, ImageFilter, ImageRow, ImageSort } from '../../src-main/contract/wire.ts'
import {
  countedWith,
  countMarks,
  isMarkedSettled,
  markOf,
  NO_IMAGES,
} from '../../src-main/core/list/marks.ts'
import {
  isNoFilter,
  NO_FILTER,
  ranksOf,
  type ImageOrder,
  type Ranks,
} from '../../src-main/core/list/order.ts'
import { unpackOrder, type MarkedOrder } from '../../src-main/core/list/packing.ts'
import type { ProjectClient } from '../client/index.ts'
import { ImageList } from './image-list.svelte.ts'
import { RowStore } from './row-store.ts'
import { ThumbMarksStore } from './thumb-marks.svelte.ts'
import type { Toasts } from './toasts.svelte.ts'

/** All orders are asked for at most this often while images come in, in ms. */
const REST_MS = 500

interface Surroundings {
  readonly client: ProjectClient
  readonly toasts: Toasts
  /** the F2 that Review shows where it is another than the stored one; null: it is that one */
  readonly shownF2: () => ((image: number) => number | null) | null
}

/**
 * The images of the project: the orders in which views list them, counts over them, and the rows of those that are looked at. The
 * window never has all rows.
 */
export class Images {
  /** rows that are held: those in view, those pinned, and the latest others */
  readonly rows = new SvelteMap<number, ImageRow>()
  loaded = $state(false)
  /** as the queue lists them */
  readonly visible: ImageList
  /** those that have a score, as Review lists them */
  readonly ranked: ImageList
  readonly marks: ThumbMarksStore
  counts = $state.raw(NO_IMAGES)
  /** what there is to filter by in this project, as it was asked for last */
  facets = $state.raw<ImageFacets>({ authors: [], categories: [] })
  readonly finished = $derived(this.counts.finished)
  readonly filtered = $derived.by(() => !isNoFilter(this.visible.filter))

  /** all images by name, and a byte of marks for each */
  #all: MarkedOrder = { ids: new Uint32Array(), keys: new Float64Array(), marks: new Uint8Array() }
  #ranks: Ranks = () => 0
  /** rows that have changed since all images were asked for, until they are there; null: nobody asks */
  #since: Map<number, ImageRow> | null = null
  readonly #store: RowStore
  readonly #around: Surroundings
  #refreshing: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(around: Surroundings) {
    this.#around = around
    this.marks = new ThumbMarksStore(around.client)
    const lists = {
      shownF2: () => null,
      ask: (sort: ImageSort, filter: ImageFilter) => this.#ask(sort, filter),
      ranks: (id: number) => this.#ranks(id),
      failed: (error: unknown) => around.toasts.error(error),
    }
    this.visible = new ImageList('name', NO_FILTER, lists)
    const ranked = { ...lists, shownF2: around.shownF2 }
    this.ranked = new ImageList('F2, worst first', { ...NO_FILTER, scored: true }, ranked)
    this.#store = new RowStore(this.rows, (images) => around.client.images.rows({ images }))
  }

  /** Asks for everything anew; those who ask while that goes on wait for the next time, a moment later. */
  async refresh(): Promise<void> {
    if (!this.#refreshing) {
      this.#refreshing = this.#refresh().finally(() => (this.#refreshing = null))
      return this.#refreshing
    }
    const before = this.#refreshing
    this.#next ??= (async () => {
      await before.catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, REST_MS))
      this.#next = null
      await this.refresh()
    })()
    return this.#next
  }

  /**
   * News of rows: they move in the lists, and those that are held are replaced, but for what is older than they are: the answer to a gesture may come
   * after the news of a later one. @returns whether all of them were known
   */
  update(news: readonly ImageRow[]): boolean {
    const rows = news.filter(({ id, revision }) => revision >= (this.rows.get(id)?.revision ?? 0))
    const known = rows.filter(({ id }) => this.#ranks(id) < this.#all.ids.length)
    for (const row of known) {
      this.#since?.set(row.id, row)
      this.#mark(row)
    }
    for (const list of [this.visible, this.ranked]) list.change(known)
    this.#store.update(rows)
    return known.length === rows.length
  }

  /** Holds the row of an image that is on the screen until it is let go. @returns lets it go */
  pin(image: number): () => void {
    return this.#store.pin(image)
  }

  /** These are in view: their rows are fetched where they are not held. */
  want(images: Iterable<number>): void {
    this.#store.want(images).catch((error: unknown) => this.#around.toasts.error(error))
  }

  /** Asks what there is to filter by. */
  async fetchFacets(): Promise<void> {
    const { client, toasts } = this.#around
    await toasts.guard(async () => (this.facets = await client.images.facets({})))
  }

  /** The next images in the queue's order, after `image` and then from the top, that nobody has finished or left out: at most `limit`. */
  unfinishedAfter(image: number, limit: number): number[] {
    const { ids } = this.visible.order
    const at = this.visible.place(image)
    const found: number[] = []
    for (let i = 0; i < ids.length && found.length < limit; i++) {
      const id = ids[(at + 1 + i) % ids.length]!
      if (id !== image && !isMarkedSettled(this.#all.marks[this.#ranks(id)] ?? 0)) found.push(id)
    }
    return found
  }

  async #refresh(): Promise<void> {
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
    const since = (this.#since = new Map<number, ImageRow>())
    try {
      const packed = await this.#around.client.images.order({ sort: 'name', filter: NO_FILTER })
      this.#all = unpackOrder(packed)
    } finally {
      this.#since = null
    }
    this.#ranks = ranksOf(this.#all.ids)
    this.counts = countMarks(this.#all.marks)
    for (const row of since.values()) this.#mark(row)
    await Promise.all([this.visible.refresh(), this.#store.refresh()])
    this.loaded = true
    await this.ranked.refresh()
  }

  async #ask(sort: ImageSort, filter: ImageFilter): Promise<ImageOrder> {
    if (sort === 'name' && isNoFilter(filter)) return this.#all
    return unpackOrder(await this.#around.client.images.order({ sort, filter }))
  }

  #mark(row: ImageRow): void {
    const place = this.#ranks(row.id)
    const [before, now] = [this.#all.marks[place] ?? 0, markOf(row)]
    if (before === now) return
    this.#all.marks[place] = now
    this.counts = countedWith(countedWith(this.counts, before, -1), now, 1)
  }
}
