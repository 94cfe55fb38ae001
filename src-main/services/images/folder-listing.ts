import { readdirSync, realpathSync, statSync } from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { join, sep } from 'node:path'
import type { ListedFile } from '../../store/images.ts'

/** What people keep images in; JPEG 2000 is not read, but its row says so and how to convert it. */
const IMAGE_NAME = /\.(jpe?g|png|tiff?|webp|jp2|j2k|jpx)$/i

/** A folder to be looked at. */
interface Visit {
  folder: string
  /** comes before the paths found in it */
  prefix: string
  /** where it really is, known for links */
  real?: string
}

/** The images below a folder as {@link walkImages} finds them, by path. */
export function listImages(root: string): ListedFile[] {
  return [...walkImages(root)].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * The images below a folder, its subfolders included, one after the other; looked at from outside only (name, size, time).
 * Links to folders are followed last, each folder once by whatever way it is reached, so that a link never takes the place of
 * the folder itself. Hidden folders and projects are left out; what cannot be read is skipped.
 * @returns paths relative to `root`, with '/'
 */
export function* walkImages(root: string): Generator<ListedFile> {
  const top = realOf(root)
  if (top === null) return
  const seen = new Set<string>()
  const links: Visit[] = []
  yield* walk({ folder: root, prefix: '', real: top }, seen, links)
  for (;;) {
    // by name, so that each look at the folder finds the same paths
    const link = links.sort((a, b) => (a.prefix < b.prefix ? -1 : 1)).shift()
    if (!link) return
    const real = realOf(link.folder)
    // one that leads to where it is itself is a circle
    if (real === null || isProject(real) || isWithin(top, real)) continue
    yield* walk({ ...link, real }, seen, links)
  }
}

function* walk(visit: Visit, seen: Set<string>, links: Visit[]): Generator<ListedFile> {
  const { folder, prefix } = visit
  const real = visit.real ?? realOf(folder)
  if (real === null || seen.has(real)) return
  seen.add(real)
  for (const entry of entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue
    const file = join(folder, entry.name)
    const inside = `${prefix}${entry.name}/`
    if (entry.isDirectory()) {
      if (!isProject(entry.name)) {
        yield* walk({ folder: file, prefix: inside, real: join(real, entry.name) }, seen, links)
      }
      continue
    }
    const isImage = IMAGE_NAME.test(entry.name)
    if (!isImage && !entry.isSymbolicLink()) continue
    const stats = statsOf(file)
    if (stats?.isDirectory()) links.push({ folder: file, prefix: inside })
    else if (isImage && stats?.isFile()) {
      yield { path: prefix + entry.name, size: stats.size, mtime: stats.mtimeMs }
    }
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function isProject(path: string): boolean {
  return path.endsWith('.drydock')
}

/** Whether a path lies in a folder, or is it. Both real. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function realOf(folder: string): string | null {
  try {
    return realpathSync.native(folder)
  } catch {
    return null
  }
}

/** null where a link leads nowhere, in a circle or into a folder of somebody else, or the drive cannot read it. */
function statsOf(file: string): Stats | null {
  try {
    return statSync(file)
  } catch {
    return null
  }
}
