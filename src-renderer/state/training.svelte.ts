import type { Client, ProjectClient } from '../client/index.ts'
import type {
  CurvePoint,
  Job,
  MeasuredCurve,
  SimilarGroup,
  TrainCrop,
  TrainPreview,
  TrainSettings,
} from '../../src-main/contract/wire.ts'
import { NETWORK_SIZES } from '../../src-main/contract/words.ts'
import type { Split } from '../../src-main/contract/words.ts'
import { plural } from '../ui/format.ts'
import { SETTINGS_BEFORE } from './card.ts'
import { joinCurves } from './curve.ts'
import { Film } from './film.svelte.ts'
import { Latest } from './latest.ts'
import type { Toasts } from './toasts.svelte.ts'
import { WhenShown } from './when-shown.ts'

/** Settings of a version's card that another training can take over. */
const AGAIN = [
  ...['epochs', 'minutes', 'steps', 'batch', 'crop', 'learningRate', 'embeddingWeight', 'syntheticShare'],
  ...['sizeExponent', 'falseAlarmShare', 'magnify', 'validateEvery', 'patience', 'seed'],
] as const

type SplitDialogs = Pick<Client['shell']['dialogs'], 'chooseSplits'>

/** What a training would use, the settings being filled in, and the curve of the job on show. */
export class Training {
  preview = $state.raw<TrainPreview | null>(null)
  settings = $state<TrainSettings | null>(null)
  /** the job whose curve is shown */
  job = $state<string | null>(null)
  points = $state.raw<CurvePoint[]>([])
  /** asked for, and not known of yet: of the one before nothing is shown any more */
  starting = $state(false)
  /** crops as a training by the settings would see them; null: not fetched */
  crops = $state.raw<TrainCrop[] | null>(null)
  /** the learning curve that was measured last; null: none, or not fetched */
  curve = $state.raw<MeasuredCurve | null>(null)
  readonly film: Film
  /** what there is to train on, whose views say so themselves */
  readonly shown = new WhenShown(() => void this.refresh())
  /** null: not fetched */
  groups = $state.raw<{ groups: SimilarGroup[]; count: number } | null>(null)
  #defaults: TrainSettings | null = null
  readonly #latest = new Latest()
  readonly #client: ProjectClient
  readonly #dialogs: SplitDialogs
  readonly #toasts: Toasts

  constructor(client: ProjectClient, dialogs: SplitDialogs, toasts: Toasts) {
    this.#client = client
    this.#dialogs = dialogs
    this.film = new Film(client, toasts)
    this.#toasts = toasts
  }

  readonly losses = $derived(this.points.filter((point) => point.kind === 'train' && point.loss !== null))
  readonly validations = $derived(this.points.filter((point) => point.kind === 'validation'))

  /** Looks again at what there is to train on; fills in the settings, and later name and start as far as nobody changed them. */
  async refresh(): Promise<void> {
    await this.#latest.askGuarded(
      this.#toasts,
      async () => ({
        preview: await this.#client.train.preview({}),
        defaults: await this.#client.train.defaults({}),
      }),
      ({ preview, defaults }) => {
        this.preview = preview
        this.#fillIn(defaults)
      },
    )
  }

  /** The groups of similar images. */
  async fetchGroups(): Promise<void> {
    await this.#toasts.guard(async () => (this.groups = await this.#client.images.groups({})))
  }

  async regroup(images: number[], how: 'together' | 'apart'): Promise<void> {
    await this.#toasts.guard(() => this.#client.images.regroup({ images, how }))
    await Promise.all([this.fetchGroups(), this.refresh()])
  }

  /** Puts an image and its group on another side. */
  async setSplit(image: number, split: Split): Promise<void> {
    await this.#toasts.guard(() => this.#client.images.setSplit({ image, split }))
    await Promise.all([this.fetchGroups(), this.refresh()])
  }

  /** Lets a person choose a CSV that names the split. */
  async takeSplits(): Promise<void> {
    await this.#toasts.guard(async () => {
      const chosen = await this.#dialogs.chooseSplits({})
      if (!chosen) return
      const { images, unknown, broken } = await this.#client.images.takeSplits({ grant: chosen.grant })
      const others = unknown.length === 0 ? '' : ` Not in the project: ${unknown.join(', ')}.`
      const lines = broken.length === 0 ? '' : ` Not understood: line ${broken.join(', ')}.`
      this.#toasts.note(`Took the split of ${plural(images, 'image')} from ${chosen.label}.${others}${lines}`)
    })
    await Promise.all([this.fetchGroups(), this.refresh()])
  }

  async fetchLearningCurve(): Promise<void> {
    await this.#toasts.guard(async () => (this.curve = await this.#client.train.learningCurve({})))
  }

  /** Measures how F2 grows with the images that are trained on. */
  async measureCurve(): Promise<void> {
    await this.#toasts.guard(() => this.#client.train.measureCurve({}))
    // it has frozen the split
    await this.refresh()
  }

  async fetchCrops(): Promise<void> {
    const { settings } = this
    if (!settings) return
    await this.#toasts.guard(async () => {
      this.crops = await this.#client.train.crops({ settings: $state.snapshot(settings) })
    })
  }

  /** Keeps the weights of a step of a training as a version. */
  async keepStep(job: string, step: number): Promise<void> {
    await this.#toasts.guard(async () => {
      await this.#client.train.keepStep({ job, step })
      this.#toasts.note(`Step ${step} is kept as a version.`)
    })
  }

  /**
   * Fills in the settings that a version was made with, to make another one with one thing changed.
   * @param settings of its card
   * @param known ids of the versions that are here: one that is not cannot be started from
   */
  again(settings: Record<string, unknown>, known: readonly string[]): void {
    const { settings: now } = this
    if (!now) return
    for (const key of AGAIN) {
      const value = key in settings ? settings[key] : SETTINGS_BEFORE[key]
      if (value === null || typeof value === 'number') Object.assign(now, { [key]: value })
    }
    now.lossUnit = settings['lossUnit'] === 'ship' ? 'ship' : 'pixel'
    now.coordinates = settings['coordinates'] === 'normalized' ? 'normalized' : 'pixel'
    now.size = NETWORK_SIZES.find((size) => size === settings['size']) ?? 'base'
    const { from } = settings
    if (from === null || (typeof from === 'string' && known.includes(from))) now.from = from
    else
      this.#toasts.note(
        'The version that it started from is not here. All else is as it was: choose where to start.',
      )
  }

  async start(): Promise<void> {
    const { settings } = this
    if (!settings) return
    const before = this.job
    this.starting = true
    this.job = null
    this.points = []
    await this.#toasts.guard(async () => {
      const { job } = await this.#client.train.start({ settings: $state.snapshot(settings) })
      // news of the job may have come first
      if (job !== this.job) await this.follow(job)
    })
    this.starting = false
    await this.#giveBack(before)
    // it has frozen the split
    await this.refresh()
  }

  /** Where a training was refused the one before has its place again. */
  async #giveBack(before: string | null): Promise<void> {
    if (this.job === null && before !== null) await this.follow(before)
  }

  /** Shows the training that began last, where none is shown or about to be. */
  async followLatest(latest: Job | undefined): Promise<void> {
    if (this.job === null && !this.starting && latest) await this.follow(latest.id)
  }

  /** Shows the curve of a job, from its beginning. */
  async follow(job: Job['id']): Promise<void> {
    this.job = job
    this.points = []
    await this.#toasts.guard(async () => {
      const points = await this.#client.train.curve({ job })
      // what was heard meanwhile is the newer
      if (this.job === job) this.points = goOn(points, this.points)
    })
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
