import type { KnownFile, ListedFile } from '../../store/images.ts'
import { walkImages } from './folder-listing.ts'

/** Differences of one part at most, so that they are written down in a moment. */
const PART = 500

/** A part comes at least this often, in ms: it says how far the listing is. */
const EVERY = 200

/** What a project knows of its images' files. */
export interface KnownFiles {
  fileAt(path: string): KnownFile | null
  files(): Iterable<KnownFile>
  /** highest id of an image; 0: there is none */
  newest(): number
}

/** What a part of a folder's listing, or its end, has shown. */
export interface FolderPart {
  /** files that were listed until now */
  listed: number
  /** files that the project does not know */
  added: ListedFile[]
  /** images whose file was never read, has changed since, or is here again */
  unread: number[]
  /** images that were there before and whose file is not in the folder; known at the end alone */
  missing: number[]
}

/**
 * How a folder and a project differ, in parts that come while the folder is still being listed.
 * @param known the project's images
 */
export function* compareFolder(
  root: string,
  known: KnownFiles,
  now: () => number = () => performance.now(),
): Generator<FolderPart> {
  // ids alone: all paths at once are more than a thread should hold
  const seen = new Set<number>()
  // what comes meanwhile, from the parts as they are written down, was not there before
  const newest = known.newest()
  let listed = 0
  let part: FolderPart = { listed, added: [], unread: [], missing: [] }
  let since = now()
  for (const file of walkImages(root)) {
    listed++
    const image = known.fileAt(file.path)
    if (image) seen.add(image.id)
    if (!image) part.added.push(file)
    else if (isUnread(image, file)) part.unread.push(image.id)
    if (part.added.length + part.unread.length < PART && now() - since < EVERY) continue
    yield { ...part, listed }
    part = { listed, added: [], unread: [], missing: [] }
    since = now()
  }
  for (const { id, fileState } of known.files()) {
    if (id <= newest && !seen.has(id) && fileState !== 'missing') part.missing.push(id)
  }
  yield { ...part, listed }
}

function isUnread({ fileState, size, mtime, read }: KnownFile, file: ListedFile): boolean {
  const touched = file.size !== size || file.mtime !== mtime
  // what could not be read before is tried again only once the file has changed
  if (fileState === 'unreadable') return touched
  return touched || !read || fileState === 'missing' || fileState === 'pending'
}
