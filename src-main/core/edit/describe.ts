import { DEFAULT_CATEGORY } from '../../contract/words.ts'
import type { EditPlan, InstanceAttributes } from '../../contract/wire.ts'
import type { Planned } from './build.ts'
import { PlanBuilder } from './build.ts'
import type { EditState } from './state.ts'
import { noneChosen } from './state.ts'

/** Gestures that say what an instance is, and leave its pixels. */

/** What of an instance people say: `undefined` takes it back. */
type Description = Partial<Pick<InstanceAttributes, 'category' | 'ignore' | 'heading' | 'attributes'>>

/** Says the same of several truth instances. */
export function planDescribe(state: EditState, ids: readonly string[], description: Description): Planned {
  const builder = new PlanBuilder(state)
  const chosen = state.truth.filter(({ id }) => ids.includes(id))
  if (chosen.length === 0) return noneChosen(state, ids, 'Select the instances first.')
  for (const { id } of chosen) builder.describe(id, description)
  const plan = builder.plan('attributes')
  return plan ? { plan } : { refusal: 'The selected instances are that already.' }
}

/** As many attributes as an instance may have. */
const MOST_ATTRIBUTES = 50

/** Notes an attribute of truth instances; what else is noted of each stays. @param value null: takes it away */
export function planAttribute(
  state: EditState,
  ids: readonly string[],
  name: string,
  value: string | null,
): Planned {
  const builder = new PlanBuilder(state)
  const chosen = state.truth.filter(({ id }) => ids.includes(id))
  if (chosen.length === 0) return noneChosen(state, ids, 'Select the instances first.')
  for (const { id, attributes = {} } of chosen) {
    const { [name]: _, ...others } = attributes
    const all = value === null ? others : { ...attributes, [name]: value }
    const count = Object.keys(all).length
    if (count > MOST_ATTRIBUTES)
      return { refusal: `An instance has ${MOST_ATTRIBUTES} attributes at most. Take one away first.` }
    builder.describe(id, { attributes: count === 0 ? undefined : all })
  }
  const plan = builder.plan('attributes')
  return plan ? { plan } : { refusal: 'That is noted already.' }
}

/** Gives truth instances a category. @param key of the category */
export function planCategory(state: EditState, ids: readonly string[], key: string): Planned {
  return planDescribe(state, ids, { category: storedCategory(key) })
}

/** What an instance of a category carries: nothing for a ship, as instances are by themselves. */
export function storedCategory(key: string): string | undefined {
  return key === DEFAULT_CATEGORY ? undefined : key
}

/**
 * The plan with this category for the instances that it makes and that have none yet: tools need not know of categories. Pieces of a split are
 * what the whole was.
 * @param key of the category that was used last
 */
export function newInstancesAs(plan: EditPlan, key: string): EditPlan {
  const category = storedCategory(key)
  if (category === undefined || plan.kind === 'split') return plan
  return {
    ...plan,
    instances: plan.instances.map((change) => {
      const { before, after } = change
      const bare =
        before === null && after !== null && after.category === undefined && after.ignore === undefined
      return bare ? { ...change, after: { ...after, category } } : change
    }),
  }
}
