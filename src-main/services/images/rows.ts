import { setImmediate } from 'node:timers/promises'
import { DrydockError } from '../../contract/errors.ts'
import type { ImageRow, ProjectEvent } from '../../contract/wire.ts'
import type { ListedImage, StoredImage } from '../../store/images.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, isFinished } from '../machinery/project.ts'

/** So many rows are told of at once. */
const TOLD = 200

/** Where more images changed at once, asking for the list again is less than hearing of each. */
const TOLD_SINGLY = 2000

/** Changes when the pixels change: from the file's size and time, so that it is known at once and needs no reading, and the mapping. */
export function contentOf(image: Pick<StoredImage, 'size' | 'mtime' | 'mappingId'>): string {
  const file = `${image.size.toString(36)}-${Math.round(image.mtime).toString(36)}`
  return image.mappingId === '' ? file : `${file}-${image.mappingId}`
}

/** What the model sees of an image: the content's hash, and the mapping where one makes its pixels; null: not read yet. */
export function seenPixels<T extends string | null>({
  sha256,
  mappingId,
}: {
  sha256: T
  mappingId: string
}): T | string {
  return sha256 === null || mappingId === '' ? sha256 : `${sha256}/${mappingId}`
}

/** A stored image as the list shows it. */
export function rowOf(image: ListedImage): ImageRow {
  const scored = isFinished(image) && image.predictionCount !== null
  return {
    id: image.id,
    path: image.path,
    width: image.width,
    height: image.height,
    status: image.status,
    split: image.split,
    flagged: image.flagged,
    comment: image.comment,
    leftOut: image.leftOut,
    fileState: image.fileState,
    fileNote: image.fileNote,
    truthCount: image.truthCount,
    predictionCount: image.predictionCount,
    f2: scored ? image.f2 : null,
    stale:
      scored &&
      (image.scoredRevision === null ||
        image.scoredRevision < image.truthRevision ||
        (image.predictedMapping !== null && image.predictedMapping !== image.mappingId)),
    doubt: isFinished(image) ? null : image.doubt,
    modified: image.mtime,
    revision: image.revision,
    content: contentOf(image),
  }
}

/** All images of the project, by path, against the current run. Takes long where there are many: for a reader thread, or the command line. */
export function listRows(project: Project): ImageRow[] {
  return project.store.images.listed(currentRun(project)).map(rowOf)
}

/** One image as the list shows it; null where there is none. */
export function rowOfImage(project: Pick<Project, 'store'>, id: number): ImageRow | null {
  const listed = project.store.images.listedOne(id, currentRun(project))
  return listed && rowOf(listed)
}

/** As {@link rowOfImage}, of an image that must be there. @throws DrydockError `not_found` */
export function existingRow(project: Pick<Project, 'store'>, id: number): ImageRow {
  const row = rowOfImage(project, id)
  if (!row) throw new DrydockError('not_found', 'This image is not in the project.')
  return row
}

/** Tells everyone that these images changed in the list. */
export function tellRows(project: Project, ids: readonly number[]): void {
  const rows = ids.flatMap((id) => rowOfImage(project, id) ?? [])
  if (rows.length > 0) project.events.emit({ type: 'images', rows })
}

/** As {@link tellRows}, of any number of images: gestures come in between. */
export async function tellManyRows(project: Project, ids: readonly number[]): Promise<void> {
  for (let from = 0; from < ids.length; from += TOLD) {
    tellRows(project, ids.slice(from, from + TOLD))
    await setImmediate()
  }
}

/** Tells everyone that images came or went: the order of the list is another, and all of it may have changed. */
export function tellList({ events }: Project): void {
  events.emit({ type: 'list' })
}

/** Tells everyone that truth or predictions of an image changed, and how the list shows it now. */
export function tellImage(
  project: Project,
  id: number,
  what: Extract<ProjectEvent, { type: 'image-changed' }>['what'],
): void {
  const row = rowOfImage(project, id)
  if (row) tellImageRow(project, row, what)
}

/** As {@link tellImage}, where its row is at hand: making one counts the image's instances. */
export function tellImageRow(
  { events }: Pick<Project, 'events'>,
  row: ImageRow,
  what: Parameters<typeof tellImage>[2],
): void {
  events.emit({ type: 'images', rows: [row] })
  events.emit({ type: 'image-changed', image: row.id, what, revision: row.revision })
}

/** As {@link tellImage}, of any number of images: gestures come in between. Of very many it is told once for all. */
export async function tellImages(
  project: Project,
  ids: Iterable<number>,
  what: Parameters<typeof tellImage>[2],
): Promise<void> {
  const all = [...ids]
  if (all.length > TOLD_SINGLY) {
    project.events.emit({ type: 'many-changed' })
    return
  }
  let told = 0
  for (const id of all) {
    tellImage(project, id, what)
    if (++told % TOLD === 0) await setImmediate()
  }
}
