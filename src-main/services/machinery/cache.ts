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
