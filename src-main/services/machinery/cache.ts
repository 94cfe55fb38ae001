import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** How much a project's cache may hold, in bytes. */
export const CACHE_LIMIT = 20_000_000_000

/**
 * Deletes the least recently used files of a folder, subfolders included, until the rest holds at most `bytes`.
 * @returns how many were deleted
 */
export async function trimFolder(folder: string, bytes: number): Promise<number> {
  const files: { file: string; size: number; used: number }[] = []
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const found = await stat(file).catch(() => null)
    if (found) files.push({ file, size: found.size, used: Math.max(found.atimeMs, found.mtimeMs) })
  }
  let total = files.reduce((sum, { size }) => sum + size, 0)
  let deleted = 0
  for (const { file, size } of files.sort((a, b) => a.used - b.used)) {
    if (total <= bytes) break
    await rm(file, { force: true })
    total -= size
    deleted++
  }
  return deleted
}
