import type { ImageRow } from '../../src-main/contract/wire.ts'

/** Rows that are held without being in view or pinned. */
const HELD = 400

/** Rows that are asked for at once. */
const PAGE = 200

/** Rows of the images that are looked at: fetched when they come into view, kept for a while, never all of them. */
export class RowStore {
  readonly #rows: Map<number, ImageRow>
  readonly #fetch: (images: number[]) => Promise<ImageRow[]>
  readonly #pinned = new Map<number, number>()
  #wanted: readonly number[] = []
  /** what is being fetched; a row that came as news meanwhile is newer than the answer */
  readonly #coming = new Map<number, ImageRow | null>()
  #fetching = false

  /** @param rows are kept here */
  constructor(rows: Map<number, ImageRow>, fetch: (images: number[]) => Promise<ImageRow[]>) {
    this.#rows = rows
    this.#fetch = fetch
  }

  /** Rows that are held are replaced. */
  update(rows: readonly ImageRow[]): void {
    for (const row of rows) {
      if (this.#rows.has(row.id) || this.#pinned.has(row.id)) this.#rows.set(row.id, row)
      if (this.#coming.has(row.id)) this.#coming.set(row.id, row)
    }
  }

  /** Holds a row, once it is there, until it is let go. @returns lets it go */
  pin(image: number): () => void {
    this.#pinned.set(image, (this.#pinned.get(image) ?? 0) + 1)
    return () => {
      const left = (this.#pinned.get(image) ?? 0) - 1
      if (left > 0) this.#pinned.set(image, left)
      else this.#pinned.delete(image)
    }
  }

  /** Fetches what is in view and not held. While a page is on its way only the last wish after it counts. */
  async want(images: Iterable<number>): Promise<void> {
    this.#wanted = [...images]
    if (this.#fetching) return
    this.#fetching = true
    try {
      for (let missing = this.#missing(); missing.length > 0; missing = this.#missing()) {
        const there = await this.#take(missing)
        // what is not there any more is not asked for again and again
        if (there.size === 0) break
      }
    } finally {
      this.#fetching = false
    }
    this.#forget()
  }

  /** Everything may have changed: what is in view or pinned is fetched anew, the rest is dropped. */
  async refresh(): Promise<void> {
    const kept = new Set([...this.#wanted, ...this.#pinned.keys()])
    for (const id of [...this.#rows.keys()]) if (!kept.has(id)) this.#rows.delete(id)
    const held = [...kept].filter((id) => this.#rows.has(id))
    for (let i = 0; i < held.length; i += PAGE) {
      const page = held.slice(i, i + PAGE)
      const there = await this.#take(page)
      for (const id of page) if (!there.has(id)) this.#rows.delete(id)
    }
  }

  #missing(): number[] {
    return this.#wanted.filter((id) => !this.#rows.has(id)).slice(0, PAGE)
  }

  /** @returns those that came */
  async #take(images: number[]): Promise<Set<number>> {
    for (const id of images) this.#coming.set(id, null)
    try {
      const rows = await this.#fetch(images)
      for (const row of rows) this.#rows.set(row.id, this.#coming.get(row.id) ?? row)
      return new Set(rows.map(({ id }) => id))
    } finally {
      for (const id of images) this.#coming.delete(id)
    }
  }

  /** The oldest go first. */
  #forget(): void {
    const inView = new Set(this.#wanted)
    for (const id of [...this.#rows.keys()]) {
      if (this.#rows.size <= HELD + inView.size) return
      if (!inView.has(id) && !this.#pinned.has(id)) this.#rows.delete(id)
    }
  }
}
