import { areaOf, subtract, unionAll } from '../../core/mask/rle.ts'
import type { Rle } from '../../core/mask/rle.ts'

/**
 * What becomes of pixels that several imported masks claim: all keep them; the mask that comes first in the file does; or the
 * smaller one does, which would vanish under the larger.
 */
export type OverlapChoice = 'keep' | 'order' | 'size'

/** Masks so that no two share a pixel, in the order given; those of which nothing is left are empty. */
export function withoutOverlaps(masks: readonly Rle[], choice: Exclude<OverlapChoice, 'keep'>): Rle[] {
  const order = masks.map((_, i) => i)
  if (choice === 'size') order.sort((a, b) => areaOf(masks[a]!) - areaOf(masks[b]!))
  const result = [...masks]
  let taken: Rle = new Uint32Array(0)
  for (const i of order) {
    const left = subtract(masks[i]!, taken)
    result[i] = left
    taken = unionAll([taken, left])
  }
  return result
}
