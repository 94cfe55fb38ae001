import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import { DrydockError, fromWireError, toWireError } from '../../contract/errors.ts'
import type { ImportPreview, ImportResult } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { airbusCsv } from '../../formats/airbus.ts'
import { backUp } from '../../store/backup.ts'
import { addGroupEdit, holdsGroup } from '../annotate/groups.ts'
import { lookThrough } from './import-images.ts'
import { importPlan } from './import-plan.ts'
import type { ExistingTruth } from './import-plan.ts'
import type { JobControl } from '../machinery/jobs.ts'
import { writeLabels } from '../machinery/label-output.ts'
import type { ReadImage, ReadLabels } from './label-reading.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, currentRun, imageFile, isFinished, storedImage } from '../machinery/project.ts'
import { tellImage } from '../images/rows.ts'
import { tellCurrentRun } from '../predict/runs.ts'
import { rescore } from '../score/score.ts'

/** Names of a kind that a preview or a result lists; the count says how many there are. */
const LISTED = 50

/** What was previewed and waits for a yes. */
interface Previewed {
  project: string
  file: string
  labels: ReadLabels
  /** the run that an import of it has begun to fill */
  run: number | null
}

/** The last few previews of this process, by token. */
const previews = new Map<string, Previewed>()
const KEPT_PREVIEWS = 4

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
  const targets = project.store.images.all().map((image) => ({
    id: image.id,
    path: image.path,
    file: imageFile(project, image),
    size: image.width !== null && image.height !== null ? { width: image.width, height: image.height } : null,
  }))
  const labels = await project.shared.workers.run('matchLabels', { file, targets })
  const token = randomUUID()
  previews.set(token, { project: project.id, file, labels, run: null })
  for (const old of [...previews.keys()].slice(0, -KEPT_PREVIEWS)) previews.delete(old)
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
  const previewed = previews.get(wanted.token)
  if (previewed?.project !== project.id) {
    throw new DrydockError(
      'not_found',
      'This import was not prepared, or Drydock was restarted since. Choose the file again.',
    )
  }
  const { images } = previewed.labels
  const name = basename(previewed.file)
  const came: { result: ImportResult | null; failure: DrydockError | null } = { result: null, failure: null }
  const job = await project.jobs.start(
    { kind: 'import', title: `Importing ${name}`, unit: 'images', total: images.length, lane: 'import' },
    async (control) => {
      try {
        came.result =
          wanted.what === 'truth'
            ? await importTruth(project, images, wanted, control)
            : await importRun(project, previewed, wanted.runName ?? name, control)
        return { summary: summaryOf(came.result) }
      } catch (error) {
        came.failure = fromWireError(toWireError(error))
        throw error
      }
    },
  )
  await project.jobs.finished(job)
  if (came.result === null) {
    throw came.failure === null || came.failure.code === 'cancelled' ? cancelled(wanted.what) : came.failure
  }
  previews.delete(wanted.token)
  return came.result
}

function cancelled(what: ImportWanted['what']): DrydockError {
  const kept = what === 'truth' ? 'can be undone' : 'stays as a run'
  return new DrydockError('cancelled', `The import was cancelled. What was imported before ${kept}.`)
}

function summaryOf({ images, instances, leftOutCount }: ImportResult): string {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  const left = leftOutCount === 0 ? '' : ` ${count(leftOutCount, 'image')} could not be read.`
  return `Imported ${count(instances, 'mask')} on ${count(images, 'image')}.${left}`
}

async function importTruth(
  project: Project,
  labelled: readonly ReadImage[],
  { token: group, existing }: ImportWanted,
  { signal, progress }: JobControl,
): Promise<ImportResult> {
  const { store } = project
  await backUp(store.db, join(project.folder, 'backups'))
  const { usable, leftOut } = await lookThrough(project, labelled, signal)
  // what this import did before it was broken off stands, unless it was undone
  const begun = new Set(store.edits.imagesOfGroup(group))
  const imported = new Set<number>()
  let instances = 0
  let seen = 0
  try {
    await store.inBatches(
      usable,
      ({ id, masks }) => {
        progress(++seen)
        if (begun.has(id) && holdsGroup(project, id, group)) {
          // the file names an image twice: by its path, and by its name alone
          if (imported.has(id)) return
        } else {
          const plan = importPlan(storedImage(project, id), store.truth.of(id), masks, existing)
          if (plan === null) return
          addGroupEdit(project, id, plan, group)
          begun.add(id)
        }
        imported.add(id)
        instances += masks.length
      },
      signal,
    )
  } finally {
    for (const id of imported) tellImage(project, id, 'truth')
    project.events.emit({ type: 'score' })
  }
  return {
    ...{ images: imported.size, instances, skipped: usable.length - imported.size, ...listed(leftOut) },
    ...{ group: imported.size > 0 ? group : null, run: null },
  }
}

async function importRun(
  project: Project,
  previewed: Previewed,
  name: string,
  { signal, progress }: JobControl,
): Promise<ImportResult> {
  const { store } = project
  const { usable, leftOut } = await lookThrough(project, previewed.labels.images, signal)
  const none = { images: 0, instances: 0, skipped: 0, ...listed(leftOut), group: null, run: null }
  if (usable.length === 0) return none
  const at = new Date().toISOString()
  const run = await runFor(project, previewed, name.slice(0, 80), at)
  let seen = 0
  let instances = 0
  try {
    await store.inBatches(
      usable,
      ({ id, masks }) => {
        const { sha256 } = storedImage(project, id)
        // what this import brought before it was broken off stays, with what was decided on it since
        if (store.runs.image(run, id)?.sha256 !== sha256) {
          const found = masks.map(({ rle, area, colour }) => ({
            ...{ id: randomUUID(), rle, area, colour },
            ...{ score: 1, cluster: -1, decision: null },
          }))
          store.runs.reach({ run, image: id, sha256, inference: null }, at)
          store.predictions.replace(run, id, found)
        }
        rescore(project, run, id)
        instances += masks.length
        progress(++seen)
      },
      signal,
    )
    await store.write(() => store.meta.set('current_run', String(run)))
  } finally {
    tellCurrentRun(project)
  }
  for (const { id } of usable) tellImage(project, id, 'predictions')
  return { ...none, images: usable.length, instances, run }
}

/** The run that predictions are imported into: the one begun before, unless it was given another name since. */
async function runFor(
  project: Project,
  previewed: Previewed,
  name: string,
  createdAt: string,
): Promise<number> {
  const { store } = project
  const begun = previewed.run === null ? null : store.runs.get(previewed.run)
  if (begun?.name === name) return begun.id
  const run = { name, kind: 'labels' as const, model: null, settings: null, flips: false, createdAt }
  previewed.run = await store.write(() => store.runs.add(run))
  return previewed.run
}

function listed(leftOut: ImportResult['leftOut']): Pick<ImportResult, 'leftOut' | 'leftOutCount'> {
  return { leftOut: leftOut.slice(0, LISTED), leftOutCount: leftOut.length }
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
