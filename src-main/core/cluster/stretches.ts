import { DisjointSets } from '../disjoint-sets.ts'
import type { Groups } from './groups.ts'

/** Pixels side by side in one row; arrays of equal length. Most pixels have their neighbours beside them, so that there are few stretches. */
export interface Stretches {
  /** position of the first pixel, and after the last one */
  from: Int32Array
  to: Int32Array
  /** row-major index of the first pixel */
  first: Uint32Array
}

/**
 * The stretches of a set of pixels.
 * @param index [n] row-major pixel indices, ascending
 * @param width of the image in px
 * @param takes which positions count
 */
export function stretchesOf(
  index: Uint32Array,
  width: number,
  takes: { foreground: Uint8Array; least: number } | null = null,
): Stretches {
  const [from, to]: [number[], number[]] = [[], []]
  const foreground = takes?.foreground ?? null
  const least = takes?.least ?? 0
  const n = index.length
  let k = 0
  while (k < n) {
    if (foreground && foreground[k]! < least) {
      k++
      continue
    }
    const start = k
    // the last position that this row can reach
    const end = Math.min(n, k + width - (index[k]! % width))
    do k++
    while (k < end && index[k] === index[k - 1]! + 1 && (!foreground || foreground[k]! >= least))
    from.push(start)
    to.push(k)
  }
  return {
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    first: Uint32Array.from(from, (at) => index[at]!),
  }
}

/**
 * Visits all stretches that touch, by a side or a corner, those of the row above.
 * @param visit two positions in the stretches, the lower one first
 */
export function whereTouching(
  { from, to, first }: Stretches,
  width: number,
  visit: (below: number, above: number) => void,
): void {
  let above = 0
  for (let s = 0; s < from.length; s++) {
    const start = first[s]!
    const row = Math.floor(start / width) * width
    const left = Math.max(row, start - 1) - width
    const right = Math.min(row + width - 1, start + to[s]! - from[s]!) - width
    while (first[above]! + to[above]! - from[above]! <= left) above++
    for (let a = above; a < s && first[a]! <= right; a++) visit(s, a)
  }
}

/** Connected components (8 neighbours). @returns [stretches] component of each, numbered from 0 by first pixel */
export function componentsOf(stretches: Stretches, width: number): Groups {
  const n = stretches.from.length
  const sets = new DisjointSets(n)
  whereTouching(stretches, width, (below, above) => sets.join(below, above))
  const group = new Int32Array(n)
  let count = 0
  for (let s = 0; s < n; s++) {
    const least = sets.find(s)
    group[s] = least === s ? count++ : group[least]!
  }
  return { group, count }
}
