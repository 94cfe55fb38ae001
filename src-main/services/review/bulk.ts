import { randomUUID } from 'node:crypto'
import type { BulkAct } from '../../contract/wire.ts'
import type { DrawOptions, Planned } from '../../core/edit/edit.ts'
import { planAccept, planCategory, planDelete, planReject } from '../../core/edit/edit.ts'
import type { EditState } from '../../core/edit/edit.ts'
import { storedEditState } from '../annotate/edit-state.ts'
import { addGroupEdit } from '../annotate/groups.ts'
import { tellImages } from '../images/rows.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, storedImage } from '../machinery/project.ts'

/** Instances of one image, by their ids: of truth, or of a run. */
export interface Chosen {
  image: number
  ids: readonly string[]
}

/**
 * Decides on instances of many images at once: accepts or rejects predictions, deletes truth, or gives truth a category. All of it is one group, which
 * one undo takes back.
 * @param run whose predictions are meant
 * @param group id of the group, a UUID
 * @returns images that changed; where there was nothing to do on one it stays as it is
 * @throws DrydockError `read_only`, `not_found`
 */
export async function decideMany(
  project: Project,
  { run, chosen, act, group }: { run: number; chosen: readonly Chosen[]; act: BulkAct; group: string },
): Promise<{ images: number }> {
  assertWritable(project)
  const changed: number[] = []
  await project.store.inBatches(chosen, ({ image, ids }) => {
    const planned = planAct(wholeState(project, run, image), ids, act)
    if (!('plan' in planned)) return
    addGroupEdit(project, storedImage(project, image), planned.plan, group)
    changed.push(image)
  })
  await tellImages(project, changed, 'truth')
  if (changed.length > 0) project.events.emit({ type: 'score' })
  return { images: changed.length }
}

function planAct(state: EditState, ids: readonly string[], act: BulkAct): Planned {
  const options: DrawOptions = { policy: 'yield', newId: () => randomUUID() }
  switch (act.act) {
    case 'accept':
      return planAccept(state, ids, options)
    case 'reject':
      return planReject(state, ids)
    case 'delete':
      return planDelete(state, ids)
    case 'category':
      return planCategory(state, ids, act.category)
  }
}

function wholeState(project: Project, run: number, id: number): EditState {
  const { store } = project
  const instances = { truth: store.truth.of(id), predictions: store.predictions.of(run, id) }
  return storedEditState(store, storedImage(project, id), instances)
}
