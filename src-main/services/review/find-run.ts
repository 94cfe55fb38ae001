import { DrydockError } from '../../contract/errors.ts'
import type { Run } from '../../contract/wire.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun } from '../machinery/project.ts'
import { listRuns } from '../predict/runs.ts'

/**
 * The run that a person names: by its number, or by its name, the newest where several have it; undefined: the current one.
 * @throws DrydockError `not_found`
 */
export function findRun(project: Project, wanted: string | undefined): Run {
  const runs = listRuns(project)
  const id = wanted === undefined ? currentRun(project) : Number(wanted)
  const run = runs.find((one) => one.id === id) ?? runs.findLast(({ name }) => name === wanted)
  if (run) return run
  const names = runs.map(({ id, name }) => `${id} (${name})`).join(', ')
  throw new DrydockError(
    'not_found',
    runs.length === 0
      ? 'This project has no run yet. Predict its images, or import predictions, first.'
      : `This project has no run "${wanted ?? ''}"; there are: ${names}.`,
  )
}
