import { DisjointSets } from '../disjoint-sets.ts'
import type { Groups } from './groups.ts'
import type { Places } from './places.ts'

/** Pixels side by side in one row; arrays of equal length. */
interface Stretches {
  /** position of the first pixel in `index`, and after the last one */
  from: Int32Array
  to: Int32Array
}

function stretchesOf(index: Uint32Array, width: number): Stretches {
  let n = 0
  for (let k = 0; k < index.length; k++) if (!goesOn(index, k, width)) n++
  const from = new Int32Array(n)
  const to = new Int32Array(n)
  let s = -1
  for (let k = 0; k < index.length; k++) {
    if (!goesOn(index, k, width)) from[++s] = k
    to[s] = k + 1
  }
  return { from, to }
}

/** Whether a pixel is the right neighbour of the one before it. */
function goesOn(index: Uint32Array, k: number, width: number): boolean {
  return k > 0 && index[k - 1] === index[k]! - 1 && index[k]! % width > 0
}

/**
 * Connected components (8 neighbours) of a sparse set of pixels.
 * @param index [n] row-major pixel indices, ascending
 * @param width of the image in px
 * @returns [n] component of each pixel, numbered from 0 by first pixel, and how many there are
 */
export function sparseComponents(index: Uint32Array, width: number): Groups {
  const { from, to } = stretchesOf(index, width)
  const sets = new DisjointSets(from.length)
  let above = 0
  for (let s = 0; s < from.length; s++) {
    const first = index[from[s]!]!
    const last = index[to[s]! - 1]!
    const row = Math.floor(first / width) * width
    const left = Math.max(row, first - 1) - width
    const right = Math.min(row + width - 1, last + 1) - width
    while (index[to[above]! - 1]! < left) above++
    for (let a = above; a < s && index[from[a]!]! <= right; a++) sets.join(s, a)
  }
  const group = new Int32Array(index.length)
  const numbers = new Int32Array(from.length)
  let count = 0
  for (let s = 0; s < from.length; s++) {
    const first = sets.find(s)
    numbers[s] = first === s ? count++ : numbers[first]!
    group.fill(numbers[s]!, from[s], to[s])
  }
  return { group, count }
}

/**
 * Pairs of pixels that touch, by a side or a corner, and lie in different groups, each once.
 * @param width of the image in px
 * @param group [n]
 * @returns positions in the pixels, two for each pair
 */
export function bordersOf(
  { index, column: columns }: Places,
  width: number,
  group: Int32Array,
): readonly number[] {
  const pairs: number[] = []
  let above = 0
  for (let k = 0; k < index.length; k++) {
    const pixel = index[k]!
    const own = group[k]!
    const column = columns[k]!
    if (k > 0 && column > 0 && index[k - 1] === pixel - 1 && group[k - 1] !== own) pairs.push(k, k - 1)
    const from = pixel - width - (column > 0 ? 1 : 0)
    const to = pixel - width + (column < width - 1 ? 1 : 0)
    while (index[above]! < from) above++
    for (let j = above; j < k && index[j]! <= to; j++) if (group[j] !== own) pairs.push(k, j)
  }
  return pairs
}
