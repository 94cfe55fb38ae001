import type { Rle } from './runs.ts'
import { canonicalise } from './runs.ts'

/** Boolean operations on masks: one linear walk over the runs of both, nothing is unpacked. */

/** Position (1-based) of edge `index` of a mask: even ones open a run, odd ones close it (exclusive). */
function edge(rle: Rle, index: number): number {
  if (index >= rle.length) return Infinity
  return index % 2 === 0 ? rle[index]! : rle[index - 1]! + rle[index]!
}

function combine(a: Rle, b: Rle, keep: (inA: boolean, inB: boolean) => boolean): Rle {
  const runs = new Uint32Array(a.length + b.length)
  let n = 0
  let open = 0
  let i = 0
  let j = 0
  let inside = false
  let edgeA = edge(a, 0)
  let edgeB = edge(b, 0)
  while (edgeA !== Infinity || edgeB !== Infinity) {
    const position = Math.min(edgeA, edgeB)
    if (edgeA === position) edgeA = edge(a, ++i)
    if (edgeB === position) edgeB = edge(b, ++j)
    const now = keep(i % 2 === 1, j % 2 === 1)
    if (now === inside) continue
    inside = now
    if (now) {
      open = position
    } else {
      runs[n++] = open
      runs[n++] = position - open
    }
  }
  return runs.slice(0, n)
}

/** Pixels of either mask. */
export function union(a: Rle, b: Rle): Rle {
  if (a.length === 0) return b
  if (b.length === 0) return a
  return combine(a, b, (inA, inB) => inA || inB)
}

/** Pixels of any of the masks. */
export function unionAll(masks: readonly Rle[]): Rle {
  const runs: number[] = []
  for (const mask of masks) for (const value of mask) runs.push(value)
  return canonicalise(runs)
}

/** Pixels of `a` that are not in `b`. */
export function subtract(a: Rle, b: Rle): Rle {
  if (a.length === 0 || b.length === 0) return a
  return combine(a, b, (inA, inB) => inA && !inB)
}

/** Position (1-based) after a mask's last pixel. */
function endOf(rle: Rle): number {
  return rle.length === 0 ? 0 : rle.at(-2)! + rle.at(-1)!
}

/** Number of pixels in both masks. Cheap where one mask ends before the other begins. */
export function intersectionArea(a: Rle, b: Rle): number {
  if (endOf(a) <= (b[0] ?? 0) || endOf(b) <= (a[0] ?? 0)) return 0
  let area = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const endA = a[i]! + a[i + 1]!
    const endB = b[j]! + b[j + 1]!
    const overlap = Math.min(endA, endB) - Math.max(a[i]!, b[j]!)
    if (overlap > 0) area += overlap
    if (endA <= endB) i += 2
    else j += 2
  }
  return area
}
