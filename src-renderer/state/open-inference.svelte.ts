import type { ProjectClient } from '../client/index.ts'
import type { SparseInference } from '../../src-main/contract/engine.ts'
import type { ImageInference } from '../../src-main/contract/wire.ts'
import { inferenceFromBytes } from '../../src-main/core/cluster/inference-bytes.ts'

/** What the network gives for the open image, and what instances are made of it by. */
export interface Inferred extends ImageInference {
  pixels: SparseInference
}

/**
 * The inference of one open image, which views and tools share. It is fetched when the first of them wants it, again when other
 * predictions or pixels come, and goes with the image.
 */
export class OpenInference {
  value = $state.raw<Inferred | null>(null)
  /** 'idle': nobody wants it yet; 'none': no run has looked at the image, and nobody wants it made */
  state = $state<'idle' | 'loading' | 'ready' | 'none' | 'failed'>('idle')
  /** why it failed, as a sentence */
  failure = $state<string | null>(null)
  readonly #image: number
  readonly #client: ProjectClient
  readonly #left: AbortSignal
  readonly #came: () => void
  #wanted: 'not' | 'look' | 'make' = 'not'
  #asked = 0
  #fetching: Promise<void> = Promise.resolve()

  /** @param left aborts when another image is on the screen @param came called for each that came */
  constructor(client: ProjectClient, image: number, left: AbortSignal, came: () => void) {
    this.#client = client
    this.#image = image
    this.#left = left
    this.#came = came
  }

  /** Someone needs it; what failed before is tried again. @param make it is made where it is not there; else it is only fetched */
  want(make: boolean): void {
    const before = this.#wanted
    if (this.state !== 'failed' && (before === 'make' || (before === 'look' && !make))) return
    this.#wanted = make || before === 'make' ? 'make' : 'look'
    if (this.state !== 'ready') this.#fetching = this.#fetch()
  }

  /** What has become of it, once that is known: whether it is there. */
  async settled(): Promise<boolean> {
    await this.#fetching
    return this.state === 'ready'
  }

  /** Other predictions, another run, or other pixels: what is there stands until the new one comes, so that nothing jumps. */
  async refresh(): Promise<void> {
    if (this.#wanted === 'not') return
    this.#fetching = this.#fetch()
    await this.#fetching
  }

  async #fetch(): Promise<void> {
    const asked = ++this.#asked
    if (this.state !== 'ready') this.state = 'loading'
    this.failure = null
    try {
      const make = this.#wanted === 'make'
      const info = await this.#client.inference.open({ image: this.#image, make }, { signal: this.#left })
      const pixels = info && (info.key === this.value?.key ? this.value.pixels : await this.#pixels(info.url))
      if (asked !== this.#asked || this.#left.aborted) return
      this.value = info && pixels && { ...info, pixels }
      this.state = this.value ? 'ready' : 'none'
      if (this.value) this.#came()
    } catch (error) {
      if (asked !== this.#asked || this.#left.aborted) return
      this.state = 'failed'
      this.failure = error instanceof Error ? error.message : String(error)
    }
  }

  async #pixels(url: string): Promise<SparseInference> {
    const answer = await fetch(url, { signal: this.#left })
    const pixels = answer.ok ? inferenceFromBytes(new Uint8Array(await answer.arrayBuffer())) : null
    if (!pixels) throw new Error('The embedding of this image could not be read. Try again.')
    return pixels
  }
}
