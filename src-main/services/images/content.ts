import { stat } from 'node:fs/promises'
import { DrydockError, fromWireError, toWireError } from '../../contract/errors.ts'
import type { WireError } from '../../contract/errors.ts'
import type { StoredImage } from '../../store/images.ts'
import type { Project } from '../machinery/project.ts'
import { imageFile, storedImage } from '../machinery/project.ts'
import { tellRows } from './rows.ts'
import { splitOf } from './split.ts'
import type { ImageContent } from './tasks.ts'

/** What one look at a file found. */
export interface Looked {
  image: number
  /** of the file; null where it is not there */
  file: { size: number; mtime: number } | null
  content: ImageContent | null
  /** why there is no content */
  failure: WireError | null
}

/** An image whose content is known. */
export type KnownImage = StoredImage & { sha256: string; width: number; height: number }

/**
 * The image with its content known: hash, size and split, read now where that has not been done, or where the file has
 * changed since. In a project that is only looked at, the answer is not stored.
 * @throws DrydockError `image_missing`, `image_broken`, `image_too_large`, and the list shows it
 */
export async function ensureContent(project: Project, id: number): Promise<KnownImage> {
  const image = storedImage(project, id)
  const file = await stat(imageFile(project, image)).catch(() => null)
  if (file && isKnown(image) && image.size === file.size && image.mtime === file.mtimeMs) return image
  const looked = await lookAt(project, image)
  if (!project.readOnly) {
    await project.store.write(() => noteContent(project, looked))
    tellRows(project, [id])
  }
  if (!looked.content) {
    throw looked.failure
      ? fromWireError(looked.failure)
      : new DrydockError('image_broken', 'The image cannot be read.', { path: image.path })
  }
  return { ...storedImage(project, id), ...looked.content }
}

const FILES_FAULTS = new Set(['image_missing', 'image_broken', 'image_too_large'])

/** Whether a failure is that of one image file, so that work on others can go on. */
export function isFilesFault(error: unknown): boolean {
  return FILES_FAULTS.has(toWireError(error).code)
}

/** Reads hash and size of a file in a worker thread; a failure is part of the answer. */
export async function lookAt(project: Project, image: StoredImage): Promise<Looked> {
  const file = imageFile(project, image)
  const found = await stat(file).catch(() => null)
  const looked: Looked = {
    image: image.id,
    file: found && { size: found.size, mtime: found.mtimeMs },
    content: null,
    failure: null,
  }
  try {
    return { ...looked, content: await project.shared.workers.run('readContent', { file }) }
  } catch (error) {
    return { ...looked, failure: toWireError(error) }
  }
}

/** Stores what a look at a file found, inside a transaction. */
export function noteContent(project: Project, { image: id, file, content, failure }: Looked): void {
  const { images, truth } = project.store
  const image = storedImage(project, id)
  const seen = file ?? { size: image.size, mtime: image.mtime }
  if (!content) {
    const state = failure?.code === 'image_missing' ? 'missing' : 'unreadable'
    images.setFile(id, seen, state, failure?.message ?? null)
    return
  }
  const marked = image.revision > 0 || truth.masks(id).length > 0
  // not asked of the state before: the file may have been away or unreadable since it changed
  if (marked && image.markedSha256 !== null && image.markedSha256 !== content.sha256) {
    const known = image.fileState === 'changed' && image.sha256 === content.sha256
    images.setFile(id, seen, 'changed', known ? image.fileNote : changedNote(image, content))
  } else {
    images.setFile(id, seen, 'ok', null)
    images.setMarkedContent(id, content.sha256)
  }
  images.setContent(id, content.sha256, content.width, content.height)
  if (image.split === null) images.setSplit(id, splitOf(content.sha256))
}

function changedNote(image: StoredImage, content: ImageContent): string {
  const resized = image.width !== content.width || image.height !== content.height
  const size = resized
    ? ` It was ${image.width} x ${image.height} pixels and is ${content.width} x ${content.height} now.`
    : ''
  return `The picture was changed outside Drydock.${size} Its marks are kept; look whether they still fit, and set its status again.`
}

function isKnown(image: StoredImage): image is KnownImage {
  return image.sha256 !== null && image.width !== null && image.height !== null && image.split !== null
}
