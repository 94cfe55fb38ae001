import { DrydockError } from '../../contract/errors.ts'
import type { RunComparison } from '../../contract/wire.ts'
import type { Project } from '../machinery/project.ts'

/**
 * Two runs against the same truth, on the finished images that both have reached, whatever scores are stored of them.
 * @returns null where there is no such image
 * @throws DrydockError `not_found`
 */
export async function compareRuns(
  project: Project,
  first: number,
  second: number,
  signal?: AbortSignal,
): Promise<RunComparison | null> {
  for (const run of [first, second]) {
    if (!project.store.runs.get(run))
      throw new DrydockError('not_found', 'This project has no such run.', { run })
  }
  const found = await project.reads.run('review.compare', { first, second }, signal ? { signal } : {})
  return found && { runs: { first, second }, ...found }
}
