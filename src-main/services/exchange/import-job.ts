import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import { categoryWish, labelFormatId } from '../../contract/wire.ts'
import type { ImportResult } from '../../contract/wire.ts'
import { suggestedWishes } from '../../core/categories.ts'
import { areaOf, formatRle, parseRle } from '../../core/mask/rle.ts'
import { areDisjoint } from '../../core/metric/overlap.ts'
import { backUp } from '../../store/backup.ts'
import { keysFor } from '../annotate/categories.ts'
import { addGroupEdit, holdsGroup } from '../annotate/groups.ts'
import { tellImages } from '../images/rows.ts'
import type { JobContext, JobHandler } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import { tellCurrentRun } from '../predict/runs.ts'
import { rescore } from '../score/score.ts'
import { lookThrough } from './import-images.ts'
import { importPlan, keptCategory } from './import-plan.ts'
import type { ReadImage, ReadMask } from './label-reading.ts'
import { alongRows } from './row-by-row.ts'
import { withoutOverlaps } from './overlaps.ts'
import type { OverlapChoice } from './overlaps.ts'
import { fileStamp, previewOf, readFor, stampOf } from './previews.ts'

/** Names of a kind that a preview or a result lists; the count says how many there are. */
export const LISTED = 50

const importPayload = z.object({
  /** of the preview; the group of the edits, so that they undo as one */
  token: z.uuid(),
  file: z.string(),
  /** null: what it looks like */
  format: labelFormatId.nullable().default(null),
  /** of the file when it was previewed: a person said yes to what was in it then */
  stamp: fileStamp,
  what: z.enum(['truth', 'predictions']),
  /** images that already have truth instances */
  existing: z.enum(['add', 'replace', 'skip']),
  overlaps: z.enum(['keep', 'order', 'size']).default('keep'),
  rowByRow: z.boolean().default(false),
  runName: z.string(),
  /** what the file's categories become */
  categories: z.array(categoryWish).default([]),
  /** the run that was begun for predictions */
  run: z.number().int().nullable(),
})
type ImportPayload = z.infer<typeof importPayload>

/** Imports a previewed label file; one that was broken off goes on in its group, or its run. */
export const importJob: JobHandler<ImportPayload, ImportResult> = {
  kind: 'import',
  version: 1,
  payload: importPayload,
  async run(context, payload) {
    const read = await labelsOf(context.project, payload)
    const labels = await categorised(context.project, read, payload.categories)
    const result = await (payload.what === 'truth' ? importTruth : importRun)(context, labels, payload)
    return { summary: summaryOf(result), result }
  },
  resumable: () => true,
}

/** @throws DrydockError `file_broken` where the file is not the one any more that was previewed */
async function labelsOf(
  project: Project,
  { token, file, format, stamp }: ImportPayload,
): Promise<readonly ReadImage[]> {
  const previewed = previewOf(project, token)
  if (previewed) return previewed.labels.images
  const now = await stampOf(file)
  if (now?.size !== stamp.size || now.mtime !== stamp.mtime) {
    throw new DrydockError(
      'file_broken',
      `${file} was changed or moved since the import of it began. Choose the label file again.`,
      { file },
    )
  }
  return (await readFor(project, file, format)).images
}

/** The images with keys of the project's categories in the place of the file's names; categories that are not there are made. */
async function categorised(
  project: Project,
  images: readonly ReadImage[],
  wishes: ImportPayload['categories'],
): Promise<readonly ReadImage[]> {
  const names = new Set(images.flatMap(({ masks }) => masks.flatMap(({ category }) => category ?? [])))
  if (names.size === 0) return images
  const wished = new Set(wishes.map(({ from }) => from))
  const { store } = project
  const keys = await store.write(() => {
    const others = suggestedWishes([...names], store.categories.all()).filter(({ from }) => !wished.has(from))
    return keysFor(store, [...wishes.filter(({ from }) => names.has(from)), ...others])
  })
  project.events.emit({ type: 'categories' })
  const keyOf = (name: string | null): string | null => (name === null ? null : (keys.get(name) ?? null))
  return images.map((image) => ({
    ...image,
    masks: image.masks.map((mask) => ({ ...mask, category: keyOf(mask.category) })),
  }))
}

/** The masks of an image as they were chosen to be read. One image at a time: gestures are saved in between. */
function chosenMasks({ masks, size }: ReadImage, { rowByRow, overlaps }: ImportPayload): ReadMask[] {
  const turned = rowByRow ? masks.map((mask) => ({ ...mask, rle: turnedText(mask.rle, size) })) : masks
  return overlaps === 'keep' ? turned : apart(turned, overlaps)
}

/** Areas to ignore of an image, read as its masks are. */
function chosenAreas({ ignored, size }: ReadImage, { rowByRow }: ImportPayload): string[] {
  return rowByRow ? ignored.map((rle) => turnedText(rle, size)) : ignored
}

