import { SvelteMap } from 'svelte/reactivity'
import type { Crop, CropOutlines } from '../../src-main/contract/wire.ts'
import type { ProjectClient } from '../client/index.ts'

/** Crops that are asked for at once. */
const PAGE = 100

/** Outlines that are kept beside those in view. */
const KEPT = 1000

/** Outlines of truth and predictions on the small pictures of a gallery: fetched for what is in view, and anew where an image has changed. */
export class Outlines {
  /** by crop and run: see `keyOf` */
  readonly #all = new SvelteMap<string, CropOutlines>()
  readonly #client: ProjectClient
  #wanted: readonly Crop[] = []
  // views that looked before anything was asked for look again
  #run = $state<number | null>(null)
  #fetching = false
  /** counts what was forgotten; what was asked for before has nothing to say any more */
  #forgotten = 0

  constructor(client: ProjectClient) {
    this.#client = client
  }

  of(crop: Crop): CropOutlines | undefined {
    return this.#run === null ? undefined : this.#all.get(keyOf(this.#run, crop))
  }

  /** These are in view, of this run. Nobody asked for outlines, so nobody is told where they cannot be had. */
  async want(run: number, crops: readonly Crop[]): Promise<void> {
    this.#run = run
    this.#wanted = crops
    if (this.#fetching) return
    this.#fetching = true
    try {
      for (let missing = this.#missing(); missing.length > 0; missing = this.#missing()) {
        const [of, known] = [this.#run, this.#forgotten]
        const found = await this.#client.review.outlines({ run: of, crops: missing })
        if (known !== this.#forgotten) continue
        missing.forEach((crop, i) => {
          const outlines = found[i]
          if (outlines) this.#all.set(keyOf(of, crop), outlines)
        })
      }
    } catch {
      // the pictures are as good without
    } finally {
      this.#fetching = false
    }
    for (const key of this.#all.keys()) {
      if (this.#all.size <= KEPT) break
      this.#all.delete(key)
    }
  }

  /** Truth or predictions of an image changed; null: of any. What is in view is fetched anew. */
  forget(image: number | null): void {
    this.#forgotten++
    for (const key of this.#all.keys())
      if (image === null || key.split(' ')[1] === String(image)) this.#all.delete(key)
    if (this.#run !== null && this.#wanted.length > 0) void this.want(this.#run, this.#wanted)
  }

  #missing(): Crop[] {
    const run = this.#run
    return run === null ? [] : this.#wanted.filter((crop) => !this.#all.has(keyOf(run, crop))).slice(0, PAGE)
  }
}

function keyOf(run: number, { image, x, y, width, height }: Crop): string {
  return [run, image, x, y, width, height].join(' ')
}
