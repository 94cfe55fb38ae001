import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import { DrydockError, fromWireError, toWireError } from '../contract/errors.ts'
import type { ImportPreview, ImportResult } from '../contract/wire.ts'
import { parseRle } from '../core/mask/rle.ts'
import { airbusCsv } from '../formats/airbus.ts'
import { backUp } from '../store/backup.ts'
import { ensureContent } from './content.ts'
import { addGroupEdit } from './groups.ts'
import { importPlan } from './import-plan.ts'
import type { ExistingTruth } from './import-plan.ts'
import type { JobControl } from './jobs.ts'
import { writeLabels } from './label-output.ts'
import type { ReadImage, ReadLabels } from './label-reading.ts'
import type { Project } from './project.ts'
import { assertWritable, currentRun, imageFile, isFinished, storedImage } from './project.ts'
import { tellImage } from './rows.ts'
import { tellCurrentRun } from './runs.ts'
import { rescore } from './score.ts'

/** Names of a kind that a preview lists; the count says how many there are. */
const LISTED = 50

/** What was previewed and waits for a yes. */
interface Previewed {
  project: string
  file: string
  labels: ReadLabels
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
  previews.set(token, { project: project.id, file, labels })
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
 * one, after a backup; as predictions it is a run of its own, which becomes the current one.
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
            : await importRun(project, images, wanted.runName ?? name, control)
        return { summary: summaryOf(came.result) }
      } catch (error) {
        came.failure = fromWireError(toWireError(error))
        throw error
      }
    },
  )
  await project.jobs.finished(job)
  if (came.result === null) {
    throw (
      came.failure ??
      new DrydockError('cancelled', 'The import was cancelled. What was imported before can be undone.')
    )
  }
  previews.delete(wanted.token)
  return came.result
}

function summaryOf({ images, instances }: ImportResult): string {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  return `Imported ${count(instances, 'mask')} on ${count(images, 'image')}.`
}

async function importTruth(
  project: Project,
  images: readonly ReadImage[],
  { token, existing }: ImportWanted,
  { signal, progress }: JobControl,
): Promise<ImportResult> {
  const { store } = project
  await backUp(store.db, join(project.folder, 'backups'))
  const done: ImportResult = { images: 0, instances: 0, skipped: 0, group: token, run: null }
  const changed: number[] = []
  const usable = await readable(project, images, signal)
  let seen = 0
  await store.inBatches(
    usable,
    (labelled) => {
      const image = storedImage(project, labelled.id)
      const plan = importPlan(image, store.truth.of(image.id), labelled.masks, existing)
      progress(++seen)
      if (plan === null || !addGroupEdit(project, image.id, plan, token)) return
      changed.push(image.id)
      done.instances += labelled.masks.length
    },
    signal,
  )
  for (const id of changed) tellImage(project, id, 'truth')
  project.events.emit({ type: 'score' })
  return { ...done, images: changed.length, skipped: images.length - changed.length }
}

async function importRun(
  project: Project,
  images: readonly ReadImage[],
  name: string,
  { signal, progress }: JobControl,
): Promise<ImportResult> {
  const { store } = project
  const usable = await readable(project, images, signal)
  const at = new Date().toISOString()
  const run = await store.write(() =>
    store.runs.add({
      name: name.slice(0, 80),
      kind: 'labels',
      model: null,
      settings: null,
      flips: false,
      createdAt: at,
    }),
  )
  let seen = 0
  let instances = 0
  await store.inBatches(
    usable,
    ({ id, masks }) => {
      const found = masks.map(({ rle, area, colour }) => ({
        ...{ id: randomUUID(), rle, area, colour },
        ...{ score: 1, cluster: -1, decision: null },
      }))
      store.runs.reach({ run, image: id, sha256: storedImage(project, id).sha256, inference: null }, at)
      store.predictions.replace(run, id, found)
      rescore(project, run, id)
      instances += masks.length
      progress(++seen)
    },
    signal,
  )
  await store.write(() => store.meta.set('current_run', String(run)))
  tellCurrentRun(project)
  for (const { id } of usable) tellImage(project, id, 'predictions')
  return { images: usable.length, instances, skipped: images.length - usable.length, group: null, run }
}

/** The images whose content is known: a mask, like a score, belongs to a content. */
async function readable(
  project: Project,
  images: readonly ReadImage[],
  signal: AbortSignal,
): Promise<ReadImage[]> {
  const known: ReadImage[] = []
  for (const image of images) {
    signal.throwIfAborted()
    const { width, height } = await ensureContent(project, image.id).catch(() => ({ width: 0, height: 0 }))
    if (width === image.size.width && height === image.size.height) known.push(image)
  }
  return known
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
