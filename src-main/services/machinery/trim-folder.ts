import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Files of a folder, subfolders included. One that goes meanwhile, as what is being made does, is left out. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesIn(path)
      return entry.isFile() ? [path] : []
    }),
  )
  return found.flat()
}

/**
 * Deletes the least recently used files of a folder, subfolders included, until the rest holds at most `bytes`. One that
 * cannot be deleted (open in a program on Windows, write-protected) stays, and the next ones go in its place.
 * @returns how many were deleted
 */
export async function trimFolder(
  folder: string,
  bytes: number,
  remove: (file: string) => Promise<void> = (file) => rm(file, { force: true }),
): Promise<number> {
  const files: { file: string; size: number; used: number }[] = []
  for (const file of await filesIn(folder)) {
    const found = await stat(file).catch(() => null)
    if (found) files.push({ file, size: found.size, used: Math.max(found.atimeMs, found.mtimeMs) })
  }
  let total = files.reduce((sum, { size }) => sum + size, 0)
  let deleted = 0
  for (const { file, size } of files.sort((a, b) => a.used - b.used)) {
    if (total <= bytes) break
    try {
      await remove(file)
    } catch {
      continue
    }
    total -= size
    deleted++
  }
  return deleted
}
