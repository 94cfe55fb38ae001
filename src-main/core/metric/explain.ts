import type { Overlap } from './overlap.ts'

/** How far a pair is from falling, or from being a hit. */

type Pair = Pick<Overlap, 'intersection' | 'union'>

/**
 * At an IoU threshold of `percent`: a hit's pixels of the truth that the prediction could miss before it falls, 1 or more; or, negative or 0, how many it would
 * have to gain, with one more to be over: a hit's IoU is greater than the threshold, so that one that equals it is none (0).
 * @param percent 1..99
 */
export function pixelsToSpare({ intersection, union }: Pair, percent: number): number {
  // 100 (i - d) <= percent u is where it falls
  const over = 100 * intersection - percent * union
  return over > 0 ? Math.ceil(over / 100) : -Math.floor(-over / 100)
}

/** Whether the pair is a hit at `percent`, in whole numbers. */
export function isOver({ intersection, union }: Pair, percent: number): boolean {
  return 100 * intersection > percent * union
}
