import type { Overlap } from './overlap.ts'

/**
 * The thresholds 0.50, 0.55 ... 0.95 in twentieths: an IoU is above k / 20 when
 * 20 * intersection > k * union, in integers, without rounding.
 */
export const TWENTIETHS = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19] as const

/** How many of the ten thresholds an IoU is above, 0..10: above all below this index. */
export function levelOf({ intersection, union }: Pick<Overlap, 'intersection' | 'union'>): number {
  let level = 0
  while (level < TWENTIETHS.length && 20 * intersection > TWENTIETHS[level]! * union) level++
  return level
}

/** F2 = 5 TP / (5 TP + 4 FN + FP); 1 where there is nothing to find and nothing was found. */
export function f2Of(tp: number, fp: number, fn: number): number {
  return tp + fp + fn === 0 ? 1 : (5 * tp) / (5 * tp + 4 * fn + fp)
}
