import { areaOf, intersectionArea, type Rle } from '../../src-main/core/mask/rle.ts'
import { measure, type Measured } from '../../src-main/core/places/measure.ts'
import { MaskIndex, overlapsWith } from '../../src-main/core/metric/overlap.ts'
import type { ImageState } from './image-state.ts'

/** One line of the list of instances. */
export interface InstanceLine {
  id: string
  /** what the canvas calls it: '3', '~9' */
  label: string
  kind: 'truth' | 'prediction'
  /** 'drawn', 'imported', 'accepted'; for a prediction its decision, '' while there is none */
  note: string
  /** key of its category; undefined: a ship, and of a prediction any object */
  category: string | undefined
  /** an area where nobody can tell, no object */
  ignore: boolean
  /** 0..11 */
  colour: number
  /** px */
  area: number
  /** on the ground; null where a pixel's size there is not known */
  measured: Measured | null
  /** of a prediction, 0..1 */
  score: number | null
  /** with the best of the other kind, 0..1; null where there is nothing of the other kind to compare */
  iou: number | null
}

/**
 * Truth and predictions of one image as the list shows them. Predictions that were decided on are left out.
 * @param metres sides of a pixel on the ground
 * @param best of {@link bestIous}, which costs more than the rest and does not change with the score
 */
export function instanceLines(
  state: ImageState,
  best: readonly number[],
  leastScore: number,
  metres: { x: number; y: number } | null = null,
): InstanceLine[] {
  const measured = (rle: Rle): Measured | null =>
    metres && rle.length > 0 ? measure(rle, state.height, metres) : null
  const predictions = state.predictions.filter(
    ({ decision, score }) => decision === null && score >= leastScore,
  )
  const truth = state.truth.map((instance, i) => ({
    id: instance.id,
    label: String(i + 1),
    kind: 'truth' as const,
    note: instance.edited ? `${instance.origin}, edited` : instance.origin,
    category: instance.category,
    ignore: instance.ignore === true,
    colour: instance.colour,
    area: areaOf(instance.rle),
    measured: measured(instance.rle),
    score: null,
    iou: state.predicted && instance.ignore !== true ? (best[i] ?? 0) : null,
  }))
  const predicted = predictions.map((prediction, i) => ({
    id: prediction.id,
    label: `~${truth.length + i + 1}`,
    kind: 'prediction' as const,
    note: '',
    category: prediction.category,
    ignore: false,
    colour: prediction.colour,
    area: prediction.area,
    measured: measured(prediction.rle),
    score: prediction.score,
    iou: null,
  }))
  return [...truth, ...predicted]
}

/** What is known of the predictions of an image while they are what they were. */
interface Known {
  index: MaskIndex
  /** by mask of a truth instance: its highest IoU */
  best: WeakMap<Rle, number>
}

const known = new WeakMap<ImageState['predictions'], Known>()

/** For each truth instance the highest IoU with any prediction, 0..1; found once for a mask, so that an edit costs no more than what it changes. */
export function bestIous({ truth, predictions }: Pick<ImageState, 'truth' | 'predictions'>): number[] {
  const { index, best } = known.get(predictions) ?? {
    index: MaskIndex.of(predictions.map(({ rle }) => rle)),
    best: new WeakMap<Rle, number>(),
  }
  known.set(predictions, { index, best })
  return truth.map(({ rle }) => {
    const before = best.get(rle)
    if (before !== undefined) return before
    const ious = overlapsWith([rle], index).map(({ intersection, union }) => intersection / union)
    const highest = Math.max(0, ...ious)
    best.set(rle, highest)
    return highest
  })
}

/** The prediction that an instance is, or that shares most pixels with it; null where none does. */
export function counterpart(state: Pick<ImageState, 'truth' | 'predictions'>, id: string): string | null {
  if (state.predictions.some((prediction) => prediction.id === id)) return id
  const truth = state.truth.find((instance) => instance.id === id)
  if (!truth) return null
  const shared = state.predictions.map(({ rle }) => intersectionArea(truth.rle, rle))
  const most = Math.max(0, ...shared)
  return most > 0 ? (state.predictions[shared.indexOf(most)]?.id ?? null) : null
}
