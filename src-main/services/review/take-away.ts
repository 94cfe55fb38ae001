import { DrydockError } from '../../contract/errors.ts'
import type { Project } from '../machinery/project.ts'
import { summaryOf } from '../machinery/project.ts'
import { compareRuns } from './compare.ts'
import type { ResultFile } from './result-form.ts'
import { writeHtml } from './report.ts'

/**
 * Writes a report on a run: as one HTML file with its pictures inside, or as CSV, one table of the same figures with a line for each image.
 * @param out ending in .csv: CSV; else HTML
 * @param against another run to compare with; null: none
 * @param ignoring without predictions that lie in areas to ignore
 * @param category key of a category: over the images with truth of it alone; null: over all
 * @throws DrydockError `nothing_to_do`, `not_found`
 */
export async function writeReport(
  project: Project,
  {
    run,
    against,
    ignoring = false,
    category = null,
  }: { run: number; against: number | null; ignoring?: boolean; category?: string | null },
  out: string,
): Promise<void> {
  const csv = /\.csv$/i.test(out)
  const comparison = against === null ? null : await compareRuns(project, against, run)
  const other = against === null ? '' : (project.store.runs.get(against)?.name ?? '')
  const gathered = await project.reads.run('review.report', {
    ...{ run, ignoring, category },
    folder: project.folder,
    csv: csv ? { file: out, comparison: comparison && { ...comparison, against: other } } : null,
  })
  if (gathered === null) {
    throw new DrydockError(
      'nothing_to_do',
      'No finished image is predicted in this run, so there is nothing to report.',
    )
  }
  if (csv) return
  await writeHtml(project, run, gathered, comparison, out)
}

/**
 * Writes the score of a run with all that it follows from into a new folder; see `exportResult`.
 * @throws DrydockError `not_found`, `bad_input`, `nothing_to_do`, `disk_full`
 */
export async function writeResult(project: Project, run: number, out: string): Promise<ResultFile> {
  const backend = await project.shared.engine.info().catch(() => null)
  const { folder } = project
  return project.reads.run('review.result', { run, folder, name: summaryOf(project).name, backend, out })
}
