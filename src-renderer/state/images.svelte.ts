import { SvelteMap } from 'svelte/reactivity'
import type { ImageRow } from '../../src-main/contract/wire.ts'
import { arrange, isFinished, NO_FILTER, type Filter, type Sort } from './image-list.ts'

/** The rows of all images of the project, and the order in which the queue shows them. */
export class Images {
  readonly rows = new SvelteMap<number, ImageRow>()
  sort = $state<Sort>('name')
  filter = $state<Filter>(NO_FILTER)
  loaded = $state(false)

  readonly visible = $derived(arrange(this.rows.values(), this.sort, this.filter))
  /** how Review sorts */
  rankedBy = $state<Sort>('F2, worst first')
  /** the images that have a score, as Review lists them */
  readonly ranked = $derived(
    arrange(this.rows.values(), this.rankedBy, NO_FILTER).filter((row) => row.f2 !== null),
  )
  readonly scored = $derived(count(this.rows.values(), (row) => row.f2 !== null))
  readonly finished = $derived(count(this.rows.values(), isFinished))
  /** images that the current run has not reached */
  readonly unpredicted = $derived(count(this.rows.values(), (row) => row.predictionCount === null))
  readonly filtered = $derived(
    this.filter.text.trim() !== '' || this.filter.status !== null || this.filter.flagged,
  )

  /** Replaces all rows. */
  set(rows: readonly ImageRow[]): void {
    const there = new Set(rows.map(({ id }) => id))
    for (const id of [...this.rows.keys()]) if (!there.has(id)) this.rows.delete(id)
    this.update(rows)
    this.loaded = true
  }

  /** Takes in rows as they were answered; the answer to a gesture may have overtaken them. */
  update(rows: readonly ImageRow[]): void {
    for (const row of rows) {
      const known = this.rows.get(row.id)
      if (!known || known.revision <= row.revision) this.rows.set(row.id, row)
    }
  }

  /** Place of the image in the visible order, -1 where the filter hides it. */
  place(image: number | null): number {
    return this.visible.findIndex((row) => row.id === image)
  }

  /** The next images in the visible order, after `image` and then from the top, that nobody has finished: at most `limit`. */
  unfinishedAfter(image: number, limit: number): ImageRow[] {
    const at = this.place(image)
    const order = [...this.visible.slice(at + 1), ...this.visible.slice(0, Math.max(0, at))]
    return order.filter((row) => !isFinished(row) && row.id !== image).slice(0, limit)
  }
}

function count<T>(items: Iterable<T>, test: (item: T) => boolean): number {
  let n = 0
  for (const item of items) if (test(item)) n++
  return n
}
