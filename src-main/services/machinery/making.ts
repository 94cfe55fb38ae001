import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where a file of a kind lies in a cache: in one of 256 sub-folders, since folders of very many files are slow on most systems.
 * @param name of the file, the same each time
 */
export function placeInCache(cache: string, kind: string, name: string): string {
  return join(cache, kind, createHash('sha256').update(name).digest('hex').slice(0, 2), name)
}

/** Files of a cache that are being made, so that two who ask for one at once make one. */
export class Making {
  readonly #begun = new Map<string, Promise<unknown>>()

  /**
   * Makes the file where it is not there.
   * @returns what `make` says; null where the file was there, or was made for another
   * @throws as `make` does
   */
  async ensure<T>(file: string, make: () => Promise<T>): Promise<T | null> {
    const begun = this.#begun.get(file)
    if (begun) {
      await begun
      return null
    }
    if (existsSync(file)) return null
    const own = make().finally(() => this.#begun.delete(file))
    this.#begun.set(file, own)
    return own
  }
}
