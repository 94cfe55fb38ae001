import type { ImageDetail, PixelTile } from '../../src-main/contract/wire.ts'
import { unpackDetail } from '../../src-main/core/packed-detail.ts'
import type { ProjectClient } from '../client/index.ts'

/**
 * Images that are likely to be opened next, fetched while a person looks at another one, so that they are there at a key press. What is kept of one goes
 * as soon as anything of it changes.
 */
export class Ahead {
  /** pictures to be made and decoded: of each image the first that is shown */
  tiles = $state.raw<readonly PixelTile[]>([])
  readonly #client: ProjectClient
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
  readonly #details = new Map<number, ImageDetail>()
  #wanted: readonly number[] = []

  constructor(client: ProjectClient) {
    this.#client = client
  }

  /** These come next, in place of those before. Nobody asked for it, so nobody is told where it fails. */
  async want(images: readonly number[]): Promise<void> {
    this.#wanted = images
    for (const id of [...this.#details.keys()]) if (!images.includes(id)) this.#details.delete(id)
    for (const image of images) {
      if (this.#details.has(image)) continue
      const packed = await this.#client.images.get({ image }).catch(() => null)
      // others are wanted by now
      if (this.#wanted !== images) return
      if (!packed) continue
      this.#details.set(image, unpackDetail(packed))
      this.tiles = images.flatMap((id) => this.#details.get(id)?.tiles[0] ?? [])
    }
  }

  /** What is known of an image, once; null: nothing. @param revision as it is known in the window: an older state is none */
  take(image: number, revision: number): ImageDetail | null {
    const detail = this.#details.get(image)
    this.#details.delete(image)
    return detail && detail.row.revision >= revision ? detail : null
  }

  /** Something of an image has changed. */
  forget(image: number): void {
    this.#details.delete(image)
  }

  forgetAll(): void {
    this.#details.clear()
  }
}
