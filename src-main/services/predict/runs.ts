import { DrydockError } from '../../contract/errors.ts'
import type { Run } from '../../contract/wire.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, currentRun } from '../machinery/project.ts'

/** All runs of the project, oldest first. */
export function listRuns(project: Project): Run[] {
  return project.store.runs.all(currentRun(project))
}

/** Makes a run the one that list, sorting and live F2 refer to. @throws DrydockError `not_found` */
export async function setCurrentRun(project: Project, run: number): Promise<void> {
  assertWritable(project)
  const { store } = project
  if (!store.runs.get(run)) throw new DrydockError('not_found', 'This project has no such run.', { run })
  await store.write(() => store.meta.set('current_run', String(run)))
  tellCurrentRun(project)
}

/**
 * Chooses whether predictions from now on average over the four flips. What runs have reached stays; where the choice is
 * another than the current run's, the next prediction begins or extends another run.
 * @throws DrydockError `read_only`
 */
export async function setFlips(project: Project, flips: boolean): Promise<void> {
  assertWritable(project)
  const { store, events } = project
  await store.write(() => store.meta.set('flips', flips ? '1' : null))
  events.emit({ type: 'runs' })
}

/** Tells everyone that lists and scores refer to another run now. */
export function tellCurrentRun({ events }: Project): void {
  events.emit({ type: 'runs' })
  events.emit({ type: 'score' })
}
