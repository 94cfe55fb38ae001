import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { DrydockError, toWireError } from '../../contract/errors.ts'
import type { CategoryWish, ImportResult } from '../../contract/wire.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable } from '../machinery/project.ts'
import { importJob, runBegun } from './import-job.ts'
import type { ExistingTruth } from './import-plan.ts'
import type { OverlapChoice } from './overlaps.ts'
import { forgetPreview, previewOf } from './previews.ts'

/** What to do with previewed labels. */
export interface ImportWanted {
  token: string
  what: 'truth' | 'predictions'
  /** images that already have truth instances */
  existing: ExistingTruth
  /** masks of the file that share pixels; default: they are taken as they are */
  overlaps?: OverlapChoice | undefined
  /** masks of the file count their pixels along the rows; default: down the columns, as they should */
  rowByRow?: boolean | undefined
  /** of the run that imported predictions become */
  runName?: string | undefined
  /** what the file's categories become; default: as the preview says */
  categories?: readonly CategoryWish[] | undefined
}

/**
 * Imports what was previewed, as a job; resolves when it is done. As truth it is one group of edits, which undoes as
 * one, after a backup; as predictions it is a run of its own, which becomes the current one. Images whose file cannot
 * be read are left out and named. One that was broken off can be called again, and goes on.
 * @throws DrydockError `not_found` where the preview is gone; or as the job failed
 */
export async function importLabels(project: Project, wanted: ImportWanted): Promise<ImportResult> {
  assertWritable(project)
  const previewed = previewOf(project, wanted.token)
  if (previewed === null) {
    throw new DrydockError(
      'not_found',
      'This import was not prepared, or Drydock was restarted since. Choose the file again.',
    )
  }
  const { file, format, stamp, labels } = previewed
  const { token, what, existing, overlaps = 'keep', rowByRow = false } = wanted
  const categories = [...(wanted.categories ?? [])]
  const runName = (wanted.runName ?? basename(file)).slice(0, 80)
  const run = runBegun(project, previewed.job, runName)
  previewed.job = randomUUID()
  try {
    const result = await project.jobs.complete(
      importJob,
      { token, file, format, stamp, what, existing, overlaps, rowByRow, categories, runName, run },
      { title: `Importing ${basename(file)}`, unit: 'images', total: labels.images, lane: 'import' },
      previewed.job,
    )
    forgetPreview(project, token)
    return result
  } catch (error) {
    const { code } = toWireError(error)
    throw code === 'cancelled' ? cancelled(what) : error
  }
}

function cancelled(what: ImportWanted['what']): DrydockError {
  const kept = what === 'truth' ? 'can be undone' : 'stays as a run'
  return new DrydockError('cancelled', `The import was cancelled. What was imported before ${kept}.`)
}
