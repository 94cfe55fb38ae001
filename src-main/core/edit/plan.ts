import { DrydockError } from '../../contract/errors.ts'
import { PLAN_VERSION } from '../../contract/words.ts'
import type { EditPlan, InstanceChange } from '../../contract/wire.ts'
import type { Rle, Size } from '../mask/rle.ts'
import { EMPTY_RLE, areaOf, equal, fitsIn, intersectionArea, parseRle, subtract, union } from '../mask/rle.ts'
import { COLOURS } from './colours.ts'
import { shipsAreMarked } from './decide.ts'
import { countsAsObject, sameAttributes, withAttributes } from './state.ts'
import type { EditState, EditTruth } from './state.ts'

/** What takes a plan back: every before and after swapped. There is no other way of undoing. */
export function invertPlan(plan: EditPlan): EditPlan {
  return {
    version: PLAN_VERSION,
    kind: plan.kind,
    instances: plan.instances.toReversed().map(({ instance, before, after, added, removed }) => ({
      instance,
      before: after,
      after: before,
      added: removed,
      removed: added,
    })),
    decisions: plan.decisions.map(({ prediction, from, to }) => ({ prediction, from: to, to: from })),
    status: plan.status && { from: plan.status.to, to: plan.status.from },
    flag: plan.flag && { from: plan.flag.to, to: plan.flag.from },
    ...(plan.leftOut && { leftOut: { from: plan.leftOut.to, to: plan.leftOut.from } }),
  }
}

/**
 * The image after a plan; what the plan does not name is the same object as before. Created instances come last.
 * @throws DrydockError `bad_input` where {@link checkPlan} objects.
 */
export function applyPlan<S extends EditState>(state: S, plan: EditPlan): S {
  const objection = checkPlan(state, plan)
  if (objection !== null) throw new DrydockError('bad_input', objection)
  const truth = new Map<string, EditTruth>(state.truth.map((t) => [t.id, t]))
  for (const change of plan.instances) {
    const before = truth.get(change.instance)
    const rle = reshaped(before?.rle ?? EMPTY_RLE, change)
    if (change.after === null) truth.delete(change.instance)
    else truth.set(change.instance, withAttributes({ ...before, id: change.instance, rle }, change.after))
  }
  const decided = new Map(plan.decisions.map(({ prediction, to }) => [prediction, to]))
  return {
    ...state,
    truth: plan.instances.length === 0 ? state.truth : [...truth.values()],
    // the very list, where nothing was decided: what was made of it holds
    predictions:
      decided.size === 0
        ? state.predictions
        : state.predictions.map((p) =>
            decided.has(p.id) ? { ...p, decision: decided.get(p.id) ?? null } : p,
          ),
    status: plan.status?.to ?? state.status,
    flag: plan.flag?.to ?? state.flag,
    leftOut: plan.leftOut ? plan.leftOut.to : state.leftOut,
  }
}

function reshaped(before: Rle, change: InstanceChange): Rle {
  return union(subtract(before, parseRle(change.removed)), parseRle(change.added))
}

/**
 * Whether a plan can be applied to this state of the image: null, or a sentence that says why not.
 * @param state may have only the instances and predictions that the plan names
 * @param ships how many instances that count as object the image has now
 */
export function checkPlan(
  state: EditState,
  plan: EditPlan,
  ships = (): number => state.truth.filter((t) => countsAsObject(t, state.uncounted)).length,
): string | null {
  if ((plan.version ?? PLAN_VERSION) !== PLAN_VERSION) {
    return 'The edit has the form of another version of Drydock.'
  }
  const named = plan.instances.map((change) => change.instance)
  const names = new Set(named)
  if (names.size !== named.length) return 'The edit names an instance twice.'
  const truth = new Map(state.truth.filter(({ id }) => names.has(id)).map((t) => [t.id, t]))
  for (const change of plan.instances) {
    const objection = checkChange(truth.get(change.instance) ?? null, change, state)
    if (objection !== null) return objection
  }
  const decisions = new Map(
    plan.decisions.length === 0 ? [] : state.predictions.map((p) => [p.id, p.decision]),
  )
  for (const { prediction, from } of plan.decisions) {
    if (!decisions.has(prediction)) return 'The edit decides on a prediction that is not there.'
    if (decisions.get(prediction) !== from) return 'The prediction was decided on meanwhile.'
  }
  const decided = plan.decisions.map(({ prediction }) => prediction)
  if (new Set(decided).size !== decided.length) return 'The edit decides on a prediction twice.'
  if (plan.status && plan.status.from !== state.status) return 'The status was changed meanwhile.'
  if (
    plan.flag &&
    (plan.flag.from.flagged !== state.flag.flagged || plan.flag.from.comment !== state.flag.comment)
  ) {
    return 'The flag was changed meanwhile.'
  }
  if (plan.leftOut && plan.leftOut.from !== (state.leftOut ?? null)) {
    return 'The image was left out, or taken back, meanwhile.'
  }
  return checkNoShip(state, plan, ships)
}

function checkNoShip(state: EditState, plan: EditPlan, ships: () => number): string | null {
  if ((plan.status?.to ?? state.status) !== 'no ship') return null
  const count = plan.instances.reduce(
    (n, { before, after }) => n + counted(after, state) - counted(before, state),
    ships(),
  )
  return count > 0 ? `${shipsAreMarked(count)}.` : null
}

function counted(attributes: InstanceChange['after'], { uncounted }: EditState): number {
  return attributes !== null && countsAsObject(attributes, uncounted) ? 1 : 0
}

function checkChange(known: EditTruth | null, change: InstanceChange, size: Size): string | null {
  const masks = parseBoth(change)
  if (typeof masks === 'string') return masks
  const { added, removed } = masks
  if (!fitsIn(added, size) || !fitsIn(removed, size)) return 'The edit reaches beyond the image.'
  const { before, after } = change
  if (before === null) {
    if (after === null) return 'The edit names an instance that is there neither before nor after it.'
    if (known) return 'The edit creates an instance that exists already.'
    if (after.colour < 0 || after.colour >= COLOURS) return 'The edit names a colour that does not exist.'
    if (removed.length > 0) return 'The edit takes pixels from an instance that it creates.'
    return added.length === 0 ? 'The edit creates an instance without pixels.' : null
  }
  if (!known) return 'The edit changes an instance that is not there.'
  if (
    [before, after ?? before].some(({ origin, colour }) => known.origin !== origin || known.colour !== colour)
  ) {
    return 'The edit changes the origin or the colour of an instance; both stay for life.'
  }
  if (!sameAttributes(known, before)) return 'The instance was changed meanwhile.'
  if (intersectionArea(removed, known.rle) !== areaOf(removed)) {
    return 'The edit removes pixels that the instance does not have.'
  }
  if (intersectionArea(added, known.rle) > 0) return 'The edit adds pixels that the instance has already.'
  const emptied = added.length === 0 && equal(removed, known.rle)
  if (after === null) return emptied ? null : 'The edit deletes an instance without all of its pixels.'
  return emptied ? 'The edit leaves an instance without pixels.' : null
}

function parseBoth(change: InstanceChange): { added: Rle; removed: Rle } | string {
  try {
    return { added: parseRle(change.added), removed: parseRle(change.removed) }
  } catch (error) {
    if (error instanceof DrydockError) return error.message
    throw error
  }
}
