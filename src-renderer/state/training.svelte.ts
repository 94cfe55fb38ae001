import type { ProjectClient } from '../client/index.ts'
import type { CurvePoint, Job, TrainPreview, TrainSettings } from '../../src-main/contract/wire.ts'
import { joinCurves } from './curve.ts'
import { Latest } from './latest.ts'
import type { Toasts } from './toasts.svelte.ts'

/** What a training would use, the settings being filled in, and the curve of the job on show. */
export class Training {
  preview = $state.raw<TrainPreview | null>(null)
  settings = $state<TrainSettings | null>(null)
  /** the job whose curve is shown */
  job = $state<string | null>(null)
  points = $state.raw<CurvePoint[]>([])
  starting = $state(false)
  #defaults: TrainSettings | null = null
  readonly #latest = new Latest()
  readonly #client: ProjectClient
  readonly #toasts: Toasts

  constructor(client: ProjectClient, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  readonly losses = $derived(this.points.filter((point) => point.kind === 'train' && point.loss !== null))
  readonly validations = $derived(this.points.filter((point) => point.kind === 'validation'))

  /** Looks again at what there is to train on; fills in the settings, and later name and start as far as nobody changed them. */
  async refresh(): Promise<void> {
    try {
      await this.#latest.ask(
        async () => ({
          preview: await this.#client.train.preview({}),
          defaults: await this.#client.train.defaults({}),
        }),
        ({ preview, defaults }) => {
          this.preview = preview
          this.#fillIn(defaults)
        },
      )
    } catch (error) {
      this.#toasts.error(error)
    }
  }

  async start(): Promise<void> {
    if (!this.settings) return
    this.starting = true
    try {
      const { job } = await this.#client.train.start({ settings: $state.snapshot(this.settings) })
      // news of the job may have come first
      if (job !== this.job) await this.follow(job)
    } catch (error) {
      this.#toasts.error(error)
    } finally {
      this.starting = false
    }
  }

  /** Shows the curve of a job, from its beginning. */
  async follow(job: Job['id']): Promise<void> {
    this.job = job
    this.points = []
    try {
      const points = await this.#client.train.curve({ job })
      // what was heard meanwhile is the newer
      if (this.job === job) this.points = goOn(points, this.points)
    } catch (error) {
      this.#toasts.error(error)
    }
  }

  /** Live news of a curve. */
  add(job: string, points: readonly CurvePoint[]): void {
    if (job === this.job) this.points = goOn(this.points, points)
  }

  #fillIn(defaults: TrainSettings): void {
    const { settings } = this
    if (!settings) this.settings = defaults
    else {
      if (settings.name === this.#defaults?.name) settings.name = defaults.name
      if (settings.from === this.#defaults?.from) settings.from = defaults.from
    }
    this.#defaults = defaults
  }
}

/** A curve with its next points. A resumed training takes steps after its checkpoint once more: what they were before is dropped. */
function goOn(curve: readonly CurvePoint[], points: readonly CurvePoint[]): CurvePoint[] {
  const [next] = points
  const before = next
    ? curve.filter(({ step, kind }) => step < next.step || (step === next.step && kind !== next.kind))
    : curve
  return joinCurves(before, points)
}
