import type { Client } from '../client/index.ts'
import type { BackendHealth } from '../../src-main/contract/shell.ts'
import type { Toasts } from './toasts.svelte.ts'

/** Who has chosen to wait is asked again after this, in ms. */
const ASK_AGAIN_AFTER = 30_000

/** Drydock's background process, as far as people hear of it: whether it answers, and what they want done where it does not. */
export class Background {
  /** what to say of a process that does not answer; null: it answers, or is waited for */
  silent = $state<string | null>(null)
  readonly #client: Client
  readonly #toasts: Toasts
  #waiting: ReturnType<typeof setTimeout> | undefined

  constructor(client: Client, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  /** News of the shell. */
  hear({ state, sentence }: BackendHealth): void {
    clearTimeout(this.#waiting)
    this.silent = state === 'silent' ? sentence : null
    if (state !== 'silent' && sentence) this.#toasts.failure(sentence)
  }

  /** It may answer yet; where it does, nothing more is said. */
  wait(): void {
    const { silent } = this
    this.silent = null
    this.#waiting = setTimeout(() => (this.silent = silent), ASK_AGAIN_AFTER)
  }

  /** Ends it; another one follows. Gestures that were not acknowledged are sent again to that. */
  async restart(): Promise<void> {
    await this.#toasts.guard(() => this.#client.shell.window.restartBackend({}))
  }
}
