import type { Rle } from '../mask/rle.ts'
import { areaOf, intersectionArea, unionAll } from '../mask/rle.ts'
import type { ImageResult } from './f2.ts'
import { scoreOverlaps } from './f2.ts'
import { overlapsBetween } from './overlap.ts'
import { TWENTIETHS, f2Of, levelOf } from './thresholds.ts'

/**
 * Which predictions count where one decision is to hold for all thresholds: those that match truth at IoU > 0.5, and those of which no more
 * than half lies in areas to ignore.
 * @returns [predictions]
 */
export function countedOf(
  truth: readonly Rle[],
  prediction: readonly Rle[],
  ignored: readonly Rle[],
): boolean[] {
  if (ignored.length === 0) return prediction.map(() => true)
  const area = unionAll(ignored)
  const hits = new Set(
    overlapsBetween(truth, prediction).flatMap((pair) => (levelOf(pair) > 0 ? [pair.prediction] : [])),
  )
  return prediction.map((rle, i) => hits.has(i) || 2 * intersectionArea(rle, area) <= areaOf(rle))
}

/**
 * The score of an image in which predictions inside areas to ignore are neither hits nor false alarms. Truth comes first: what matches it is a
 * hit, wherever it lies. Of the others those are left out of which more than the threshold lies in such areas, as COCO's evaluation does with
 * `iscrowd` (intersection over the prediction's own area). It stands beside the strict score and never in its place.
 * @param ignored areas where nobody can tell
 */
export function scoreIgnoring(
  truth: readonly Rle[],
  prediction: readonly Rle[],
  ignored: readonly Rle[],
): Pick<ImageResult, 'f2' | 'thresholds'> {
  const strict = scoreOverlaps(overlapsBetween(truth, prediction), truth.length, prediction.length)
  const area = unionAll(ignored)
  const inside = prediction.map((rle) => ({ shared: intersectionArea(rle, area), own: areaOf(rle) }))
  const thresholds = strict.thresholds.map((at, level) => {
    const matched = new Set(strict.matches[level]!.map((match) => match.prediction))
    const k = TWENTIETHS[level]!
    const left = inside.filter(({ shared, own }, i) => !matched.has(i) && 20 * shared > k * own).length
    const fp = at.fp - left
    return { ...at, fp, f2: f2Of(at.tp, fp, at.fn) }
  })
  return { thresholds, f2: thresholds.reduce((sum, { f2 }) => sum + f2, 0) / thresholds.length }
}
