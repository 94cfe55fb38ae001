import type { ProjectClient } from '../client/index.ts'
import type { FilmFrame } from '../../src-main/contract/wire.ts'
import { Latest } from './latest.ts'
import type { Toasts } from './toasts.svelte.ts'

/** Frames of one image that are kept: scrubbing goes back and forth. */
const KEPT = 60

/** How the last training saw the open image, step by step. */
export class Film {
  /** steps whose weights are kept, in order */
  steps = $state.raw<number[]>([])
  /** the step on show; null: the newest */
  at = $state<number | null>(null)
  frame = $state.raw<FilmFrame | null>(null)
  /** why there is no frame, as a sentence */
  failure = $state<string | null>(null)
  /** the training whose steps these are */
  #job: string | null = null
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- no view looks at it
  readonly #known = new Map<string, FilmFrame>()
  readonly #latest = { steps: new Latest(), frame: new Latest() }
  readonly #client: ProjectClient
  readonly #toasts: Toasts

  constructor(client: ProjectClient, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  /** the step whose frame is shown */
  readonly step = $derived.by(() => {
    const newest = this.steps.at(-1)
    return this.at !== null && this.steps.includes(this.at) ? this.at : newest
  })

  /** Looks again at which steps there are; a new validation has brought one. Nothing of another training stays. @param job null: there is none */
  async refresh(job: string | null): Promise<void> {
    if (job !== this.#job) {
      this.#job = job
      this.steps = []
      this.at = null
      this.frame = null
      this.failure = null
    }
    if (job === null) return
    await this.#latest.steps.askGuarded(
      this.#toasts,
      () => this.#client.train.filmSteps({ job }),
      (steps) => {
        if (job === this.#job) this.steps = steps
      },
    )
  }

  /** Shows what the weights of a step make of an image; what was asked for before and comes later is not shown. */
  async show(job: string, step: number, image: number): Promise<void> {
    const key = `${job} ${step} ${image}`
    const known = this.#known.get(key)
    if (known) {
      this.frame = known
      this.failure = null
    }
    try {
      await this.#latest.frame.ask(
        async () => known ?? (await this.#client.train.filmFrame({ job, step, image })),
        (frame) => {
          this.#keep(key, frame)
          if (job !== this.#job) return
          this.frame = frame
          this.failure = null
        },
      )
    } catch (error) {
      if (job !== this.#job) return
      this.frame = null
      this.failure = error instanceof Error ? error.message : String(error)
    }
  }

  #keep(key: string, frame: FilmFrame): void {
    this.#known.set(key, frame)
    const [oldest] = this.#known.keys()
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest)
  }
}
