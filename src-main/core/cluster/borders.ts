import type { DisjointSets } from '../disjoint-sets.ts'
import { stretchesOf, whereTouching } from './stretches.ts'

/** Groups that border on each other, each pair once, and how long their border is. */
export interface Borders {
  /** [pairs] the lower number */
  a: Int32Array
  /** [pairs] the higher number */
  b: Int32Array
  /** [pairs] in pairs of pixels that touch, by a side or a corner */
  length: Uint32Array
}

/** Counts of pairs of numbers in a table that makes room by itself. Open addressing: a place that another pair has leads to the next one. */
class PairCounts {
  #a = new Int32Array(256)
  #b = new Int32Array(256)
  #count = new Uint32Array(256)
  #size = 0
  // mostly the same pair comes again
  #last = 0

  /** @param low @param high numbers from 0 */
  add(low: number, high: number, more: number): void {
    const last = this.#last
    if (this.#count[last] === 0 || this.#a[last] !== low || this.#b[last] !== high)
      this.#last = this.#place(low, high)
    const at = this.#last
    if (this.#count[at] === 0) {
      this.#a[at] = low
      this.#b[at] = high
      this.#size++
    }
    this.#count[at]! += more
    if (4 * this.#size > 3 * this.#count.length) this.#grow()
  }

  borders(): Borders {
    const taken = {
      a: new Int32Array(this.#size),
      b: new Int32Array(this.#size),
      length: new Uint32Array(this.#size),
    }
    let n = 0
    for (let at = 0; at < this.#count.length; at++) {
      if (this.#count[at] === 0) continue
      taken.a[n] = this.#a[at]!
      taken.b[n] = this.#b[at]!
      taken.length[n++] = this.#count[at]!
    }
    return taken
  }

  #place(low: number, high: number): number {
    const mask = this.#count.length - 1
    let at = (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> 7
    for (at &= mask; this.#count[at] !== 0; at = (at + 1) & mask) {
      if (this.#a[at] === low && this.#b[at] === high) break
    }
    return at
  }

  #grow(): void {
    const { a, b, length } = this.borders()
    const room = 2 * this.#count.length
    this.#a = new Int32Array(room)
    this.#b = new Int32Array(room)
    this.#count = new Uint32Array(room)
    this.#size = 0
    this.#last = 0
    for (let i = 0; i < a.length; i++) this.add(a[i]!, b[i]!, length[i]!)
  }
}

/**
 * The borders between groups of pixels.
 * @param index [n] row-major pixel indices, ascending
 * @param width of the image in px
 * @param group [n] numbers from 0
 */
export function bordersOf(index: Uint32Array, width: number, group: Int32Array): Borders {
  const pairs = new PairCounts()
  const meet = (own: number, other: number): void => {
    if (own < other) pairs.add(own, other, 1)
    else pairs.add(other, own, 1)
  }
  const stretches = stretchesOf(index, width)
  const { from, to, first } = stretches
  for (let s = 0; s < from.length; s++) {
    for (let k = from[s]! + 1; k < to[s]!; k++) if (group[k] !== group[k - 1]) meet(group[k]!, group[k - 1]!)
  }
  whereTouching(stretches, width, (below, above) => {
    // from a pixel's position to that of the one straight above it
    const up = from[above]! - from[below]! + (first[below]! - width - first[above]!)
    for (let aside = -1; aside <= 1; aside++) {
      const shift = up + aside
      const start = Math.max(from[below]!, from[above]! - shift)
      const end = Math.min(to[below]!, to[above]! - shift)
      for (let k = start; k < end; k++) if (group[k] !== group[k + shift]) meet(group[k]!, group[k + shift]!)
    }
  })
  return pairs.borders()
}

/** The borders of the sets that groups have become. */
export function bordersOfSets({ a, b, length }: Borders, sets: DisjointSets): Borders {
  const pairs = new PairCounts()
  for (let i = 0; i < a.length; i++) {
    const [own, other] = [sets.find(a[i]!), sets.find(b[i]!)]
    if (own !== other) pairs.add(Math.min(own, other), Math.max(own, other), length[i]!)
  }
  return pairs.borders()
}
