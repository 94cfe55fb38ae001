import { existsSync } from 'node:fs'
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
import { orderedUuid } from '../machinery/ordered-uuid.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import { tellCurrentRun } from '../predict/runs.ts'
import { rescore } from '../score/score.ts'
import { eachUsable } from './import-images.ts'
import { importPlan, keptCategory } from './import-plan.ts'
import type { ReadImage, ReadMask } from './read-image.ts'
import { alongRows } from './row-by-row.ts'
import { withoutOverlaps } from './overlaps.ts'
import type { OverlapChoice } from './overlaps.ts'
import { fileStamp, previewOf, readOntoShelf, removeShelf, stampOf } from './previews.ts'
import type { MatchedLabels } from './label-reading.ts'

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
    const labels = await labelsOf(context.project, payload)
    try {
      const keyOf = await categoriesOf(context.project, labels.used, payload.categories)
      const result = await (payload.what === 'truth' ? importTruth : importRun)(
        context,
        labels,
        payload,
        keyOf,
      )
      return { summary: importSummary(result), result }
    } finally {
      if (!labels.kept) await removeShelf(labels.shelf)
    }
  },
  resumable: () => true,
}

/** Labels that are imported. */
interface Labels extends Pick<MatchedLabels, 'places' | 'used'> {
  /** the file that holds them */
  shelf: string
  /** it stays when they are imported: a preview still has it */
  kept: boolean
}

/** @throws DrydockError `file_broken` where the file is not the one any more that was previewed */
async function labelsOf(project: Project, { token, file, format, stamp }: ImportPayload): Promise<Labels> {
  const previewed = previewOf(project, token)
  if (previewed && existsSync(previewed.shelf)) {
    return { ...previewed.labels, shelf: previewed.shelf, kept: true }
  }
  const now = await stampOf(file)
  if (now?.size !== stamp.size || now.mtime !== stamp.mtime) {
    throw new DrydockError(
      'file_broken',
      `${file} was changed or moved since the import of it began. Choose the label file again.`,
      { file },
    )
  }
  const { shelf, labels } = await readOntoShelf(project, file, format)
  return { ...labels, shelf, kept: false }
}

/** The key of a category of the project, in the place of what the file calls it. */
type KeyOf = (name: string | null) => string | null

/** Keys for the names that the file uses; categories that are not there are made. */
async function categoriesOf(
  project: Project,
  names: readonly string[],
  wishes: ImportPayload['categories'],
): Promise<KeyOf> {
  if (names.length === 0) return () => null
  const wished = new Set(wishes.map(({ from }) => from))
  const { store } = project
  const keys = await store.write(() => {
    const others = suggestedWishes([...names], store.categories.all()).filter(({ from }) => !wished.has(from))
    return keysFor(store, [...wishes.filter(({ from }) => names.includes(from)), ...others])
  })
  project.events.emit({ type: 'categories' })
  return (name) => (name === null ? null : (keys.get(name) ?? null))
}

/** The masks of an image as they were chosen to be read. One image at a time: gestures are saved in between. */
function chosenMasks(
  { masks, size }: ReadImage,
  { rowByRow, overlaps }: ImportPayload,
  keyOf: KeyOf,
): ReadMask[] {
  const turned = masks.map((mask) => ({
    ...mask,
    ...{ rle: rowByRow ? turnedText(mask.rle, size) : mask.rle, category: keyOf(mask.category) },
  }))
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

function importSummary({ images, instances, leftOutCount }: ImportResult): string {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
  const left = leftOutCount === 0 ? '' : ` ${count(leftOutCount, 'image')} could not be read.`
  return `Imported ${count(instances, 'mask')} on ${count(images, 'image')}.${left}`
}

async function importTruth(
  context: JobContext,
  labels: Labels,
  payload: ImportPayload,
  keyOf: KeyOf,
): Promise<ImportResult> {
  const { project, progress } = context
  const { token: group, existing } = payload
  const { store } = project
  await backUp(store.db, join(project.folder, 'backups'))
  // what this import did before it was broken off stands, unless it was undone
  const begun = new Set(store.edits.imagesOfGroup(group))
  const imported = new Set<number>()
  const leftOut: ImportResult['leftOut'] = []
  let instances = 0
  let identical = 0
  let seen = 0
  const doOne = (labelled: ReadImage): void => {
    const image = storedImage(project, labelled.id)
    const masks = chosenMasks(labelled, payload, keyOf)
    const ignored = chosenAreas(labelled, payload)
    progress(++seen)
    let added = masks.length
    if (!(begun.has(image.id) && holdsGroup(project, image.id, group))) {
      const { plan, same } = importPlan(image, store.truth.of(image.id), { masks, ignored }, existing)
      identical += same
      added -= same
      if (plan === null) return
      addGroupEdit(project, image, plan, group)
    }
    imported.add(image.id)
    instances += added
  }
  try {
    await eachUsable(context, labels, leftOut, doOne)
  } finally {
    await tellImages(project, imported, 'truth')
    project.events.emit({ type: 'score' })
  }
  return {
    ...{ images: imported.size, instances, identical, skipped: seen - imported.size },
    ...listed(leftOut),
    ...{ group: imported.size > 0 ? group : null, run: null },
  }
}

async function importRun(
  context: JobContext,
  labels: Labels,
  payload: ImportPayload,
  keyOf: KeyOf,
): Promise<ImportResult> {
  const { project, progress } = context
  const { store } = project
  const at = new Date().toISOString()
  const leftOut: ImportResult['leftOut'] = []
  let run = payload.run
  let instances = 0
  const reached = new Set<number>()
  const begin = async (): Promise<void> => void (run ??= await beginRun(context, payload, at))
  const doOne = (labelled: ReadImage): void => {
    const { id, sha256 } = storedImage(project, labelled.id)
    const masks = chosenMasks(labelled, payload, keyOf)
    // what this import brought before it was broken off stays, with what was decided on it since
    if (store.runs.image(run!, id)?.sha256 !== sha256) {
      const found = masks.map(({ rle, area, colour, score, category }) => ({
        ...{ id: orderedUuid(), rle, area, colour },
        ...{ score: score ?? 1, cluster: -1, decision: null },
        ...keptCategory(category),
      }))
      store.runs.reach({ run: run!, image: id, sha256, inference: null, doubt: null }, at)
      store.predictions.replace(run!, id, found)
    }
    rescore(project, run, id)
    instances += masks.length
    reached.add(id)
    progress(reached.size)
  }
  try {
    await eachUsable(context, labels, leftOut, doOne, begin)
    if (reached.size > 0) await store.write(() => store.meta.set('current_run', String(run)))
  } finally {
    if (run !== null) tellCurrentRun(project)
  }
  await tellImages(project, reached, 'predictions')
  return {
    ...{ images: reached.size, instances, identical: 0, skipped: 0 },
    ...listed(leftOut),
    ...{ group: null, run: reached.size > 0 ? run : null },
  }
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
