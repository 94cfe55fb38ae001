import type { EditKind, Shape } from '../../contract/wire.ts'
import type { ImagePoint } from '../geometry/points.ts'
import type { Rle } from '../mask/rle.ts'
import { intersectionArea, subtract, union, unionAll } from '../mask/rle.ts'
import { polygonMask } from '../mask/shapes.ts'
import type { BoxShape } from './shape.ts'
import { MOST_CORNERS, headingOf, shapeMask } from './shape.ts'
import { splitMask } from '../mask/split.ts'
import type { Planned, Policy } from './build.ts'
import { PlanBuilder, withLosses } from './build.ts'
import { attributesOf } from './state.ts'
import type { EditState, EditTruth } from './state.ts'

/** Gestures that change the truth's pixels. */

export interface DrawOptions {
  policy: Policy
  /** makes the id of a new instance, a UUID */
  newId: () => string
}

const NO_PIXELS = 'The shape holds no pixel of the image, so nothing was drawn.'
const ALL_TAKEN =
  'All of these pixels belong to other ships, so nothing was drawn. Choose the overlap policy "take" to take them over.'

/** A new instance of the pixels inside a polygon. @param corners at least three, image pixels. */
export function planPolygon(state: EditState, corners: readonly ImagePoint[], options: DrawOptions): Planned {
  return planPixels(state, 'polygon', polygonMask(corners, state), { ...options, drawn: drawnAs(corners) })
}

/** The shape that is kept of corners, where it is one that a person can drag. */
function drawnAs(corners: readonly ImagePoint[]): { shape?: Shape } {
  if (corners.length > MOST_CORNERS) return {}
  return { shape: { kind: 'polygon', corners: corners.map(({ x, y }) => [x, y]) } }
}

/** An area where nobody can tell, of the pixels inside a polygon: no object, and ships in it keep their pixels. */
export function planIgnore(
  state: EditState,
  corners: readonly ImagePoint[],
  { newId }: Pick<DrawOptions, 'newId'>,
): Planned {
  const rle = polygonMask(corners, state)
  if (rle.length === 0) return { refusal: NO_PIXELS }
  const builder = new PlanBuilder(state)
  builder.create({ id: newId(), rle, origin: 'drawn', edited: false, ignore: true, ...drawnAs(corners) })
  const plan = builder.plan('polygon')
  return plan ? { plan } : { refusal: NO_PIXELS }
}

/** A new instance of the pixels inside a turned box, heading for its bow. */
export function planBox(state: EditState, shape: BoxShape, options: DrawOptions): Planned {
  const drawn = { shape, heading: headingOf(shape) }
  return planPixels(state, 'box', shapeMask(shape, state), { ...options, drawn })
}

/** An instance that was drawn as a shape gets another one. Pixels that others hold stay theirs, or go, by the policy. */
export function planReshape(
  state: EditState,
  id: string,
  shape: Shape,
  { policy }: Pick<DrawOptions, 'policy'>,
): Planned {
  const rle = shapeMask(shape, state)
  if (rle.length === 0) return { refusal: NO_PIXELS }
  const builder = new PlanBuilder(state)
  const instance = builder.get(id)
  if (!instance) return { refusal: 'The ship is not there any more.' }
  const pixels = builder.claim(rle, policy, instance)
  if (pixels.length === 0) return { refusal: ALL_TAKEN }
  builder.reshape(id, pixels, { shape, heading: headingOf(shape) ?? instance.heading })
  const plan = builder.plan('shape')
  return plan ? withLosses(state, plan) : { refusal: 'The shape is where it was.' }
}

/** A new instance of what was found in a rough box. @param rle empty where nothing was @param options `drawn`: the rectangle that it was found as */
export function planSmartBox(
  state: EditState,
  rle: Rle,
  options: DrawOptions & { drawn?: Pick<EditTruth, 'shape' | 'heading'> },
): Planned {
  if (rle.length === 0) {
    return {
      refusal:
        'Nothing that looks like a ship of its own was found in the box. Drag it anew, or paint the ship.',
    }
  }
  return planPixels(state, 'smart box', rle, options)
}

/** A brush stroke: a new instance, or more pixels for the instance `extend`. @param stroke all pixels passed over. */
export function planBrush(
  state: EditState,
  stroke: Rle,
  options: DrawOptions & { extend: string | null },
): Planned {
  return planPixels(state, 'brush', stroke, options, options.extend)
}

/** A new instance of what the wand took. */
export function planWand(state: EditState, taken: Rle, options: DrawOptions): Planned {
  return planPixels(state, 'wand', taken, options)
}

