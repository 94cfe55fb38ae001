import { emptyLike } from '../core/mapping/sample-array.ts'
import type { SampleArray } from '../core/mapping/sample-array.ts'
import type { PixelWindow, Samples } from './pixel-source.ts'
import { cut } from './samples.ts'

/** More than so many samples are not kept. */
const MOST_SAMPLES = 1 << 24

/** One pixel in `every` of a picture's columns and rows, kept of the windows that it is read in: so it is not decoded again for them. */
export class Thinned {
  readonly #every: number
  readonly #size: { width: number; height: number }
  readonly #bands: readonly number[]
  #kept: SampleArray | null = null
  /** pixels that are still to come; none ever where a part could not be read, or there are too many */
  #left: number

  /** @param size of the picture in px */
  constructor(size: { width: number; height: number }, every: number, bands: readonly number[]) {
    this.#size = size
    this.#every = every
    this.#bands = bands
    const [across, down] = this.#level()
    this.#left = across * down * bands.length > MOST_SAMPLES ? Infinity : size.width * size.height
  }

  /** A window of the picture; each pixel comes once. */
  note(window: PixelWindow, { data, unread }: Samples): void {
    if (unread.length > 0) this.#left = Infinity
    if (this.#left === Infinity) return
    const [across, down] = this.#level()
    this.#kept ??= emptyLike(data, across * down * this.#bands.length)
    this.#left -= window.width * window.height
    this.#thin(data, window, this.#kept)
  }

  /** A window of the pixels kept, in px of theirs; null: they are not all there, or of other bands. */
  read(window: PixelWindow, bands: readonly number[]): Samples | null {
    const same = bands.length === this.#bands.length && bands.every((band, i) => band === this.#bands[i])
    if (!this.#kept || this.#left > 0 || !same) return null
    const { width, height } = window
    const place = { ...window, stride: this.#level()[0] }
    return { width, height, data: cut(this.#kept, bands.length, place, [...bands.keys()]), unread: [] }
  }

  #thin(data: SampleArray, { x: left, y: top, width, height }: PixelWindow, kept: SampleArray): void {
    const every = this.#every
    const channels = this.#bands.length
    const [across] = this.#level()
    const [column, row] = [Math.ceil(left / every), Math.ceil(top / every)]
    for (let y = row * every - top, to = row; y < height; y += every, to++) {
      let at = (to * across + column) * channels
      for (let x = column * every - left; x < width; x += every) {
        const from = (y * width + x) * channels
        for (let channel = 0; channel < channels; channel++) kept[at++] = data[from + channel]!
      }
    }
  }

  #level(): [across: number, down: number] {
    return [Math.ceil(this.#size.width / this.#every), Math.ceil(this.#size.height / this.#every)]
  }
}
