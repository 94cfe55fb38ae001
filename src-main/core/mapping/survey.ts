import { Extent } from './extent.ts'
import { emptyLike } from './sample-array.ts'
import type { SampleArray } from './sample-array.ts'

/** About so many pixels are taken for the range, evenly; more would not change it. */
const TAKEN = 1_000_000

/** Share of the samples that becomes 0, and that becomes 255. */
const CUT = 0.005

/** What is known of an image's samples after every one of them was seen once. */
export interface Surveyed {
  /** of pixels taken evenly, what is finite and no missing data: for each band shown, ascending */
  taken: Float64Array[]
  /** the highest sample of all that are no missing data, and how many have it; null: there is none */
  highest: { value: number; count: number } | null
  /** a value that stands for missing data though the file does not say so; null: none */
  guessed: number | null
  /** whether there is any number at all, be it one that stands for missing data */
  numbers: boolean
}

/** A part of an image, in px. */
interface Window {
  x: number
  y: number
  width: number
  height: number
}

/** Collects what a range is chosen from while an image's samples pass by once, in windows. */
export class Survey {
  readonly #size: { width: number; height: number }
  readonly #step: number
  readonly #shown: number
  readonly #nodata: number | null
  /** of each band shown, at the pixels taken; the first `#count` of them are filled */
  readonly #taken: SampleArray[] = []
  readonly #most: number
  #count = 0
  readonly #all: Extent
  readonly #border: Extent

  /**
   * @param size of the image in px
   * @param shown how many bands are looked at
   * @param nodata a value that is left out, beside what is no number; null: none
   */
  constructor(size: { width: number; height: number }, shown: number, nodata: number | null) {
    this.#size = size
    this.#step = Math.max(1, Math.ceil((size.width * size.height) / TAKEN))
    this.#shown = shown
    this.#nodata = nodata
    this.#most = Math.min(2 * TAKEN, size.height * Math.ceil(size.width / this.#step))
    this.#all = new Extent(nodata)
    this.#border = new Extent(nodata)
  }

