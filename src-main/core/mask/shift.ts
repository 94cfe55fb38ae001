import type { Rle, Size } from './runs.ts'
import { canonicalise, eachColumnRun } from './runs.ts'

/**
 * A mask as it lies `dx` pixels to the right and `dy` down, in an image that may be of another size; what falls outside is cut off.
 * @param height of the image that the mask is of, in px
 * @param into the image that it comes into
 */
export function shiftMask(rle: Rle, height: number, { dx, dy }: { dx: number; dy: number }, into: Size): Rle {
  const runs: number[] = []
  eachColumnRun(rle, height, (column, top, length) => {
    const x = column + dx
    const from = Math.max(0, top + dy)
    const to = Math.min(into.height, top + length + dy)
    if (x >= 0 && x < into.width && to > from) runs.push(x * into.height + from + 1, to - from)
  })
  return canonicalise(runs)
}
