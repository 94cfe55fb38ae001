/** Samples of one window: row by row, the bands of a pixel side by side. */
export type SampleArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

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

/** Collects what a range is chosen from while an image's samples pass by once, in whole rows. */
export class Survey {
  readonly #size: { width: number; height: number }
  readonly #step: number
  readonly #shown: number
  readonly #nodata: number | null
  /** of each band shown, at the pixels taken; the first `#count` of them are filled */
  readonly #taken: Float64Array[]
  readonly #most: number
  #count = 0
  #numbers = false
  #highest = -Infinity
  #highestCount = 0
  #lowest = Infinity
  #lowestAtBorder = false

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
    this.#taken = Array.from({ length: shown }, () => new Float64Array(this.#most))
  }

  /**
   * Adds whole rows.
   * @param data the shown bands, and after them transparency where `alpha`: what cannot be seen is left out
   * @param top the first row's number in the image
   */
  add(data: SampleArray, top: number, alpha: boolean): void {
    const { width } = this.#size
    const stride = alpha ? this.#shown + 1 : this.#shown
    const rows = data.length / stride / width
    for (let row = 0; row < rows; row++) {
      const from = row * width * stride
      this.#take(data, from, top + row, alpha)
      if (alpha) this.#seeVisible(data, from, top + row)
      else this.#see(data, from, width * stride, this.#border(top + row))
    }
  }

  /** Takes one pixel in `#step` of a row; each row begins elsewhere, so that no column is left out. */
  #take(data: SampleArray, from: number, y: number, alpha: boolean): void {
    const shown = this.#shown
    const stride = alpha ? shown + 1 : shown
    for (let x = (y * 7919) % this.#step; x < this.#size.width; x += this.#step) {
      const at = from + x * stride
      if ((alpha && data[at + shown] === 0) || this.#count === this.#most) continue
      for (let band = 0; band < shown; band++) this.#taken[band]![this.#count] = data[at + band]!
      this.#count++
    }
  }

  /** All pixels of a row that can be seen at all. */
  #seeVisible(data: SampleArray, from: number, y: number): void {
    const { width } = this.#size
    const shown = this.#shown
    const border = this.#border(y)
    for (let x = 0; x < width; x++) {
      const at = from + x * (shown + 1)
      if (data[at + shown] === 0) continue
      this.#see(data, at, shown, border === 'all' || x === 0 || x === width - 1 ? 'all' : 'none')
    }
  }

  #border(y: number): 'all' | 'ends' {
    return y === 0 || y === this.#size.height - 1 ? 'all' : 'ends'
  }

  /**
   * Looks at samples side by side: every one of an image passes here, so there is little to do for each.
   * @param border which of them lie at the image's border
   */
  #see(data: SampleArray, from: number, length: number, border: 'all' | 'ends' | 'none'): void {
    // never equal where there is none; compared with null each sample would take twice as long
    const nodata = this.#nodata ?? NaN
    let highest = this.#highest
    let count = 0
    let lowest = Infinity
    let numbers = 0
    for (let at = from; at < from + length; at++) {
      const value = data[at]!
      if (value - value !== 0) continue // NaN, or infinite
      numbers++
      if (value === nodata) continue
      if (value < lowest) lowest = value
      if (value < highest) continue
      if (value > highest) {
        highest = value
        count = 0
      }
      count++
    }
    if (numbers > 0) this.#numbers = true
    if (highest > this.#highest) this.#highestCount = 0
    this.#highest = highest
    this.#highestCount += count
    if (lowest > this.#lowest) return
    if (lowest < this.#lowest) this.#lowestAtBorder = false
    this.#lowest = lowest
    if (lowest === Infinity) return
    const shown = this.#shown
    const ends = [
      ...data.subarray(from, from + shown),
      ...data.subarray(from + length - shown, from + length),
    ]
    if (border === 'all' || (border === 'ends' && ends.includes(lowest))) this.#lowestAtBorder = true
  }

  end(): Surveyed {
    const guessed = this.#nodata === null && this.#lowestAtBorder ? this.#guess() : null
    const nodata = this.#nodata ?? guessed
    return {
      taken: this.#taken.map((values) => this.#sorted(values, (value) => value !== nodata)),
      highest: this.#highestCount > 0 ? { value: this.#highest, count: this.#highestCount } : null,
      guessed,
      numbers: this.#numbers,
    }
  }

  /** What is finite and wanted of the values taken, ascending. */
  #sorted(values: Float64Array, wanted: (value: number, i: number) => boolean): Float64Array {
    const taken = values.subarray(0, this.#count)
    return taken.filter((value, i) => value - value === 0 && wanted(value, i)).sort()
  }

  /**
   * The lowest value where it fills more pixels than a percentile cuts off, in all bands shown, and stands apart from the
   * picture: no other value is nearly as common, or it lies further below the rest than the rest is wide.
   */
  #guess(): number | null {
    const value = this.#lowest
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

/** The range that leaves out a percentile at each end. @param sorted ascending; none: 0 to 0 */
export function rangeOf(sorted: Float64Array): { low: number; high: number } {
  if (sorted.length === 0) return { low: 0, high: 0 }
  return { low: percentile(sorted, CUT), high: percentile(sorted, 1 - CUT) }
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
