import { readdirSync, statSync } from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { join } from 'node:path'
import type { ListedFile } from '../../store/images.ts'

const IMAGE_NAME = /\.(jpe?g|png|tiff?|webp)$/i

/** The images below a folder as {@link walkImages} finds them, by path. */
export function listImages(root: string): ListedFile[] {
  return [...walkImages(root)].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/**
 * The images below a folder, its subfolders included, one after the other; looked at from outside only (name, size, time).
 * Hidden folders, projects and links to folders are left out; what cannot be read is skipped.
 * @param prefix comes before the paths found
 * @returns paths relative to `root`, with '/'
 */
export function* walkImages(root: string, prefix = ''): Generator<ListedFile> {
  let entries: Dirent[]
  try {
    entries = readdirSync(root, { withFileTypes: true })
  } catch {
    return
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const file = join(root, entry.name)
    if (entry.isDirectory()) {
      if (!entry.name.endsWith('.drydock')) yield* walkImages(file, `${prefix}${entry.name}/`)
    } else if (IMAGE_NAME.test(entry.name)) {
      const stats = statsOf(file)
      if (stats?.isFile()) yield { path: prefix + entry.name, size: stats.size, mtime: stats.mtimeMs }
    }
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
