import type { SampleArray } from './sample-array.ts'

/** The ends of what passed by. */
export interface Ends {
  lowest: number
  highest: number
  /** samples that are the highest */
  count: number
}

/** Finds the lowest and highest of samples that pass by once, all of an image: there is little to do for each. */
export class Extent {
  readonly #nodata: number
  #ends: Ends = { lowest: Infinity, highest: -Infinity, count: 0 }
  #missing = false
  /** how often each value of 16 bits is there: counting is the fastest look at one */
  #counts: Uint32Array | null = null
  #signed = false

  /** @param nodata a value that is left out, as what is no number is; null: none */
  constructor(nodata: number | null) {
    // never equal where there is none; compared with null each sample would take twice as long
    this.#nodata = nodata ?? NaN
  }

  /** Adds samples from `from` to before `to`; all that are added are of one type. */
  add(data: SampleArray, from: number, to: number): void {
    if (!(data instanceof Uint16Array) && !(data instanceof Int16Array)) return this.#compare(data, from, to)
    this.#signed = data instanceof Int16Array
    this.#counts ??= new Uint32Array(65_536)
    // one kind of array whatever the sign, so that the loop is compiled for that one
    count(this.#counts, new Uint16Array(data.buffer, data.byteOffset + 2 * from, to - from))
  }

  /** @returns null where there is no number but missing data; `numbers`: whether there is any at all */
  end(): { ends: Ends | null; numbers: boolean } {
    this.#counts?.forEach((times, word) => {
      if (times > 0) this.#note(this.#signed && word >= 32_768 ? word - 65_536 : word, times)
    })
    this.#counts = null
    const ends = this.#ends.count > 0 ? this.#ends : null
    return { ends, numbers: ends !== null || this.#missing }
  }

  #note(value: number, times: number): void {
    const { lowest, highest, count } = this.#ends
    if (value === this.#nodata) {
      this.#missing = true
      return
    }
    this.#ends = {
      lowest: Math.min(lowest, value),
      highest: Math.max(highest, value),
      count: value > highest ? times : value === highest ? count + times : count,
    }
  }

  #compare(data: SampleArray, from: number, to: number): void {
    const nodata = this.#nodata
    let { lowest, highest, count } = this.#ends
    for (let at = from; at < to; at++) {
      const value = data[at]!
      if (value - value !== 0) continue // NaN, or infinite
      if (value === nodata) {
        this.#missing = true
        continue
      }
      if (value < lowest) lowest = value
      if (value < highest) continue
      if (value > highest) {
        highest = value
        count = 0
      }
      count++
    }
    this.#ends = { lowest, highest, count }
  }
}

function count(counts: Uint32Array, words: Uint16Array): void {
  for (let i = 0; i < words.length; i++) counts[words[i]!]!++
}
