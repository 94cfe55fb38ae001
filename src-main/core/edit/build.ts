import type { EditKind, EditPlan, InstanceChange } from '../../contract/wire.ts'
import { gapBetween } from '../geometry/box.ts'
import type { Rle } from '../mask/rle.ts'
import { EMPTY_RLE, boundsOf, formatRle, intersectionArea, subtract } from '../mask/rle.ts'
import { pickColour } from './colours.ts'
import { attributesOf, sameAttributes } from './state.ts'
import type { EditState, EditTruth } from './state.ts'

/** What a gesture comes to: a plan, or a sentence that says why it changes nothing. */
export type Planned = Drawn | { refusal: string }

/** A plan, and what a person should know of it beside what is seen. */
export interface Drawn {
  plan: EditPlan
  note?: string
}

/** What becomes of pixels that another truth instance holds: they stay there, are taken over, or belong to both. */
export const POLICIES = ['yield', 'take', 'allow'] as const
export type Policy = (typeof POLICIES)[number]

/** The plan, with a word about each instance that it takes the last pixel of, but for those that it is to remove. */
export function withLosses(state: EditState, plan: EditPlan, meant: readonly string[] = []): Drawn {
  const gone = plan.instances
    .filter(({ instance, after }) => after === null && !meant.includes(instance))
    .map(({ instance }) => state.truth.findIndex(({ id }) => id === instance) + 1)
    .sort((a, b) => a - b)
  if (gone.length === 0) return { plan }
  const note =
    gone.length === 1
      ? `Ship ${gone[0]} had no pixel left, so it is gone. Undo brings it back.`
      : `Ships ${gone.join(', ')} had no pixel left, so they are gone. Undo brings them back.`
  return { plan, note }
}

/** How the status moves on where truth changes; null where it stays. */
export function statusAfterMarking(from: EditState['status']): EditPlan['status'] {
  return from === 'to do' || from === 'no ship' ? { from, to: 'in progress' } : null
}

/** An accepted prediction keeps its colour unless an instance this near (px) bears the same. */
const NEIGHBOUR = 16

/** Collects how the truth of one image is to change, and writes it down as one plan. */
export class PlanBuilder {
  readonly #state: EditState
  readonly #before: ReadonlyMap<string, EditTruth>
  readonly #after: Map<string, EditTruth>

  constructor(state: EditState) {
    this.#state = state
    this.#before = new Map(state.truth.map((t) => [t.id, t]))
    this.#after = new Map(this.#before)
  }

  get(id: string): EditTruth | null {
    return this.#after.get(id) ?? null
  }

  /** What is left of a mask when all instances but `except` keep their pixels; areas to ignore hold none. */
  yielding(rle: Rle, except: string | null): Rle {
    let left = rle
    for (const t of this.#after.values())
      if (t.id !== except && t.ignore !== true) left = subtractWhereMet(left, t.rle)
    return left
  }

  /**
   * The pixels of a mask that an instance comes to have: what others hold stays theirs, goes, or is shared, by the policy. An area to ignore lies over ships and between
   * them, and takes nothing from them.
   * @param owner null, or without an id: a new instance
   */
  claim(rle: Rle, policy: Policy, owner: Partial<Pick<EditTruth, 'id' | 'ignore'>> | null = null): Rle {
    if (owner?.ignore === true) return rle
    if (policy === 'yield') return this.yielding(rle, owner?.id ?? null)
    if (policy === 'take') this.#takeFromOthers(rle, owner?.id ?? null)
    return rle
  }

  #takeFromOthers(rle: Rle, except: string | null): void {
    for (const t of [...this.#after.values()]) {
      const other = t.id !== except && t.ignore !== true
      if (other && intersectionArea(t.rle, rle) > 0) this.reshape(t.id, subtract(t.rle, rle))
    }
  }

  /** @param preferred its colour, unless a near neighbour bears it */
  create(instance: Omit<EditTruth, 'colour'>, preferred: number | null = null): void {
    this.#after.set(instance.id, { ...instance, colour: this.#colourFor(instance.rle, preferred) })
  }

  /** Gives an instance another mask by a person's hand; without pixels it goes. It keeps no shape but one that is given with it. */
  reshape(id: string, rle: Rle, drawn: Pick<EditTruth, 'shape' | 'heading'> = {}): void {
    const before = this.#after.get(id)
    if (!before) return
    if (rle.length === 0) this.#after.delete(id)
    else
      this.#after.set(id, {
        ...before,
        ...{ rle, edited: before.origin !== 'drawn', shape: undefined },
        ...drawn,
      })
  }

  /** Says something else of an instance than its pixels. */
  describe(
    id: string,
    change: Partial<Pick<EditTruth, 'category' | 'ignore' | 'heading' | 'attributes' | 'shape'>>,
  ): void {
    const before = this.#after.get(id)
    if (before) this.#after.set(id, { ...before, ...change })
  }

  /** The plan of everything collected; where truth changes, status moves on. Null where nothing changes. */
  plan(kind: EditKind, decisions: EditPlan['decisions'] = []): EditPlan | null {
    const instances: InstanceChange[] = []
    for (const before of this.#before.values()) {
      const after = this.#after.get(before.id) ?? null
      const change = after === before ? null : describeChange(before, after)
      if (change) instances.push(change)
    }
    for (const after of this.#after.values()) {
      const change = this.#before.has(after.id) ? null : describeChange(null, after)
      if (change) instances.push(change)
    }
    if (instances.length === 0 && decisions.length === 0) return null
    const status = instances.length > 0 ? statusAfterMarking(this.#state.status) : null
    return { kind, instances, decisions, status, flag: null }
  }

  #colourFor(rle: Rle, preferred: number | null): number {
    const { height } = this.#state
    const bounds = boundsOf(rle, height)
    const others = [...this.#after.values()].map((t) => ({
      bounds: boundsOf(t.rle, height),
      colour: t.colour,
    }))
    const clashes = others.some(
      (other) =>
        other.colour === preferred &&
        bounds !== null &&
        other.bounds !== null &&
        gapBetween(bounds, other.bounds) <= NEIGHBOUR,
    )
    return preferred === null || clashes ? pickColour(bounds, others) : preferred
  }
}

function subtractWhereMet(a: Rle, b: Rle): Rle {
  return intersectionArea(a, b) > 0 ? subtract(a, b) : a
}

/** How an instance changes from one state to another; null where it does not. */
function describeChange(before: EditTruth | null, after: EditTruth | null): InstanceChange | null {
  const one = after ?? before
  if (one === null) return null
  const added = subtract(after?.rle ?? EMPTY_RLE, before?.rle ?? EMPTY_RLE)
  const removed = subtract(before?.rle ?? EMPTY_RLE, after?.rle ?? EMPTY_RLE)
  const alike = before !== null && after !== null && sameAttributes(before, after)
  if (alike && added.length === 0 && removed.length === 0) return null
  return {
    instance: one.id,
    before: before && attributesOf(before),
    after: after && attributesOf(after),
    added: formatRle(added),
    removed: formatRle(removed),
  }
}
