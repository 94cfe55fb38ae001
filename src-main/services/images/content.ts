import { statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DrydockError, fromWireError, toWireError } from '../../contract/errors.ts'
import type { Mapping } from '../../contract/wire.ts'
import type { StoredImage } from '../../store/images.ts'
import type { Project } from '../machinery/project.ts'
import { imageFile, storedImage } from '../machinery/project.ts'
import { tellRows } from './rows.ts'
import { splitFor } from './split.ts'
import { mappingId, notePixels, pagesNote } from './stored-mapping.ts'
import type { ImageContent, ReadContent } from './tasks.ts'
import { placeFirstPicture } from './tile-place.ts'

/** What one look at the file of an image found. */
export interface Looked extends ReadContent {
  image: number
}

/** An image whose content is known. */
export type KnownImage = StoredImage & {
  sha256: string
  width: number
  height: number
  mapping: Mapping
}

/**
 * The image with its content known: hash, size and split, read now where that has not been done, or where the file has
 * changed since. In a project that is only looked at, the answer is not stored.
 * @throws DrydockError `image_missing`, `image_broken`, `image_too_large`, and the list shows it
 */
export async function ensureContent(project: Project, id: number): Promise<KnownImage> {
  const image = storedImage(project, id)
  const file = await stat(imageFile(project, image)).catch(() => null)
  const known = knownImage(project, image)
  if (file && known && image.size === file.size && image.mtime === file.mtimeMs) return known
  // somebody waits for this image: it goes ahead of those that are read in
  const making = join(project.cache, 'making')
  const path = imageFile(project, image)
  const read = await project.shared.workers.run('readFirst', { file: path, making }, undefined, 'first')
  const looked = { image: id, ...read }
  if (!project.readOnly) await project.store.write(() => noteContent(project, looked))
  await placeFirstPicture(project, storedImage(project, id), read)
  if (!project.readOnly) tellRows(project, [id])
  if (!looked.content) {
    throw looked.failure
      ? fromWireError(looked.failure)
      : new DrydockError('image_broken', 'The image cannot be read.', { path: image.path })
  }
  const { sha256, width, height } = looked.content
  const now = storedImage(project, id)
  if (project.readOnly) {
    const { mapping, facts } = looked.content
    return { ...now, sha256, width, height, mapping, mappingId: mappingId(mapping, facts) }
  }
  return {
    ...now,
    sha256,
    width,
    height,
    mapping: project.store.pixels.get(id)?.mapping ?? looked.content.mapping,
  }
}

/**
 * Whether an image's file is still the one whose content is known, and of this size. It waits for the disk: for a reader thread.
 * @returns false too where it cannot be said; {@link ensureContent} does
 */
export function isUnchanged(
  project: Pick<Project, 'store'>,
  id: number,
  { width, height }: Pick<KnownImage, 'width' | 'height'>,
): boolean {
  const image = project.store.images.get(id)
  const known = image && knownImage(project, image)
  if (known?.width !== width || known.height !== height) return false
  try {
    const { size, mtimeMs } = statSync(imageFile(project, known))
    return known.size === size && known.mtime === mtimeMs
  } catch {
    return false
  }
}

const FILES_FAULTS = new Set(['image_missing', 'image_broken', 'image_too_large'])

/** Whether a failure is that of one image file, so that work on others can go on. */
export function isFilesFault(error: unknown): boolean {
  return FILES_FAULTS.has(toWireError(error).code)
}

/** Reads hash and size of files in a worker thread, some at once; a failure is part of the answer. */
export async function lookAtAll(
  project: Project,
  images: readonly StoredImage[],
  signal?: AbortSignal,
): Promise<Looked[]> {
  const files = images.map((image) => imageFile(project, image))
  const read = await project.shared.workers.run('readContents', { files }, signal)
  return images.map(({ id }, i) => ({ image: id, ...read[i]! }))
}

/** What a look at a file found, or what is known of it where nobody looked: nothing new of its samples then. */
export type Noted = Omit<Looked, 'content'> & {
  content: (Pick<ImageContent, 'sha256' | 'width' | 'height'> & Partial<ImageContent>) | null
}

/** Stores what a look at a file found, inside a transaction. */
export function noteContent(project: Project, { image: id, file, content, failure }: Noted): void {
  const { images, truth } = project.store
  const image = storedImage(project, id)
  const seen = file ?? { size: image.size, mtime: image.mtime }
  if (!content) {
    const state = failure?.code === 'image_missing' ? 'missing' : 'unreadable'
    images.setFile(id, seen, state, failure?.message ?? null)
    return
  }
  const marked = image.revision > 0 || truth.any(id)
  // not asked of the state before: the file may have been away or unreadable since it changed
  if (marked && image.markedSha256 !== null && image.markedSha256 !== content.sha256) {
    const known = image.fileState === 'changed' && image.sha256 === content.sha256
    images.setFile(id, seen, 'changed', known ? image.fileNote : changedNote(image, content))
  } else {
    images.setFile(id, seen, 'ok', content.facts ? pagesNote(content.facts) : null)
    images.setMarkedContent(id, content.sha256)
  }
  const { sha256, facts, mapping } = content
  if (facts && mapping) notePixels(project, image, { sha256, facts, mapping })
  images.setContent(id, content.sha256, content.width, content.height)
  if (image.split === null) {
    const { split, by } = splitFor(image.path, content.sha256)
    images.setSplit(id, split, by)
  }
}

function changedNote(image: StoredImage, content: Pick<ImageContent, 'width' | 'height'>): string {
  const resized = image.width !== content.width || image.height !== content.height
  const size = resized
    ? ` It was ${image.width} x ${image.height} pixels and is ${content.width} x ${content.height} now.`
    : ''
  return `The picture was changed outside Drydock.${size} Its marks are kept; look whether they still fit, and set its status again.`
}

function knownImage(project: Pick<Project, 'store'>, image: StoredImage): KnownImage | null {
  const { sha256, width, height } = image
  if (sha256 === null || width === null || height === null || image.split === null) return null
  const mapping = project.store.pixels.get(image.id)?.mapping
  return mapping ? { ...image, sha256, width, height, mapping } : null
}
