import { SvelteMap } from 'svelte/reactivity'
import type { ImageRow, ThumbMarks } from '../../src-main/contract/wire.ts'
import type { ProjectClient } from '../client/index.ts'

/** Images whose marks are asked for at once. */
const PAGE = 50

/** Marks that are kept beside those in view. */
const KEPT = 100

/** The masks of truth on the small pictures of a list: fetched for what is in view, and anew where the truth has changed. */
export class ThumbMarksStore {
  /** by image */
  readonly all = new SvelteMap<number, ThumbMarks>()
  readonly #client: ProjectClient
  #wanted: readonly ImageRow[] = []
  #fetching = false

  constructor(client: ProjectClient) {
    this.#client = client
  }

  /**
   * These are in view. Nobody asked for marks, so nobody is told where they cannot be had.
   * @param open the image on the screen, which has its marks there: it changes with each gesture, and waits until it is left
   */
  async want(rows: readonly ImageRow[], open: number | null): Promise<void> {
    this.#wanted = rows.filter(({ id, truthCount }) => id !== open && truthCount > 0)
    for (const { id, truthCount } of rows) if (truthCount === 0) this.all.delete(id)
    if (this.#fetching) return
    this.#fetching = true
    try {
      for (let missing = this.#missing(); missing.length > 0; missing = this.#missing()) {
        const found = await this.#client.images.marks({ images: missing })
        for (const marks of found) this.all.set(marks.image, marks)
        // what changes while it is read is asked for at its next news
        if (found.length === 0) break
      }
    } catch {
      // the list is as good without
    } finally {
      this.#fetching = false
    }
    for (const id of this.all.keys()) {
      if (this.all.size <= KEPT) break
      if (!rows.some((row) => row.id === id)) this.all.delete(id)
    }
  }

  #missing(): number[] {
    return this.#wanted
      .filter(({ id, revision }) => (this.all.get(id)?.revision ?? -1) < revision)
      .map(({ id }) => id)
      .slice(0, PAGE)
  }
}
