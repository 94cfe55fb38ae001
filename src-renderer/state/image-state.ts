import {
  applyPlan,
  checkPlan,
  countsAsObject,
  editStateOf,
  statusAfterMarking,
  type EditPrediction,
  type EditState,
} from '../../src-main/core/edit/edit.ts'
import { parseRle, type Rle } from '../../src-main/core/mask/rle.ts'
import { countedOf } from '../../src-main/core/metric/ignoring.ts'
import type { EditPlan, ImageDetail } from '../../src-main/contract/wire.ts'
import type { Gesture } from './gesture-queue.ts'

export interface ShownPrediction extends EditPrediction {
  /** 0..1 */
  score: number
  /** px */
  area: number
  /** which cluster of the stored inference it is; -1 for imported labels */
  cluster: number
}

/** One image as the window shows it: what was fetched, with the gestures that are still being saved. */
export interface ImageState extends EditState {
  image: number
  predictions: readonly ShownPrediction[]
  /** whether the current run has reached the image */
  predicted: boolean
}

/** The state of a fetched image; null where its file could not be read, so that its size is not known. */
export function imageStateOf(detail: ImageDetail): ImageState | null {
  const { row, truth, predictions, uncounted } = detail
  if (row.width === null || row.height === null) return null
  const state = editStateOf(
    {
      width: row.width,
      height: row.height,
      status: row.status,
      flag: { flagged: row.flagged, comment: row.comment },
      leftOut: row.leftOut,
      truth,
      predictions: predictions ?? [],
      uncounted,
    },
    parseRle,
  )
  const extra = new Map(
    (predictions ?? []).map(({ id, score, area, cluster }) => [id, { score, area, cluster }]),
  )
  return {
    ...state,
    image: row.id,
    predicted: predictions !== null,
    predictions: state.predictions.map((prediction) => ({
      ...prediction,
      ...(extra.get(prediction.id) ?? { score: 0, area: 0, cluster: -1 }),
    })),
  }
}

/** The image with what counts as object, on both sides: what is compared and scored. A prediction without a category is any object. */
export function objectsOf(state: ImageState): ImageState {
  const { uncounted, truth, predictions } = state
  return {
    ...state,
    truth: truth.filter((one) => countsAsObject(one, uncounted)),
    predictions: predictions.filter(
      ({ category }) => category === undefined || countsAsObject({ category }, uncounted),
    ),
  }
}

/** The image without predictions that lie in areas to ignore. @param truth all of it, such areas among them */
export function withoutIgnoredFinds(state: ImageState, truth: ImageState['truth']): ImageState {
  const masks = (of: readonly { rle: Rle }[]): Rle[] => of.map(({ rle }) => rle)
  const areas = masks(truth.filter(({ ignore }) => ignore === true))
  const counts = countedOf(masks(state.truth), masks(state.predictions), areas)
  return { ...state, predictions: state.predictions.filter((_, i) => counts[i]) }
}

/** The ids among `ids` that the state still has, in their order. */
export function stillThere(state: ImageState | null, ids: readonly string[]): string[] {
  const known = new Set(state ? [...state.truth, ...state.predictions].map(({ id }) => id) : [])
  return ids.filter((id) => known.has(id))
}

/**
 * Puts gestures that were made on an older state on top of `state`, in their order.
 * @returns the state after those that still fit, and these as they fit it; undo and redo never fit another history
 */
export function rebase(
  state: ImageState | null,
  gestures: readonly Gesture[],
): { state: ImageState | null; kept: Gesture[] } {
  let now = state
  const kept: Gesture[] = []
  for (const gesture of gestures) {
    if (!now || gesture.step.kind !== 'apply') continue
    const plan = onStatus(now.status, gesture.step.plan)
    if (checkPlan(now, plan) !== null) continue
    now = applyPlan(now, plan)
    kept.push({ ...gesture, step: { kind: 'apply', plan } })
  }
  return { state: now, kept }
}

/** A plan that marks moves the status on from what it is now, not from what it was when the mark was made. */
function onStatus(now: EditState['status'], plan: EditPlan): EditPlan {
  return plan.instances.length > 0 ? { ...plan, status: statusAfterMarking(now) } : plan
}
