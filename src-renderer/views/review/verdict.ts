import type { Rle } from '../../../src-main/core/mask/rle.ts'
import { isOver } from '../../../src-main/core/metric/explain.ts'
import { matchesAtThresholds, maximumMatching } from '../../../src-main/core/metric/matching.ts'
import { overlapsBetween, type Overlap } from '../../../src-main/core/metric/overlap.ts'

interface Compared {
  truth: readonly { rle: Rle }[]
  predictions: readonly { rle: Rle }[]
}

/** Truth and predictions of one image held against each other: what does not depend on the threshold. */
export interface Comparison {
  truths: number
  predictions: number
  /** each pair that shares pixels */
  overlaps: readonly Overlap[]
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
    overlaps,
    matches: matchesAtThresholds(overlaps),
    iou: (t, p) => ious.get(t * predictions.length + p) ?? 0,
  }
}

/** What is hit, missed and false at an IoU of `percent`; at the ten thresholds what the score counts. @param percent 1..99 */
export function verdictAt(comparison: Comparison, percent: number): Verdict {
  const { truths, predictions } = comparison
  const verdict = {
    matched: new Array<number>(truths).fill(-1),
    hit: new Array<number>(predictions).fill(-1),
    hits: 0,
  }
  for (const { truth, prediction } of matchesAt(comparison, percent)) {
    verdict.matched[truth] = prediction
    verdict.hit[prediction] = truth
    verdict.hits++
  }
  return verdict
}

/** Place among the ten thresholds of an IoU in percent; -1: it is between them, or beyond. */
export function levelOfPercent(percent: number): number {
  return percent % 5 === 0 && percent >= 50 && percent <= 95 ? (percent - 50) / 5 : -1
}

function matchesAt({ matches, overlaps }: Comparison, percent: number): readonly Overlap[] {
  return matches[levelOfPercent(percent)] ?? maximumMatching(overlaps.filter((pair) => isOver(pair, percent)))
}
