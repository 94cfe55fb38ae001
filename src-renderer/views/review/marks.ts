import type { InstanceMark } from '../../canvas/index.ts'
import type { ImageState } from '../../state/image-state.ts'
import { shortScore } from '../../ui/format.ts'
import type { Comparison, Verdict } from './verdict.ts'

/**
 * How Review draws the image: missed truth, hits and false alarms among the predictions; truth that was hit as a thin
 * line under its hit.
 */
export function reviewMarks(
  state: ImageState,
  { iou }: Comparison,
  verdict: Verdict,
): Map<string, InstanceMark> {
  const marks = new Map<string, InstanceMark>()
  state.truth.forEach((instance, i) => {
    marks.set(
      instance.id,
      (verdict.matched[i] ?? -1) >= 0
        ? { style: 'reference', tag: null }
        : { style: 'missed', tag: String(i + 1) },
    )
  })
  state.predictions.forEach((prediction, i) => {
    const truth = verdict.hit[i] ?? -1
    marks.set(
      prediction.id,
      truth < 0 ? { style: 'false', tag: `#${i + 1}` } : { style: 'hit', tag: shortScore(iou(truth, i)) },
    )
  })
  return marks
}
