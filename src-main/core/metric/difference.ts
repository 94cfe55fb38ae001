import type { PairedScore } from '../../contract/wire.ts'
import { randomFrom } from '../random.ts'
import { hasShips } from './f2.ts'
import type { ImageResult } from './f2.ts'
import { intervalOf } from './interval.ts'
import type { Estimate } from './interval.ts'

type Scored = Pick<ImageResult, 'f2' | 'thresholds'>

/** By how much one way of predicting scores above another, on the same images. */
export interface Difference {
  f2: Estimate
  /** over images with at least one truth instance; null without such */
  f2WithShips: Estimate | null
}

/**
 * Compares two scores of the same images in pairs: an image that is hard for both moves neither bound, so that the interval
 * is far narrower than those of the two scores.
 * @param scores of at least one image; the same image at the same place of both
 * @param seed of the bootstrap over images: the same one gives the same intervals
 */
export function differenceOf(
  scores: readonly Scored[],
  others: readonly Scored[],
  { samples = 1000, seed = 1 }: { samples?: number; seed?: number } = {},
): Difference {
  const gains = scores.map(({ f2 }, i) => f2 - others[i]!.f2)
  const withShips = gains.filter((_, i) => hasShips(scores[i]!))
  return {
    f2: estimateOf(gains, samples, seed),
    f2WithShips: withShips.length === 0 ? null : estimateOf(withShips, samples, seed),
  }
}

/** How sure it is that one version is above another. */
type Verdict = 'better' | 'unclear' | 'worse'

/** What is said of a comparison in pairs. */
type PairedVerdict = Verdict | 'too few'

/** What a paired interval says: better or worse where it leaves 0 out. */
export function verdictOf({ low, high }: Pick<Estimate, 'low' | 'high'>): Verdict {
  return low > 0 ? 'better' : high < 0 ? 'worse' : 'unclear'
}

/** Fewer images than this show nothing: that all of five lie on one side is chance more often than one time in twenty. */
const FEWEST_COMPARED = 6

/**
 * What a comparison in pairs says of a version: better where the interval over all images lies above 0, worse where one of the two lies below, so that
 * ships that are lost for the sake of clean empty images are not passed over. A loss on few images is said, a gain there is not.
 */
export function verdictOfPaired({
  images,
  difference,
  differenceWithShips,
}: Pick<PairedScore, 'images' | 'difference' | 'differenceWithShips'>): PairedVerdict {
  const both = [difference, ...(differenceWithShips ? [differenceWithShips] : [])].map(verdictOf)
  if (both.includes('worse')) return 'worse'
  return images < FEWEST_COMPARED ? 'too few' : both[0]!
}

/**
 * The mean of differences in pairs, with its 95 % interval.
 * @param gains [images] of one way above the other; at least one
 */
export function meanGain(gains: readonly number[], { samples = 2000, seed = 1 } = {}): Estimate {
  return estimateOf(gains, samples, seed)
}

function estimateOf(gains: readonly number[], samples: number, seed: number): Estimate {
  const random = randomFrom(seed)
  const means = Array.from({ length: samples }, () => {
    let sum = 0
    for (let i = 0; i < gains.length; i++) sum += gains[Math.floor(random() * gains.length)]!
    return sum / gains.length
  })
  return { value: gains.reduce((sum, gain) => sum + gain, 0) / gains.length, ...intervalOf(means) }
}
