import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workers } from './workers.ts'

/** How much a project's cache may hold, in bytes. */
const CACHE_LIMIT = 20_000_000_000

/** A cache is trimmed when it has not been filled for this long, in ms. */
const QUIET = 10_000

/** Keeps a project's cache within its limit, in its own time: whatever filled it is over by then, and does not wait for it. */
export class Trimming {
  readonly #workers: Pick<Workers, 'run'>
  readonly #folder: string
  readonly #log: (line: string) => void
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(workers: Pick<Workers, 'run'>, folder: string, log: (line: string) => void) {
    this.#workers = workers
    this.#folder = folder
    this.#log = log
  }

  /** The cache has grown, or may have: it is trimmed some seconds after the last call. */
  soon(): void {
    if (this.#closed) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#trim(), QUIET)
    this.#timer.unref()
  }

  /** It is not trimmed any more. */
  close(): void {
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  async #trim(): Promise<void> {
    try {
      await this.#workers.run('trimFolder', { folder: this.#folder, bytes: CACHE_LIMIT })
    } catch (error) {
      if (!this.#closed) this.#log(`the cache could not be trimmed: ${String(error)}`)
    }
  }
}

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