  /**
   * Adds a window; each pixel of the image comes in one of them, in any order.
   * @param data the shown bands, and after them transparency where `alpha`: what cannot be seen is left out. Of one type each time
   * @param window in px of the image
   */
  add(data: SampleArray, window: Window, alpha: boolean): void {
    for (let band = this.#taken.length; band < this.#shown; band++)
      this.#taken.push(emptyLike(data, this.#most))
    this.#take(data, window, alpha)
    if (alpha) this.#addVisible(this.#all, data, 0, data.length)
    else this.#all.add(data, 0, data.length)
    this.#addBorder(data, window, alpha)
  }

  /** Takes one pixel in `#step` of a row; each row begins elsewhere, so that no column is left out. */
  #take(data: SampleArray, { x: left, y: top, width, height }: Window, alpha: boolean): void {
    const shown = this.#shown
    const step = this.#step
    const stride = alpha ? shown + 1 : shown
    for (let row = 0; row < height; row++) {
      const first = ((top + row) * 7919) % step
      // the first of the row's pixels that does not lie left of the window
      for (
        let x = first + Math.max(0, Math.ceil((left - first) / step)) * step - left;
        x < width;
        x += step
      ) {
        const at = (row * width + x) * stride
        if ((alpha && data[at + shown] === 0) || this.#count === this.#most) continue
        for (let band = 0; band < shown; band++) this.#taken[band]![this.#count] = data[at + band]!
        this.#count++
      }
    }
  }

  /** What of a window lies at the image's border. */
  #addBorder(data: SampleArray, { x, y, width, height }: Window, alpha: boolean): void {
    const stride = alpha ? this.#shown + 1 : this.#shown
    const add = (column: number, row: number, pixels: number): void => {
      const from = (row * width + column) * stride
      if (alpha) this.#addVisible(this.#border, data, from, from + pixels * stride)
      else this.#border.add(data, from, from + pixels * stride)
    }
    if (y === 0) add(0, 0, width)
    if (y + height === this.#size.height) add(0, height - 1, width)
    for (let row = 0; row < height; row++) {
      if (x === 0) add(0, row, 1)
      if (x + width === this.#size.width) add(width - 1, row, 1)
    }
  }

  /** The pixels that can be seen at all; each has transparency behind its samples. */
  #addVisible(to: Extent, data: SampleArray, start: number, end: number): void {
    const shown = this.#shown
    for (let at = start; at < end; at += shown + 1) {
      if (data[at + shown] !== 0) to.add(data, at, at + shown)
    }
  }

  end(): Surveyed {
    const { ends, numbers } = this.#all.end()
    const border = this.#border.end().ends
    const guessed =
      this.#nodata === null && ends && border?.lowest === ends.lowest ? this.#guess(ends.lowest) : null
    const nodata = this.#nodata ?? guessed
    return {
      taken: Array.from({ length: this.#shown }, (_, band) =>
        this.#sorted(this.#taken[band] ?? new Float64Array(0), (value) => value !== nodata),
      ),
      highest: ends && { value: ends.highest, count: ends.count },
      guessed,
      numbers,
    }
  }

  /** What is finite and wanted of the values taken, ascending. */
  #sorted(values: SampleArray, wanted: (value: number, i: number) => boolean): Float64Array {
    const found = emptyLike(values, this.#count)
    let n = 0
    for (let i = 0; i < this.#count; i++) {
      const value = values[i]!
      if (value - value === 0 && wanted(value, i)) found[n++] = value
    }
    return ascending(found.subarray(0, n))
  }

  /**
   * The lowest value where it fills more pixels than a percentile cuts off, in all bands shown, and stands apart from the
   * picture: no other value is nearly as common, or it lies further below the rest than the rest is wide.
   */
  #guess(value: number): number | null {
    const isFilled = (i: number): boolean => this.#taken.every((values) => values[i] === value)
    let filled = 0
    for (let i = 0; i < this.#count; i++) if (isFilled(i)) filled++
    const share = filled / this.#count
    if (share <= CUT) return null
    const rest = sortedTogether(this.#taken.map((values) => this.#sorted(values, (_, i) => !isFilled(i))))
    // a picture of two values is one, not a value and a hole
    if (rest.length === 0 || rest[0] === rest.at(-1)) return null
    // where almost all of it would be a hole, only what looks like a mark for one is
    if (share > 0.9 && value !== 0 && value > -9999) return null
    const { low, high } = rangeOf(rest)
    const apart = rest[0]! - value > high - low
    return apart || filled * this.#shown > 4 * mostCommon(rest) ? value : null
  }
}

/** Values of 16 bits are counted, which is ten times as fast as sorting them. */
function ascending(values: SampleArray): Float64Array {
  const sorted = new Float64Array(values.length)
  if (!(values instanceof Uint16Array) && !(values instanceof Int16Array)) {
    sorted.set(values)
    return sorted.sort()
  }
  const lowest = values instanceof Int16Array ? -32_768 : 0
  const counts = new Uint32Array(65_536)
  for (const value of values) counts[value - lowest]!++
  let at = 0
  counts.forEach((times, i) => void sorted.fill(i + lowest, at, (at += times)))
  return sorted
}

/** All values of several bands, ascending. */
export function sortedTogether(bands: readonly Float64Array[]): Float64Array {
  if (bands.length === 1) return bands[0]!
  const all = new Float64Array(bands.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const values of bands) {
    all.set(values, at)
    at += values.length
  }
  return all.sort()
}

/** Of ascending values, the one below which this share of them lies. @param sorted at least one */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))]!
}

/** The range that leaves out a share of the samples at each end. @param sorted ascending; none: 0 to 0 */
export function rangeOf(sorted: Float64Array, cut = CUT): { low: number; high: number } {
  if (sorted.length === 0) return { low: 0, high: 0 }
  return { low: percentile(sorted, cut), high: percentile(sorted, 1 - cut) }
}

/** How often the most common of ascending values is there. */
function mostCommon(sorted: Float64Array): number {
  let most = 0
  let from = 0
  for (let i = 1; i <= sorted.length; i++) {
    if (i < sorted.length && sorted[i] === sorted[from]) continue
    most = Math.max(most, i - from)
    from = i
  }
  return most
}
