import type { Rle } from '../../../src-main/core/mask/rle.ts'
import { matchesAtThresholds } from '../../../src-main/core/metric/matching.ts'
import { overlapsBetween, type Overlap } from '../../../src-main/core/metric/overlap.ts'

interface Compared {
  truth: readonly { rle: Rle }[]
  predictions: readonly { rle: Rle }[]
}

/** Truth and predictions of one image held against each other: what does not depend on the threshold. */
export interface Comparison {
  truths: number
  predictions: number
  /** [10] the matches that the score counts at each threshold */
  matches: readonly (readonly Overlap[])[]
  /** of a truth and a prediction by their places, 0..1 */
  iou(truth: number, prediction: number): number
}

/** What became of each instance at one threshold. */
export interface Verdict {
  /** prediction matched to each truth instance, -1: missed */
  matched: number[]
  /** truth instance matched to each prediction, -1: a false alarm */
  hit: number[]
  hits: number
}

/** Compares all pairs that share pixels. */
export function compare({ truth, predictions }: Compared): Comparison {
  const masks = (instances: Compared['truth']) => instances.map(({ rle }) => rle)
  const overlaps = overlapsBetween(masks(truth), masks(predictions))
  const ious = new Map(
    overlaps.map((o) => [o.truth * predictions.length + o.prediction, o.intersection / o.union]),
  )
  return {
    truths: truth.length,
    predictions: predictions.length,
    matches: matchesAtThresholds(overlaps),
    iou: (t, p) => ious.get(t * predictions.length + p) ?? 0,
  }
}

/** What the score counts as hit, missed and false at a threshold. @param level 0: IoU over 0.50 ... 9: over 0.95 */
export function verdictAt({ truths, predictions, matches }: Comparison, level: number): Verdict {
  const verdict = {
    matched: new Array<number>(truths).fill(-1),
    hit: new Array<number>(predictions).fill(-1),
    hits: 0,
  }
  for (const { truth, prediction } of matches[level] ?? []) {
    verdict.matched[truth] = prediction
    verdict.hit[prediction] = truth
    verdict.hits++
  }
  return verdict
}
