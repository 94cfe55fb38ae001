import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { DrydockError, toWireError } from '../../contract/errors.ts'
import type { ImportPreview, ImportResult } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { airbusCsv } from '../../formats/airbus.ts'
import { writeLabels } from '../machinery/label-output.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, currentRun, isFinished } from '../machinery/project.ts'
import { LISTED, importJob, runBegun } from './import-job.ts'
import type { ExistingTruth } from './import-plan.ts'
import { forgetPreview, previewLabels, previewOf } from './previews.ts'

/** What to do with previewed labels. */
export interface ImportWanted {
  token: string
  what: 'truth' | 'predictions'
  /** images that already have truth instances */
  existing: ExistingTruth
  /** of the run that imported predictions become */
  runName?: string | undefined
}

/** Reads a label file and says what importing it would do. Nothing is written. @throws DrydockError `file_broken` */
export async function previewImport(project: Project, file: string): Promise<ImportPreview> {
  const { token, labels } = await previewLabels(project, file)
  const marked = new Set(project.store.truth.imagesWithTruth())
  const withTruth = labels.images.filter(({ id }) => marked.has(id)).map(({ path }) => path)
  return {
    token,
    file: basename(file),
    rows: labels.rows,
    instances: labels.instances,
    matchedImages: labels.images.length,
    emptyImages: labels.images.filter(({ masks }) => masks.length === 0).length,
    notFound: labels.notFound.slice(0, LISTED),
    notFoundCount: labels.notFound.length,
    overlapping: labels.overlapping.slice(0, LISTED),
    overlappingCount: labels.overlapping.length,
    outside: labels.outside.slice(0, LISTED),
    outsideCount: labels.outside.length,
    withTruth: withTruth.slice(0, LISTED),
    withTruthCount: withTruth.length,
    broken: labels.broken
      .slice(0, LISTED)
      .map(({ line, reason }) => ({ line, reason: `Line ${line} ${reason}.` })),
    brokenCount: labels.broken.length,
  }
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
  const { file, stamp, labels } = previewed
  const { token, what, existing } = wanted
  const runName = (wanted.runName ?? basename(file)).slice(0, 80)
  const run = runBegun(project, previewed.job, runName)
  previewed.job = randomUUID()
  try {
    const result = await project.jobs.complete(
      importJob,
      { token, file, stamp, what, existing, runName, run },
      { title: `Importing ${basename(file)}`, unit: 'images', total: labels.images.length, lane: 'import' },
      previewed.job,
    )
    forgetPreview(token)
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

/**
 * Writes an Airbus CSV: the truth of all finished images, or the instances of a run, rejected ones left out.
 * @param file is replaced only when the new one is whole
 * @param run default: the current one; for predictions
 * @throws DrydockError `nothing_to_do`, `bad_input` (`file` is a folder), `disk_full`
 */
export async function exportLabels(
  project: Project,
  file: string,
  what: 'truth' | 'predictions',
  run: number | null = currentRun(project),
): Promise<{ images: number; instances: number; file: string }> {
  const { store } = project
  const images = store.images
    .all()
    .filter((image) =>
      what === 'truth' ? isFinished(image) : run !== null && store.runs.image(run, image.id) !== null,
    )
  if (images.length === 0) {
    throw new DrydockError(
      'nothing_to_do',
      what === 'truth'
        ? 'No image is finished yet, so there is no truth to write. Set images to done or no ship first.'
        : 'There are no predictions to write. Predict the images first.',
    )
  }
  let instances = 0
  const masksOf = (id: number): string[] => {
    if (what === 'truth') return store.truth.masks(id)
    const found = run === null ? [] : store.predictions.of(run, id)
    return found.filter(({ decision }) => decision !== 'rejected').map(({ rle }) => rle)
  }
  const labels = function* () {
    for (const { id, path } of images) {
      const masks = masksOf(id).map(parseRle)
      instances += masks.length
      yield [path, masks] as const
    }
  }
  await writeLabels(file, airbusCsv.write(labels()))
  return { images: images.length, instances, file: basename(file) }
}
