import type { Client } from '../client/index.ts'
import type { BackendChoice, BackendInfo, BackendSetting } from '../../src-main/contract/wire.ts'
import type { Toasts } from './toasts.svelte.ts'

/** What computes predictions and trainings, for all projects. */
export class Engine {
  info = $state.raw<BackendInfo | null>(null)
  /** whether the engine has answered, be it that there is none */
  asked = $state(false)
  /** what a person has chosen to compute with; null: not known yet */
  setting = $state.raw<BackendSetting | null>(null)
  readonly #client: Client
  readonly #toasts: Toasts

  constructor(client: Client, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  async refresh(): Promise<void> {
    await Promise.all([this.#refreshInfo(), this.#refreshSetting()])
  }

  /** News of what computes from now on. */
  changed(info: BackendInfo | null): void {
    this.info = info
    this.asked = true
    void this.#refreshSetting()
  }

  /** Computes with another tfjs backend, from now on or, where a job runs, from its end on. */
  async choose(choice: BackendChoice): Promise<void> {
    const chosen = await this.#toasts.guard(async () => {
      this.setting = await this.#client.backend.system.setBackend({ choice })
    })
    if (!chosen || this.setting?.waiting) return
    this.info = null
    this.asked = false
    await this.#refreshInfo()
  }

  async #refreshInfo(): Promise<void> {
    await this.#toasts.guard(async () => {
      this.info = await this.#client.backend.system.engine({})
      this.asked = true
    })
  }

  async #refreshSetting(): Promise<void> {
    await this.#toasts.guard(async () => {
      this.setting = await this.#client.backend.system.backendSetting({})
    })
  }
}
