import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import type { Connection, Migration } from './migration.ts'

/**
 * What takes an edit back is computed from what it did. Where a stored inverse is another than the computed one, nobody can say which of
 * both is right: the project is refused and stays as it is, for the Drydock that it was last used with.
 */
export const oneTruthOfEdits: Migration = {
  number: 6,
  name: 'one-truth-of-edits',
  check: checkInverses,
  sql: 'alter table edits drop column inverse_json',
}

interface Row {
  id: number
  path: string
  forward: string
  inverse: string
}

/** @throws DrydockError `project_damaged` */
function checkInverses(db: Connection): void {
  const rows = db.prepare<[], Row>(
    `select e.id, i.path, e.forward_json as forward, e.inverse_json as inverse
     from edits e join images i on i.id = e.image_id order by e.id`,
  )
  for (const { id, path, forward, inverse } of rows.iterate()) {
    if (isDeepStrictEqual(inverted(JSON.parse(forward)), JSON.parse(inverse))) continue
    throw new DrydockError(
      'project_damaged',
      `The history of this project contradicts itself: what is stored to take back an edit of ${path} is not the reverse of that edit. The project was left as it is. It opens with the Drydock that it was last used with; or choose "Restore a backup…" in the menu File.`,
      { edit: id, image: path },
    )
  }
}

const pair = z.looseObject({ from: z.unknown(), to: z.unknown() })

/** A plan as it was stored until now. */
const storedPlan = z.looseObject({
  instances: z.array(
    z.looseObject({
      lifecycle: z.enum(['create', 'delete']).nullable(),
      ...{ editedBefore: z.unknown(), editedAfter: z.unknown(), added: z.unknown(), removed: z.unknown() },
    }),
  ),
  decisions: z.array(pair),
  status: pair.nullable(),
  flag: pair.nullable(),
})

/** Every before and after swapped, as plans were taken back when they were stored; null where it is no plan. */
function inverted(stored: unknown): unknown {
  const { success, data: plan } = storedPlan.safeParse(stored)
  if (!success) return null
  const swapped = (p: z.infer<typeof pair>): object => ({ ...p, from: p.to, to: p.from })
  const opposite = { create: 'delete', delete: 'create' }
  return {
    ...plan,
    instances: plan.instances.toReversed().map((change) => ({
      ...change,
      lifecycle: change.lifecycle && opposite[change.lifecycle],
      editedBefore: change.editedAfter,
      editedAfter: change.editedBefore,
      added: change.removed,
      removed: change.added,
    })),
    decisions: plan.decisions.map(swapped),
    status: plan.status && swapped(plan.status),
    flag: plan.flag && swapped(plan.flag),
  }
}