function planPixels(
  state: EditState,
  kind: EditKind,
  rle: Rle,
  { policy, newId, drawn = {} }: DrawOptions & { drawn?: Pick<EditTruth, 'shape' | 'heading'> },
  extend: string | null = null,
): Planned {
  if (rle.length === 0) return { refusal: NO_PIXELS }
  const builder = new PlanBuilder(state)
  const extended = extend === null ? null : builder.get(extend)
  const pixels = builder.claim(rle, policy, extended)
  if (pixels.length === 0) return { refusal: ALL_TAKEN }
  if (extended) builder.reshape(extended.id, union(extended.rle, pixels))
  else builder.create({ id: newId(), rle: pixels, origin: 'drawn', edited: false, ...drawn })
  const plan = builder.plan(kind)
  return plan ? withLosses(state, plan) : { refusal: 'These pixels belong to the instance already.' }
}

/**
 * Brush or eraser on a prediction: it is accepted as the stroke leaves it.
 * @param add pixels that come @param remove pixels that go
 */
export function planTouchUp(
  state: EditState,
  id: string,
  { kind, add, remove }: { kind: 'brush' | 'erase'; add: Rle; remove: Rle },
  { policy, newId }: DrawOptions,
): Planned {
  const prediction = state.predictions.find((p) => p.id === id)
  if (!prediction) return { refusal: 'The prediction is not there any more.' }
  const builder = new PlanBuilder(state)
  const wanted = subtract(union(prediction.rle, add), remove)
  if (wanted.length === 0) {
    return { refusal: 'Nothing would be left of the prediction, so it stays as it is. Reject it instead.' }
  }
  const pixels = builder.claim(wanted, policy)
  if (pixels.length === 0) return { refusal: ALL_TAKEN }
  const category = prediction.category === undefined ? {} : { category: prediction.category }
  builder.create(
    { id: newId(), rle: pixels, origin: 'accepted', edited: true, ...category },
    prediction.colour,
  )
  const decided = { prediction: id, from: prediction.decision, to: 'accepted' as const }
  const plan = builder.plan(kind, prediction.decision === 'accepted' ? [] : [decided])
  return plan ? withLosses(state, plan) : { refusal: NO_PIXELS }
}

/** Takes the stroke's pixels away from `targets`, or from all truth where that is null. */
export function planErase(state: EditState, stroke: Rle, targets: readonly string[] | null): Planned {
  const builder = new PlanBuilder(state)
  for (const { id, rle, ignore } of state.truth) {
    const aimed = targets === null ? ignore !== true : targets.includes(id)
    if (aimed && intersectionArea(rle, stroke) > 0) builder.reshape(id, subtract(rle, stroke))
  }
  const plan = builder.plan('erase')
  if (plan) return withLosses(state, plan)
  return {
    refusal:
      targets !== null && state.truth.some(({ rle }) => intersectionArea(rle, stroke) > 0)
        ? 'The ships under the stroke are not selected, so nothing was erased. Escape selects none: then any ship is erased from.'
        : 'There was nothing to erase under the stroke.',
  }
}

/** Removes whole instances. */
export function planDelete(state: EditState, ids: readonly string[]): Planned {
  const builder = new PlanBuilder(state)
  for (const { id } of state.truth) if (ids.includes(id)) builder.reshape(id, new Uint32Array(0))
  const plan = builder.plan('delete')
  return plan ? { plan } : { refusal: 'Select the instances to delete first.' }
}

/** Makes one instance of several; the first of `ids` keeps its id, colour and origin. */
export function planMerge(state: EditState, ids: readonly string[]): Planned {
  const builder = new PlanBuilder(state)
  const chosen = [...new Set(ids)].flatMap((id) => builder.get(id) ?? [])
  const [first, ...others] = chosen
  if (!first || others.length === 0) return { refusal: 'Select two or more truth instances to merge.' }
  if (others.some(({ ignore }) => (ignore === true) !== (first.ignore === true))) {
    return { refusal: 'A ship and an area to ignore do not become one. Merge ships alone, or areas alone.' }
  }
  for (const { id } of others) builder.reshape(id, new Uint32Array(0))
  builder.reshape(first.id, unionAll(chosen.map(({ rle }) => rle)))
  const plan = builder.plan('merge')
  return plan ? { plan } : { refusal: 'Select two or more truth instances to merge.' }
}

/**
 * Cuts instances along a stroke without width; the largest piece keeps the id.
 * @param targets the instances to cut, or null for all that the stroke divides.
 */
export function planSplit(
  state: EditState,
  stroke: readonly ImagePoint[],
  targets: readonly string[] | null,
  newId: () => string,
): Planned {
  const builder = new PlanBuilder(state)
  for (const instance of state.truth) {
    const { id, rle, origin } = instance
    if (targets === null ? instance.ignore === true : !targets.includes(id)) continue
    const [largest, ...others] = splitMask(rle, stroke, state)
    if (!largest || others.length === 0) continue
    builder.reshape(id, largest)
    for (const piece of others) {
      const kept = { ...attributesOf(instance), shape: undefined }
      builder.create({ ...kept, id: newId(), rle: piece, edited: origin !== 'drawn' })
    }
  }
  const plan = builder.plan('split')
  return plan
    ? { plan }
    : { refusal: 'The stroke divides no ship. Draw it from one side all the way to the other.' }
}
