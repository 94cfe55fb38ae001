import type { ThresholdScore } from '../../contract/wire.ts'
import type { Rle } from '../mask/rle.ts'
import { maximumMatching } from './matching.ts'
import { areDisjoint, overlapsBetween } from './overlap.ts'

/**
 * The thresholds 0.50, 0.55 ... 0.95 in twentieths: an IoU is above k / 20 when
 * 20 * intersection > k * union, in integers, without rounding.
 */
export const TWENTIETHS = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19] as const

/** A truth and a predicted instance matched at IoU > 0.5. */
export interface Match {
  truth: number
  prediction: number
  /** 0.5 < iou <= 1 */
  iou: number
}

export interface ImageResult {
  /** mean over the ten thresholds, 0..1 */
  readonly f2: number
  /** ten, by rising IoU */
  readonly thresholds: readonly Readonly<ThresholdScore>[]
  /** one-to-one at the lowest threshold, by truth; indices into the given masks */
  readonly matches: readonly Match[]
  /** false where masks of one side overlap: scored by a maximum matching, not allowed in a submission */
  readonly legal: boolean
}

const RIGHTLY_EMPTY: ImageResult = {
  f2: 1,
  thresholds: TWENTIETHS.map((k) => ({ iou: k / 20, tp: 0, fp: 0, fn: 0, f2: 1 })),
  matches: [],
  legal: true,
}

/** Whether the truth has an instance. */
export function hasShips({ thresholds }: Pick<ImageResult, 'thresholds'>): boolean {
  return thresholds[0]!.tp + thresholds[0]!.fn > 0
}

/** F2 = 5 TP / (5 TP + 4 FN + FP); 1 where there is nothing to find and nothing was found. */
export function f2Of(tp: number, fp: number, fn: number): number {
  return tp + fp + fn === 0 ? 1 : (5 * tp) / (5 * tp + 4 * fn + fp)
}

/**
 * Scores one image as the Airbus Ship Detection challenge does: a hit is an IoU strictly above the threshold, one to one.
 * @param truth instances of the image, empty masks left out
 * @param prediction instances of the same image, in the same numbering of pixels
 */
export function scoreImage(truth: readonly Rle[], prediction: readonly Rle[]): ImageResult {
  // more than half of all images where ships are rare, so that they share one answer
  if (truth.length === 0 && prediction.length === 0) return RIGHTLY_EMPTY
  const legal = areDisjoint(truth) && areDisjoint(prediction)
  const lowest = TWENTIETHS[0]
  const candidates = overlapsBetween(truth, prediction).filter(
    ({ intersection, union }) => 20 * intersection > lowest * union,
  )
  const thresholds = TWENTIETHS.map((k): ThresholdScore => {
    const hits = candidates.filter(({ intersection, union }) => 20 * intersection > k * union)
    const tp = legal ? hits.length : maximumMatching(hits).length
    const fp = prediction.length - tp
    const fn = truth.length - tp
    return { iou: k / 20, tp, fp, fn, f2: f2Of(tp, fp, fn) }
  })
  const matches = maximumMatching(candidates).map(({ truth, prediction, intersection, union }) => ({
    truth,
    prediction,
    iou: intersection / union,
  }))
  return { f2: meanF2(thresholds), thresholds, matches, legal }
}

function meanF2(scores: readonly { f2: number }[]): number {
  return scores.reduce((sum, { f2 }) => sum + f2, 0) / scores.length
}
