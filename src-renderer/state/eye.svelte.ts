import { PLAIN_TONE, type ByteTables, type Tone } from '../canvas/index.ts'
import { Remembered } from './remembered.svelte.ts'

/** How much a key changes, and how far (CSS px) a drag goes from one end to the other. */
const STEP = 0.05
const DRAG = 400

const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value))

/** In which tones the pictures of a project are shown: the same for all of them, or each as it was left. Nothing of it is data. */
export class Eye {
  /** each image keeps its own */
  readonly perImage = new Remembered<boolean>('tone-per-image', false)
  #shared = $state.raw<Tone>(PLAIN_TONE)
  /** by image */
  #own = $state.raw<Readonly<Partial<Record<number, Tone>>>>({})
  readonly #image: () => number | null
  readonly tone = $derived.by(() => {
    const image = this.#image()
    if (!this.perImage.value || image === null) return this.#shared
    return this.#own[image] ?? PLAIN_TONE
  })

  /** @param image id of the image on the screen */
  constructor(image: () => number | null) {
    this.#image = image
  }

  set(change: Partial<Tone>): void {
    const image = this.#image()
    const tone = { ...this.tone, ...change }
    if (!this.perImage.value || image === null) this.#shared = tone
    else this.#own = { ...this.#own, [image]: tone }
  }

  reset(): void {
    this.set(PLAIN_TONE)
  }

  brighten(steps: number): void {
    this.set({ brightness: within(this.tone.brightness + steps * STEP, -1, 1) })
  }

  sharpen(steps: number): void {
    this.set({ contrast: within(this.tone.contrast + steps * STEP, -1, 1) })
  }

  lift(steps: number): void {
    this.set({ gamma: within(this.tone.gamma * 1.1 ** steps, 0.2, 5) })
  }

  /** A drag over the picture: up is brighter, right has more contrast. */
  drag(right: number, up: number): void {
    this.brighten((2 * up) / DRAG / STEP)
    this.sharpen((2 * right) / DRAG / STEP)
  }

  /** Evens out by tables of what is seen, or takes that back. */
  toggleEven(tables: () => ByteTables | null): void {
    this.set({ even: this.tone.even ? null : tables() })
  }
}
