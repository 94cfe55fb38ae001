import { basename } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import type { LabelFormatId } from '../../contract/label-formats.ts'
import type { ExportPreview } from '../../contract/wire.ts'
import { categoryOf, openCategories } from '../../core/categories.ts'
import { parseRle } from '../../core/mask/rle.ts'
import type { Size } from '../../core/mask/rle.ts'
import type { Ground, ImageToWrite, LabelledInstance } from '../../formats/format.ts'
import { Losses } from '../../formats/losses.ts'
import { formatOf } from '../../formats/registry.ts'
import { notesOf } from '../../formats/values.ts'
import { readSize } from '../../imaging/decode.ts'
import type { StoredImage } from '../../store/images.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, imageFile, isFinished, storedImage } from '../machinery/project.ts'
import { groundOf, storedGeoreference } from './ground.ts'
import { writeWith } from './label-sink.ts'

/** What of a project is to be written, and how. */
export interface ExportWanted {
  what: 'truth' | 'predictions'
  format: LabelFormatId
  /** the run whose predictions are written; default: the current one */
  run?: number | undefined
  /** with what is marked on images that are not finished yet; for truth */
  unfinished?: boolean | undefined
}

export interface Exported {
  images: number
  instances: number
  /** name of what was written */
  file: string
}

/** What an export reads: also in a reader thread, where all of it is of one moment. */
type Lent = Pick<Project, 'store'>

/** What an export would write, what is not in it, and what the format loses. Nothing is written. */
export async function previewExport(project: Lent, wanted: ExportWanted): Promise<ExportPreview> {
  const images = chosenImages(project, wanted)
  const open = wanted.what === 'truth' ? idsOf(project, isOpen(project)) : []
  const { leftOut } = project.store.sums.counts(null)
  const { canHold } = formatOf(wanted.format)
  const losses = new Losses(canHold)
  const counts = { instances: 0 }
  if (Losses.possible(canHold)) {
    for await (const { instances, size, ignored } of written(project, images, wanted, counts))
      losses.add(instances, size, ignored?.length)
  } else {
    for (const id of images) counts.instances += instancesToWrite(project, id, wanted).length
  }
  return {
    images: images.length,
    ...counts,
    unfinishedImages: open.length,
    unfinishedInstances: open.reduce((sum, id) => sum + project.store.truth.of(id).length, 0),
    leftOutImages: wanted.what === 'truth' ? leftOut : 0,
    lost: losses.list,
  }
}

/**
 * Writes labels of any format: the truth of all finished images, or the instances of a run, rejected ones left out.
 * @param out file or new folder; a file is replaced only when the new one is whole
 * @throws DrydockError `nothing_to_do`, `bad_input`, `disk_full`
 */
export async function exportLabels(project: Lent, out: string, wanted: ExportWanted): Promise<Exported> {
  const images = chosenImages(project, wanted)
  if (images.length === 0) {
    throw new DrydockError(
      'nothing_to_do',
      wanted.what === 'truth'
        ? 'No image is finished yet, so there is no truth to write. Set images to done or no ship first.'
        : 'There are no predictions to write. Predict the images first.',
    )
  }
  const format = formatOf(wanted.format)
  const counts = { instances: 0 }
  await writeWith(out, format, (sink) =>
    format.write(written(project, images, wanted, counts), sink, namesOf(project)),
  )
  return { images: images.length, ...counts, file: basename(out) }
}

/** Names of the categories that have marks, in their order. */
function namesOf({ store }: Lent): string[] {
  const all = store.categories.all()
  const used = new Set(
    all.flatMap(({ key, instances }) => (instances > 0 ? (categoryOf(all, key)?.key ?? []) : [])),
  )
  return openCategories(all).flatMap(({ key, name }) => (used.has(key) ? [name] : []))
}

/** Marked, but not finished. */
function isOpen(project: Lent): (image: StoredImage) => boolean {
  const marked = new Set(project.store.truth.imagesWithTruth())
  return (image) => !isFinished(image) && image.leftOut === null && marked.has(image.id)
}

/** Ids of the images that are written, by path. */
function chosenImages(project: Lent, { what, run, unfinished }: ExportWanted): number[] {
  if (what === 'truth') {
    const open = unfinished === true ? isOpen(project) : () => false
    return idsOf(project, (image) => isFinished(image) || open(image))
  }
  const chosen = run ?? currentRun(project)
  if (chosen === null) return []
  const reached = new Set(project.store.runs.images(chosen))
  return idsOf(project, ({ id }) => reached.has(id))
}

function idsOf({ store }: Lent, meant: (image: StoredImage) => boolean): number[] {
  const ids: number[] = []
  for (const image of store.images.all()) if (meant(image)) ids.push(image.id)
  return ids
}

function instancesToWrite(
  project: Lent,
  id: number,
  { what, run }: ExportWanted,
): (Omit<LabelledInstance, 'rle' | 'line'> & { rle: string })[] {
  const { store } = project
  const categories = store.categories.all()
  const named = (key: string | undefined): string | null => categoryOf(categories, key)?.name ?? null
  if (what === 'truth')
    return store.truth
      .of(id)
      .filter(({ ignore }) => ignore !== true)
      .map((one) => ({ rle: one.rle, score: null, category: named(one.category), ...notesOf(one) }))
  const chosen = run ?? currentRun(project)
  const found = chosen === null ? [] : store.predictions.of(chosen, id)
  return found
    .filter(({ decision }) => decision !== 'rejected')
    .map(({ rle, score, category }) => ({ rle, score, category: named(category) }))
}

async function* written(
  project: Lent,
  images: readonly number[],
  wanted: ExportWanted,
  counts: { instances: number },
): AsyncGenerator<ImageToWrite> {
  for (const id of images) {
    const image = storedImage(project, id)
    const instances = instancesToWrite(project, image.id, wanted)
    counts.instances += instances.length
    const size = await sizeOf(project, image)
    yield {
      name: image.path,
      size,
      instances: instances.map((instance) => ({ ...instance, rle: parseRle(instance.rle) })),
      ignored: wanted.what === 'truth' ? project.store.truth.ignored(image.id).map(parseRle) : [],
      ground: () => groundOfStored(project, image, size),
    }
  }
}

/** As the file says it, else as a person has given it. */
async function groundOfStored(project: Lent, image: StoredImage, size: Size): Promise<Ground> {
  const stored = project.store.pixels.get(image.id)
  const georeference = await storedGeoreference(project, image.id, imageFile(project, image))
  return groundOf(georeference, size, stored?.pixelMetres)
}

async function sizeOf(project: Lent, image: StoredImage): Promise<Size> {
  const { width, height } = image
  return width !== null && height !== null ? { width, height } : readSize(imageFile(project, image))
}
