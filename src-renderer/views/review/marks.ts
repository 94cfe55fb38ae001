import type { InstanceMark } from '../../canvas/index.ts'
import type { ImageState } from '../../state/image-state.ts'
import type { Verdict } from '../../state/instance-list.ts'
import { shortScore } from '../../ui/format.ts'

/**
 * How Review draws the image: missed truth, hits and false alarms among the predictions; truth that was hit as a thin
 * line under its hit.
 */
export function reviewMarks(state: ImageState, verdict: Verdict): Map<string, InstanceMark> {
  const marks = new Map<string, InstanceMark>()
  const iouOf = new Map<number, number>()
  state.truth.forEach((instance, i) => {
    const hit = verdict.matched[i] ?? -1
    if (hit >= 0) iouOf.set(hit, verdict.iou[i]?.[hit] ?? 0)
    marks.set(
      instance.id,
      hit >= 0 ? { style: 'reference', tag: null } : { style: 'missed', tag: String(i + 1) },
    )
  })
  state.predictions.forEach((prediction, i) => {
    const iou = iouOf.get(i)
    marks.set(
      prediction.id,
      iou === undefined ? { style: 'false', tag: `#${i + 1}` } : { style: 'hit', tag: shortScore(iou) },
    )
  })
  return marks
}
