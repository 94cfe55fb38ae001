import type { Engine } from '../../contract/engine.ts'
import type { BackendChoice, BackendSetting } from '../../contract/wire.ts'
import type { Settings } from '../machinery/settings.ts'

interface Surroundings {
  settings: Settings
  engine: Engine
  /** one promise for each job that runs now, resolved at its end */
  running(): Promise<unknown>[]
  /** the engine is to be asked anew */
  applied(): void
}

/** The choice of a tfjs backend in the window. It takes effect with a fresh engine, as soon as no job runs in the old one. */
export class BackendChooser {
  readonly #around: Surroundings
  #waiting = false

  constructor(around: Surroundings) {
    this.#around = around
  }

  get setting(): BackendSetting {
    return { choice: this.#around.settings.backend, overruledBy: overruling(), waiting: this.#waiting }
  }

  /** @throws where it cannot be written; nothing has changed then */
  async choose(choice: BackendChoice): Promise<BackendSetting> {
    const { settings } = this.#around
    if (choice !== settings.backend) {
      await settings.setBackend(choice)
      if (overruling() === null && !this.#waiting) void this.#apply()
    }
    return this.setting
  }

  async #apply(): Promise<void> {
    const { engine, running, applied } = this.#around
    this.#waiting = true
    for (let jobs = running(); jobs.length > 0; jobs = running()) await Promise.all(jobs)
    this.#waiting = false
    engine.renew()
    applied()
  }
}

/** What wins over the choice; null: nothing. */
function overruling(): string | null {
  return process.env['DRYDOCK_BACKEND'] || null
}
