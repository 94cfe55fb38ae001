import type { ImageDetail, PixelTile } from '../../src-main/contract/wire.ts'
import { unpackDetail } from '../../src-main/core/packed-detail.ts'
import type { ProjectClient } from '../client/index.ts'

/**
 * Images that are likely to be opened next, fetched while a person looks at another one, so that they are there at a key press. What is kept of one goes
 * as soon as anything of it changes, and is fetched anew as long as it is wanted.
 */
export class Ahead {
  /** pictures to be made and decoded: of each image the first that is shown */
  tiles = $state.raw<readonly PixelTile[]>([])
  readonly #client: ProjectClient
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
  readonly #details = new Map<number, ImageDetail>()
  /** the likeliest first */
  #wanted: readonly number[] = []
  /** what is being fetched, as long as nothing of it has changed since */
  #coming: number | null = null
  #fetching: Promise<void> | null = null

  constructor(client: ProjectClient) {
    this.#client = client
  }

  /** These come next, in place of those before. Nobody asked for it, so nobody is told where it fails. */
  async want(images: readonly number[]): Promise<void> {
    this.#wanted = images
    for (const id of [...this.#details.keys()]) if (!images.includes(id)) this.#details.delete(id)
    await this.#fetch()
  }

  /** What is known of an image, once; null: nothing. @param revision as it is known in the window: an older state is none */
  take(image: number, revision: number): ImageDetail | null {
    const detail = this.#details.get(image)
    this.#details.delete(image)
    this.#wanted = this.#wanted.filter((id) => id !== image)
    return detail && detail.row.revision >= revision ? detail : null
  }

  /** Something of an image has changed. */
  forget(image: number): void {
    this.#details.delete(image)
    if (this.#coming === image) this.#coming = null
    void this.#fetch()
  }

  forgetAll(): void {
    this.#details.clear()
    this.#coming = null
    void this.#fetch()
  }

  /** What is wanted and not there, one after the other. */
  async #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchEach().finally(() => (this.#fetching = null))
    await this.#fetching
  }

  async #fetchEach(): Promise<void> {
    for (let next = this.#missing(); next !== undefined; next = this.#missing()) {
      this.#coming = next
      const packed = await this.#client.images.get({ image: next }).catch(() => null)
      if (!packed) this.#wanted = this.#wanted.filter((id) => id !== next)
      else if (this.#coming === next && this.#wanted.includes(next)) {
        this.#details.set(next, unpackDetail(packed))
        this.tiles = this.#wanted.flatMap((id) => this.#details.get(id)?.tiles[0] ?? [])
      }
      this.#coming = null
    }
  }

  #missing(): number | undefined {
    return this.#wanted.find((id) => !this.#details.has(id))
  }
}