function turnedText(rle: string, size: ReadImage['size']): string {
  return formatRle(alongRows(parseRle(rle), size))
}

function apart(masks: ReadMask[], choice: Exclude<OverlapChoice, 'keep'>): ReadMask[] {
  const all = masks.map(({ rle }) => parseRle(rle))
  if (areDisjoint(all)) return masks
  const cut = withoutOverlaps(all, choice)
  return masks.flatMap((mask, i) => {
    const rle = cut[i]!
    return rle.length === 0 ? [] : [{ ...mask, rle: formatRle(rle), area: areaOf(rle) }]
  })
}

function summaryOf({ images, instances, leftOutCount }: ImportResult): string {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  const left = leftOutCount === 0 ? '' : ` ${count(leftOutCount, 'image')} could not be read.`
  return `Imported ${count(instances, 'mask')} on ${count(images, 'image')}.${left}`
}

async function importTruth(
  { project, signal, progress }: JobContext,
  labelled: readonly ReadImage[],
  payload: ImportPayload,
): Promise<ImportResult> {
  const { token: group, existing } = payload
  const { store } = project
  await backUp(store.db, join(project.folder, 'backups'))
  const { usable, leftOut } = await lookThrough(project, labelled, signal)
  // what this import did before it was broken off stands, unless it was undone
  const begun = new Set(store.edits.imagesOfGroup(group))
  const imported = new Set<number>()
  let instances = 0
  let identical = 0
  let seen = 0
  try {
    await store.inBatches(
      usable,
      (image) => {
        const { id } = image
        const masks = chosenMasks(image, payload)
        const ignored = chosenAreas(image, payload)
        progress(++seen)
        let added = masks.length
        if (!(begun.has(id) && holdsGroup(project, id, group))) {
          const { plan, same } = importPlan(
            storedImage(project, id),
            store.truth.of(id),
            { masks, ignored },
            existing,
          )
          identical += same
          added -= same
          if (plan === null) return
          addGroupEdit(project, id, plan, group)
        }
        imported.add(id)
        instances += added
      },
      signal,
    )
  } finally {
    await tellImages(project, imported, 'truth')
    project.events.emit({ type: 'score' })
  }
  return {
    ...{ images: imported.size, instances, identical, skipped: usable.length - imported.size },
    ...listed(leftOut),
    ...{ group: imported.size > 0 ? group : null, run: null },
  }
}

async function importRun(
  context: JobContext,
  labelled: readonly ReadImage[],
  payload: ImportPayload,
): Promise<ImportResult> {
  const { project, signal, progress } = context
  const { store } = project
  const { usable, leftOut } = await lookThrough(project, labelled, signal)
  const none = {
    images: 0,
    instances: 0,
    identical: 0,
    skipped: 0,
    ...listed(leftOut),
    group: null,
    run: null,
  }
  if (usable.length === 0) return none
  const at = new Date().toISOString()
  const run = payload.run ?? (await beginRun(context, payload, at))
  let seen = 0
  let instances = 0
  try {
    await store.inBatches(
      usable,
      (image) => {
        const { id } = image
        const masks = chosenMasks(image, payload)
        const { sha256 } = storedImage(project, id)
        // what this import brought before it was broken off stays, with what was decided on it since
        if (store.runs.image(run, id)?.sha256 !== sha256) {
          const found = masks.map(({ rle, area, colour, score, category }) => ({
            ...{ id: randomUUID(), rle, area, colour },
            ...{ score: score ?? 1, cluster: -1, decision: null },
            ...keptCategory(category),
          }))
          store.runs.reach({ run, image: id, sha256, inference: null, doubt: null }, at)
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
  await tellImages(
    project,
    usable.map(({ id }) => id),
    'predictions',
  )
  return { ...none, images: usable.length, instances, run }
}

/** The run that predictions are imported into, noted with the job so that it goes on in it. */
function beginRun({ project, keep }: JobContext, payload: ImportPayload, createdAt: string): Promise<number> {
  const { store } = project
  const { runName: name } = payload
  return store.write(() => {
    const run = store.runs.add({
      ...{ name, kind: 'labels', model: null, settings: null, flips: false },
      createdAt,
    })
    keep({ ...payload, run })
    return run
  })
}

/**
 * The run that an import has begun to fill, unless it was given another name since.
 * @param job the import; null: none
 */
export function runBegun(project: Project, job: string | null, name: string): number | null {
  const { jobs, runs } = project.store
  const stored = job === null ? null : jobs.get(job)
  const run = stored ? importPayload.parse(JSON.parse(stored.payload)).run : null
  return run !== null && runs.get(run)?.name === name ? run : null
}

function listed(leftOut: ImportResult['leftOut']): Pick<ImportResult, 'leftOut' | 'leftOutCount'> {
  return { leftOut: leftOut.slice(0, LISTED), leftOutCount: leftOut.length }
}
