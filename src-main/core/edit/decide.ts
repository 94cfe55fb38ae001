import type { EditPlan, ImageStatus } from '../../contract/wire.ts'
import { areaOf, intersectionArea, unionAll } from '../mask/rle.ts'
import type { Planned, Policy } from './build.ts'
import { PlanBuilder, withLosses } from './build.ts'
import type { DrawOptions } from './draw.ts'
import { countsAsObject } from './state.ts'
import type { EditPrediction, EditState, Flag } from './state.ts'

/** Gestures that decide: accept, reject, status, flag. */

/**
 * Copies predictions into truth, each under a new id. One that was accepted before is left out while most of it is still marked.
 */
export function planAccept(state: EditState, ids: readonly string[], options: DrawOptions): Planned {
  const builder = new PlanBuilder(state)
  const decisions: EditPlan['decisions'] = []
  for (const prediction of state.predictions.filter(({ id }) => ids.includes(id))) {
    if (prediction.decision === 'accepted' && stillMarked(state, prediction)) continue
    const { rle, category } = prediction
    const kind = category === undefined ? {} : { category }
    const pixels = builder.claim(rle, options.policy)
    if (pixels.length === 0) continue
    builder.create(
      { id: options.newId(), rle: pixels, origin: 'accepted', edited: false, ...kind },
      prediction.colour,
    )
    if (prediction.decision !== 'accepted') {
      decisions.push({ prediction: prediction.id, from: prediction.decision, to: 'accepted' })
    }
  }
  const plan = builder.plan('accept', decisions)
  return plan ? withLosses(state, plan) : { refusal: acceptRefusal(ids.length, options.policy) }
}

function acceptRefusal(count: number, policy: Policy): string {
  if (count === 0) return 'There is no prediction to accept here.'
  return policy === 'yield'
    ? 'All of its pixels are marked already, so there is nothing to accept.'
    : 'It was accepted already.'
}

function stillMarked(state: EditState, { rle }: EditPrediction): boolean {
  const marked = unionAll(state.truth.map((t) => t.rle).filter((other) => intersectionArea(rle, other) > 0))
  return 2 * intersectionArea(rle, marked) > areaOf(rle)
}

/** Keeps the decision that these predictions are wrong; accepted ones are left as they are. */
export function planReject(state: EditState, ids: readonly string[]): Planned {
  const chosen = state.predictions.filter(({ id }) => ids.includes(id))
  const decisions = chosen
    .filter(({ decision }) => decision === null)
    .map(({ id }) => ({ prediction: id, from: null, to: 'rejected' as const }))
  const plan = new PlanBuilder(state).plan('reject', decisions)
  if (plan) return { plan }
  if (chosen.length === 0) return { refusal: 'There is no prediction to reject here.' }
  return chosen.some(({ decision }) => decision === 'accepted')
    ? { refusal: 'It was accepted already. Delete the ship if it is wrong.' }
    : { refusal: 'It was rejected already.' }
}

/** Sets the status. 'no ship' is refused while ships are marked. */
export function planStatus(state: EditState, to: ImageStatus): Planned {
  const ships = state.truth.filter((t) => countsAsObject(t, state.uncounted)).length
  if (to === 'no ship' && ships > 0) return { refusal: shipsAreMarked(ships) }
  if (to === state.status) return { refusal: `The status is "${to}" already.` }
  return {
    plan: { kind: 'status', instances: [], decisions: [], status: { from: state.status, to }, flag: null },
  }
}

/** '7 ships are marked' */
export function shipsAreMarked(count: number): string {
  return count === 1 ? '1 ship is marked' : `${count} ships are marked`
}

/** Sets the flag and its comment. */
export function planFlag(state: EditState, to: Flag): Planned {
  const from = state.flag
  if (from.flagged === to.flagged && from.comment === to.comment) {
    return { refusal: 'The flag is as it was.' }
  }
  return { plan: { kind: 'flag', instances: [], decisions: [], status: null, flag: { from, to } } }
}

/** Leaves the image out for good, or takes it back. @param reason null: takes it back */
export function planLeaveOut(state: EditState, reason: string | null): Planned {
  const from = state.leftOut ?? null
  if (from === reason) {
    return { refusal: from === null ? 'It is not left out.' : 'It is left out already.' }
  }
  const leftOut = { from, to: reason }
  return {
    plan: { kind: 'leave out', instances: [], decisions: [], status: null, flag: null, leftOut },
  }
}
