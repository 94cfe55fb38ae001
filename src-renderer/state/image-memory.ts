import type { ImageState } from './image-state.ts'

/** What the window remembers of images, open or not: revisions, and states that are ahead of the disk. */
export class ImageMemory {
  readonly #revisions = new Map<number, number>()
  readonly #states = new Map<number, ImageState>()

  /** The image's revision as last acknowledged or fetched; -1: never. */
  revision(image: number): number {
    return this.#revisions.get(image) ?? -1
  }

  setRevision(image: number, revision: number): void {
    this.#revisions.set(image, revision)
  }

  /** Keeps the state of an image that is left while gestures on it still wait. */
  keep(state: ImageState): void {
    this.#states.set(state.image, state)
  }

  kept(image: number): ImageState | null {
    return this.#states.get(image) ?? null
  }

  release(image: number): void {
    this.#states.delete(image)
  }
}
