import type { Rle } from '../mask/rle.ts'
import { unionAll } from '../mask/rle.ts'
import type { ImageResult } from './f2.ts'
import { scoreImage } from './f2.ts'
import { MaskIndex, overlapsWith } from './overlap.ts'
import { levelOf } from './thresholds.ts'

/**
 * Which predictions count where what lies in areas to ignore is neither hit nor false alarm. Truth comes first: what matches it at IoU > 0.5
 * counts wherever it lies. Of the others those are left out of which more than half lies in such areas, at all thresholds alike, so that score,
 * errors, the worth of a fix and the choice of settings are of the same predictions.
 * @param ignored areas where nobody can tell
 * @returns [predictions]
 */
export function countedOf(
  truth: readonly Rle[],
  prediction: readonly Rle[],
  ignored: readonly Rle[],
): boolean[] {
  if (ignored.length === 0 || prediction.length === 0) return prediction.map(() => true)
  const index = MaskIndex.of(prediction)
  const hits = new Set(
    overlapsWith(truth, index).flatMap((pair) => (levelOf(pair) > 0 ? [pair.prediction] : [])),
  )
  const inside = insideAreas(index, ignored)
  return prediction.map((_, i) => hits.has(i) || !inside.has(i))
}

/** Places of the predictions of which more than half lies in areas to ignore. */
export function insideAreas(predictions: MaskIndex, ignored: readonly Rle[]): Set<number> {
  const shared = predictions.sharedWith(unionAll(ignored))
  return new Set(shared.flatMap(({ mask, pixels }) => (2 * pixels > predictions.areas[mask]! ? [mask] : [])))
}

/** The score of an image without the predictions that {@link countedOf} leaves out. It stands beside the strict score and never in its place. */
export function scoreIgnoring(
  truth: readonly Rle[],
  prediction: readonly Rle[],
  ignored: readonly Rle[],
): ImageResult {
  const counts = countedOf(truth, prediction, ignored)
  return scoreImage(
    truth,
    prediction.filter((_, i) => counts[i]),
  )
}
