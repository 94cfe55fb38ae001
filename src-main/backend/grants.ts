import { DrydockError } from '../contract/errors.ts'

type Mode = 'read' | 'write'

/** Grants nobody used are forgotten beyond this many, oldest first. */
const KEPT = 100

/** Paths that dialogs and drops gave the right to, each for one use. The page knows only the grants. */
export class Grants {
  readonly #paths = new Map<string, { path: string; mode: Mode }>()

  add(grant: string, path: string, mode: Mode): void {
    this.#paths.set(grant, { path, mode })
    for (const old of [...this.#paths.keys()].slice(0, -KEPT)) this.#paths.delete(old)
  }

  /** The path behind a grant, which ends with it. @throws DrydockError `grant_unknown` */
  take(grant: string, mode: Mode): string {
    const found = this.#paths.get(grant)
    this.#paths.delete(grant)
    if (found?.mode === mode) return found.path
    throw new DrydockError(
      'grant_unknown',
      'This choice of a file or folder is not valid any more. Choose it again.',
    )
  }
}
