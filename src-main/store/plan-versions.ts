import { z } from 'zod'
import { DrydockError } from '../contract/errors.ts'
import { editPlan, instanceAttributes, instanceChange } from '../contract/wire.ts'
import type { EditPlan, InstanceChange } from '../contract/wire.ts'
import { PLAN_VERSION } from '../contract/words.ts'

/** Plans of earlier versions, as they lie in the histories of projects. */

/** Version 1, which did not say so: each attribute had fields of its own, and whether the instance was there before and after was one more. */
const firstChange = z.object({
  ...instanceChange.pick({ instance: true, added: true, removed: true }).shape,
  lifecycle: z.enum(['create', 'delete']).nullable(),
  ...instanceAttributes.pick({ origin: true, colour: true }).shape,
  editedBefore: z.boolean(),
  editedAfter: z.boolean(),
})
const firstPlan = editPlan.extend({ instances: z.array(firstChange) })

/**
 * The plan that a stored value holds, in today's form.
 * @throws DrydockError `project_newer` for a version that is not known; ZodError where it is no plan
 */
export function readPlan(stored: unknown): EditPlan {
  const { version = 1 } = z.object({ version: z.number().int().optional() }).parse(stored)
  if (version === 1) {
    const plan = firstPlan.parse(stored)
    return { ...plan, version: PLAN_VERSION, instances: plan.instances.map(fromFirst) }
  }
  // version 2 knew neither areas to ignore nor headings nor attributes, and version 3 no shapes: all of them may be left out
  if (version === 2 || version === 3 || version === PLAN_VERSION)
    return { ...editPlan.parse(stored), version: PLAN_VERSION }
  throw new DrydockError(
    'project_newer',
    `This edit was made with a newer Drydock (its form is ${version}, this one reads up to ${PLAN_VERSION}). Nothing was changed. Update Drydock to take it back or do it again.`,
    { version, latest: PLAN_VERSION },
  )
}

function fromFirst(change: z.infer<typeof firstChange>): InstanceChange {
  const { instance, lifecycle, origin, colour, editedBefore, editedAfter, added, removed } = change
  return {
    instance,
    before: lifecycle === 'create' ? null : { origin, colour, edited: editedBefore },
    after: lifecycle === 'delete' ? null : { origin, colour, edited: editedAfter },
    added,
    removed,
  }
}
