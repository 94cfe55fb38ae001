import { areaOf, equal, intersectionArea, subtract, unionAll } from '../mask/rle.ts'
import type { Rle, Size } from '../mask/rle.ts'
import { shiftMask } from '../mask/shift.ts'
import type { Planned, Policy } from './build.ts'
import { PlanBuilder, withLosses } from './build.ts'
import type { DrawOptions } from './draw.ts'
import { axisOf, directionOf } from './heading.ts'
import { movedShape, shapeMask } from './shape.ts'
import { attributesOf, noneChosen } from './state.ts'
import type { EditState, EditTruth } from './state.ts'

/** Instances as they were copied. */
export interface Copied {
  /** height of the image that they were copied from, in px */
  height: number
  instances: readonly EditTruth[]
}

/** Pixels to the right and down. */
export interface Step {
  dx: number
  dy: number
}

const HERE: Step = { dx: 0, dy: 0 }

/**
 * Copies come into an image at the same place, or a step away; what falls outside is cut off. Pixels of others as the policy says; an area to ignore lies over
 * ships, and takes nothing from them.
 */
export function planPaste(
  state: EditState,
  { height, instances }: Copied,
  { policy, newId }: DrawOptions,
  step: Step = HERE,
): Planned {
  if (instances.length === 0) return { refusal: 'Nothing was copied yet. Select ships and copy them first.' }
  const builder = new PlanBuilder(state)
  for (const instance of instances) {
    const rle = shiftMask(instance.rle, height, step, state)
    const pixels = builder.claim(rle, policy, { ignore: instance.ignore })
    if (pixels.length === 0) continue
    const shape = instance.shape && movedShape(instance.shape, step.dx, step.dy)
    const what = { ...attributesOf(instance), shape }
    builder.create({ ...what, id: newId(), rle: pixels, origin: 'drawn', edited: false }, what.colour)
  }
  const plan = builder.plan('paste')
  if (plan) return withLosses(state, plan)
  return { refusal: 'Nothing of it lies in this image on pixels that are free, so nothing was pasted.' }
}

/**
 * Moves instances. A move that would cut them off, or lay them onto others against the policy, is refused: it could not be moved back. One that is all of its
 * shape knows what lies outside the image: it comes in whole, and may go out.
 */
export function planMove(state: EditState, ids: readonly string[], step: Step, policy: Policy): Planned {
  const chosen = state.truth.filter(({ id }) => ids.includes(id))
  if (chosen.length === 0) return noneChosen(state, ids, 'Select the ships to move first.')
  if (step.dx === 0 && step.dy === 0) return { refusal: 'Nothing moved.' }
  const builder = new PlanBuilder(state)
  const moved = chosen.map(({ id, rle, shape: before, heading, ignore }) => {
    const shape = before && movedShape(before, step.dx, step.dy)
    const whole = before && shape && equal(shapeMask(before, state), rle) ? shapeMask(shape, state) : null
    const after = whole ?? shiftMask(rle, state.height, step, state)
    const isCut = whole === null ? areaOf(after) < areaOf(rle) : whole.length === 0
    return { id, ignore, after, isCut, drawn: { heading, shape } }
  })
  if (moved.some(({ isCut }) => isCut)) {
    return { refusal: 'It would be cut off at the edge of the image, so it stays.' }
  }
  // an area to ignore may lie on ships
  const onto = unionAll(moved.filter(({ ignore }) => ignore !== true).map(({ after }) => after))
  const others = state.truth.filter(({ id, ignore }) => !ids.includes(id) && ignore !== true)
  if (policy === 'yield' && others.some(({ rle }) => intersectionArea(rle, onto) > 0)) {
    return {
      refusal:
        'It would lie on another ship, so it stays. Choose the overlap policy "take" to take its pixels over.',
    }
  }
  for (const { id, after, drawn } of moved) builder.reshape(id, after, drawn)
  if (policy === 'take') {
    for (const { id, rle } of others)
      if (intersectionArea(rle, onto) > 0) builder.reshape(id, subtract(rle, onto))
  }
  const plan = builder.plan('move')
  return plan ? withLosses(state, plan) : { refusal: 'Nothing moved.' }
}

/**
 * The step to the next place in a row of ships side by side: across the longest extent of the mask, as far as it takes not to touch.
 * To the right, or down, where there is room in the image; else the other way.
 */
export function stepBeside(rle: Rle, size: Size): Step {
  const along = directionOf(axisOf(rle, size.height).along)
  // across it, to the right or down
  const { x, y } = along.x > along.y ? { x: -along.y, y: along.x } : { x: along.y, y: -along.x }
  const area = areaOf(rle)
  const inside = (step: Step): number => areaOf(shiftMask(rle, size.height, step, size))
  const apart = (sign: 1 | -1): Step => {
    for (let length = 1; ; length++) {
      // no -0
      const step = { dx: Math.round(sign * length * x) + 0, dy: Math.round(sign * length * y) + 0 }
      const shifted = shiftMask(rle, size.height, step, size)
      if (intersectionArea(shifted, rle) === 0) return step
    }
  }
  const [ahead, behind] = [apart(1), apart(-1)]
  return inside(ahead) === area || inside(ahead) >= inside(behind) ? ahead : behind
}
