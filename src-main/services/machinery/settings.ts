import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { BackendName } from '../../contract/engine.ts'
import { backendChoice } from '../../contract/wire.ts'
import type { BackendChoice } from '../../contract/wire.ts'
import { writeWhole } from '../../whole-file.ts'

/** What is not known here stays as it is; a value that cannot be understood counts as not set. */
const settingsFile = z.looseObject({ backend: backendChoice.catch('automatic') })

/** What the user has set for all projects: `settings.json` in the user's data folder. */
export class Settings {
  readonly #file: string
  #values: z.infer<typeof settingsFile>

  constructor(userData: string) {
    this.#file = join(userData, 'settings.json')
    this.#values = readSettings(this.#file)
  }

  /** The tfjs backend to compute with. */
  get backend(): BackendChoice {
    return this.#values.backend
  }

  /** The same as an engine takes it; null: the best that works. */
  get forcedBackend(): BackendName | null {
    return this.backend === 'automatic' ? null : this.backend
  }

  async setBackend(backend: BackendChoice): Promise<void> {
    const values = { ...this.#values, backend }
    await writeWhole(this.#file, `${JSON.stringify(values, null, 2)}\n`)
    this.#values = values
  }
}

/** A file that is not there or cannot be read counts as empty. */
function readSettings(file: string): z.infer<typeof settingsFile> {
  try {
    return settingsFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { backend: 'automatic' }
  }
}
