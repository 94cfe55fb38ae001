import { componentsOf } from '../../core/mask/components.ts'
import { canonicalise } from '../../core/mask/rle.ts'
import type { Rle, Size } from '../../core/mask/rle.ts'

/** Masks of more runs are not looked at: taking them apart would take long, and others tell as much. */
const MOST_RUNS = 2000

/**
 * Whether a mask makes sense only when its pixels are counted along the rows: in pieces as it stands, three times as many
 * as it is that way. In a square image both ways are alike, so nothing can be told there.
 */
export function isRowByRow(rle: Rle, { width, height }: Size): boolean {
  if (width === height || rle.length < 6 || rle.length > MOST_RUNS) return false
  const pieces = componentsOf(rle, height, 8).length
  if (pieces < 3) return false
  return componentsOf(alongRows(rle, { width, height }), height, 8).length * 3 <= pieces
}

/** The mask that these numbers mean when they count along the rows, right, then down. */
export function alongRows(rle: Rle, { width, height }: Size): Rle {
  const runs: number[] = []
  for (let i = 0; i < rle.length; i += 2) {
    for (let at = rle[i]! - 1; at < rle[i]! - 1 + rle[i + 1]!; at++) {
      runs.push((at % width) * height + Math.floor(at / width) + 1, 1)
    }
  }
  return canonicalise(runs)
}
