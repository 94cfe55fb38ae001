import type { ThresholdScore } from '../../contract/wire.ts'
import type { Rle } from '../mask/rle.ts'
import { matchesAtThresholds } from './matching.ts'
import { MaskIndex, areDisjoint, overlapsWith } from './overlap.ts'
import type { Overlap } from './overlap.ts'
import { TWENTIETHS, f2Of } from './thresholds.ts'

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

/**
 * Scores one image as the Airbus Ship Detection challenge does: a hit is an IoU strictly above the threshold, one to one.
 * @param truth instances of the image, empty masks left out
 * @param prediction instances of the same image, in the same numbering of pixels
 */
export function scoreImage(truth: readonly Rle[], prediction: readonly Rle[]): ImageResult {
  // more than half of all images where ships are rare, so that they share one answer
  if (truth.length === 0 && prediction.length === 0) return RIGHTLY_EMPTY
  const index = MaskIndex.of(prediction)
  const counted = scoreOverlaps(overlapsWith(truth, index), truth.length, prediction.length)
  const matches = counted.matches[0]!.map(({ truth, prediction, intersection, union }) => ({
    truth,
    prediction,
    iou: intersection / union,
  }))
  return { ...counted, matches, legal: index.disjoint && areDisjoint(truth) }
}

/** What a table of overlaps is worth: the matches at each of the ten thresholds, and what follows from their number. */
export function scoreOverlaps(
  overlaps: readonly Overlap[],
  truths: number,
  predictions: number,
): Pick<ImageResult, 'f2' | 'thresholds'> & { matches: Overlap[][] } {
  const matches = matchesAtThresholds(overlaps)
  const hits = matches.map(({ length }) => length)
  return { ...scoreOfHits(hits, truths, predictions), matches }
}

/** The score of an image by how many hits it has. @param hits [10], by rising IoU */
export function scoreOfHits(
  hits: readonly number[],
  truths: number,
  predictions: number,
): Pick<ImageResult, 'f2' | 'thresholds'> {
  const thresholds = TWENTIETHS.map((k, level): ThresholdScore => {
    const tp = hits[level]!
    const [fp, fn] = [predictions - tp, truths - tp]
    return { iou: k / 20, tp, fp, fn, f2: f2Of(tp, fp, fn) }
  })
  return { f2: meanF2(thresholds), thresholds }
}

function meanF2(scores: readonly { f2: number }[]): number {
  return scores.reduce((sum, { f2 }) => sum + f2, 0) / scores.length
}
