import { DEFAULT_CATEGORY } from '../../contract/words.ts'
import type { EditPlan, InstanceAttributes } from '../../contract/wire.ts'
import type { Planned } from './build.ts'
import { PlanBuilder } from './build.ts'
import type { EditState } from './state.ts'

/** Gestures that say what an instance is, and leave its pixels. */

/** What of an instance people say: `undefined` takes it back. */
type Description = Partial<Pick<InstanceAttributes, 'category' | 'ignore' | 'heading' | 'attributes'>>

/** Says the same of several truth instances. */
export function planDescribe(state: EditState, ids: readonly string[], description: Description): Planned {
  const builder = new PlanBuilder(state)
  const chosen = state.truth.filter(({ id }) => ids.includes(id))
  if (chosen.length === 0) return { refusal: 'Select the instances first.' }
  for (const { id } of chosen) builder.describe(id, description)
  const plan = builder.plan('attributes')
  return plan ? { plan } : { refusal: 'The selected instances are that already.' }
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
