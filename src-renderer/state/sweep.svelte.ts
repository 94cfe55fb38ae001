import type { ProjectClient } from '../client/index.ts'
import type { SweepResult } from '../../src-main/contract/wire.ts'
import { Latest } from './latest.ts'
import type { Toasts } from './toasts.svelte.ts'

/** What trying settings on the validation images found for a run, and what is done with it. */
export class Sweep {
  /** of the run that it was fetched for last; null: none was tried, or not fetched */
  found = $state.raw<{ run: number; result: SweepResult } | null>(null)
  /** its sheet is open */
  shown = $state(false)
  /** the settings are being applied */
  applying = $state(false)
  readonly #latest = new Latest()
  readonly #client: ProjectClient
  readonly #toasts: Toasts

  constructor(client: ProjectClient, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  async fetch(run: number): Promise<void> {
    await this.#latest.askGuarded(
      this.#toasts,
      () => this.#client.sweeps.last({ run }),
      (result) => (this.found = result && { run, result }),
    )
  }

  async start(run: number): Promise<void> {
    await this.#toasts.guard(() => this.#client.sweeps.start({ run }))
  }

  /** Makes the run with what was found the current one, over all images. @param first the image on the screen */
  async apply(first: number | null): Promise<void> {
    const { found } = this
    if (!found || this.applying) return
    this.applying = true
    await this.#toasts.guard(async () => {
      const { foreground, sigma, alpha, minArea, minScore } = found.result.best
      await this.#client.runs.choose({
        ...{ run: found.run, foreground, sigma, alpha, minArea, minScore },
        ...(first === null ? {} : { first }),
      })
      this.shown = false
    })
    this.applying = false
  }
}
