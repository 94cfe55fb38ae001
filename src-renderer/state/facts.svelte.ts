import type { Client, ProjectClient } from '../client/index.ts'
import type {
  HoldOutState,
  ModelVersion,
  ProjectSummary,
  Run,
  RunChoice,
  SetScore,
} from '../../src-main/contract/wire.ts'
import { cardOf, type Card } from './card.ts'
import { Latest } from './latest.ts'
import { Soon } from './soon.ts'
import type { Toasts } from './toasts.svelte.ts'

const SCORE_AFTER_MS = 250

type VersionDialogs = Pick<Client['shell']['dialogs'], 'chooseVersion' | 'saveVersion'>

/** What a person chooses of the current run. */
export type ChoiceWish = Partial<Pick<RunChoice, 'minScore' | 'rectangles' | 'necks'>>

/** What is known of the project as a whole: its summary, runs, model versions and set score. */
export class Facts {
  summary: ProjectSummary
  runs = $state.raw<Run[]>([])
  /** the current run's positions between clean empty images and more ships found; null: it has none */
  choice = $state.raw<RunChoice | null>(null)
  models = $state.raw<ModelVersion[]>([])
  score = $state.raw<SetScore | null>(null)
  /** what there is to compare a version with the current one on */
  holdOut = $state.raw<{ model: string; state: HoldOutState } | null>(null)
  readonly run = $derived(this.runs.find((run) => run.current))
  /** what a training found in images that its weights had not seen, the latest */
  readonly outOfFold = $derived(this.runs.findLast(({ outOfFoldOf }) => outOfFoldOf !== null))
  readonly model = $derived(this.models.find((model) => model.current))
  /**
   * the current run is not one of the current model, or not one with the flips chosen: a prediction begins a new run, and has
   * all images before it
   */
  readonly newRun = $derived.by(
    () =>
      this.run !== undefined &&
      (this.run.model !== (this.model?.id ?? null) || this.run.flips !== this.summary.flips),
  )
  #choosing = false
  #wished: { wish: ChoiceWish; first?: number } | null = null
  readonly #latest = {
    summary: new Latest(),
    runs: new Latest(),
    models: new Latest(),
    score: new Latest(),
    holdOut: new Latest(),
  }
  readonly #scoreAgain: Soon
  readonly #client: ProjectClient
  readonly #dialogs: VersionDialogs
  readonly #toasts: Toasts

  /** @param left the project is left */
  constructor(
    client: ProjectClient,
    dialogs: VersionDialogs,
    toasts: Toasts,
    summary: ProjectSummary,
    left: AbortSignal,
  ) {
    this.#client = client
    this.#dialogs = dialogs
    this.#toasts = toasts
    this.summary = $state.raw(summary)
    this.#scoreAgain = new Soon(() => void this.refreshScore(), SCORE_AFTER_MS, left)
  }

  async refresh(): Promise<void> {
    await Promise.all([this.refreshRuns(), this.refreshModels(), this.refreshScore()])
  }

  async refreshSummary(): Promise<void> {
    await this.#latest.summary.askGuarded(
      this.#toasts,
      () => this.#client.project.summary({}),
      (summary) => (this.summary = summary),
    )
  }

  async refreshRuns(): Promise<void> {
    await this.#latest.runs.askGuarded(
      this.#toasts,
      async () => {
        const runs = await this.#client.runs.list({})
        const run = runs.find(({ current }) => current)?.id
        return { runs, choice: run === undefined ? null : await this.#client.runs.choice({ run }) }
      },
      ({ runs, choice }) => {
        this.runs = runs
        this.choice = choice
      },
    )
  }

  /** News that a run has come to so many images. */
  grew(run: number, images: number): void {
    this.runs = this.runs.map((known) => (known.id === run ? { ...known, images } : known))
  }

  async refreshModels(): Promise<void> {
    await this.#latest.models.askGuarded(
      this.#toasts,
      () => this.#client.models.list({}),
      (models) => (this.models = models),
    )
  }

  async refreshScore(): Promise<void> {
    await this.#latest.score.askGuarded(
      this.#toasts,
      () => this.#client.score.set({}),
      (score) => (this.score = score),
    )
  }

  /** The same after a moment, once for all that asked meanwhile: each gesture asks. */
  refreshScoreSoon(): void {
    this.#scoreAgain.ask()
  }

  /** Recomputes what is stale in the current run. */
  async rescore(): Promise<void> {
    await this.#toasts.guard(() => this.#client.score.refresh({}))
    await this.refreshScore()
  }

  async setRun(run: number): Promise<void> {
    await this.#toasts.guard(() => this.#client.runs.setCurrent({ run }))
  }

  /**
   * Takes another position or shape for the current run. While one is being taken only the last wish after it counts.
   * @param image the one on the screen
   */
  async choose(wish: ChoiceWish, image: number | null): Promise<void> {
    this.#wished = { wish: { ...this.#wished?.wish, ...wish }, ...(image === null ? {} : { first: image }) }
    if (this.#choosing) return
    this.#choosing = true
    await this.#toasts.guard(async () => {
      for (let next = this.#wished; next; next = this.#wished) {
        this.#wished = null
        const run = this.run?.id
        if (run === undefined) return
        const { wish, ...first } = next
        await this.#client.runs.choose({ run, ...wish, ...first })
        if (this.choice) this.choice = { ...this.choice, ...wish }
      }
    })
    this.#choosing = false
    this.#wished = null
  }

  async fetchHoldOut(model: string): Promise<void> {
    await this.#latest.holdOut.askGuarded(
      this.#toasts,
      () => this.#client.models.holdOut({ model }),
      (state) => (this.holdOut = { model, state }),
    )
  }

  /** Compares a version with the current one on the hold-out; each time counts as a look. */
  async compareOnHoldOut(model: string): Promise<void> {
    await this.#toasts.guard(() => this.#client.models.compareOnHoldOut({ model }))
  }

  /** What the card of a version says; null: it could not be read, and that was said. */
  async fetchCard(model: string): Promise<Card | null> {
    let card: Card | null = null
    await this.#toasts.guard(async () => (card = cardOf(await this.#client.models.card({ model }))))
    return card
  }

  /** What the cards of all versions say. */
  async fetchCards(): Promise<Record<string, Card>> {
    const cards: Record<string, Card> = {}
    await this.#toasts.guard(async () => {
      for (const { id } of this.models) cards[id] = cardOf(await this.#client.models.card({ model: id }))
    })
    return cards
  }

  async setRemark(model: string, remark: string): Promise<void> {
    await this.#toasts.guard(() => this.#client.models.setRemark({ model, remark }))
  }

  /** Writes a version into one file where a person says. */
  async saveVersion(model: ModelVersion): Promise<void> {
    await this.#toasts.guard(async () => {
      const chosen = await this.#dialogs.saveVersion({ suggestedName: model.name.slice(0, 200) })
      if (!chosen) return
      await this.#client.models.save({ model: model.id, grant: chosen.grant })
      this.#toasts.note(`${model.name} is saved as ${chosen.label}.`)
    })
  }

  /** Takes a version from a file that a person chooses. */
  async addVersion(): Promise<void> {
    await this.#toasts.guard(async () => {
      const chosen = await this.#dialogs.chooseVersion({})
      if (!chosen) return
      await this.#client.models.add({ grant: chosen.grant })
      await this.refreshModels()
    })
  }

  async setModel(model: string): Promise<void> {
    await this.#toasts.guard(() => this.#client.models.setCurrent({ model }))
    await Promise.all([this.refreshModels(), this.refreshSummary()])
  }

  /** Whether predictions from now on average over the four flips. */
  async setFlips(flips: boolean): Promise<void> {
    // shown at once; afterwards what is stored, which is the choice before where it could not be
    this.summary = { ...this.summary, flips }
    await this.#toasts.guard(() => this.#client.predict.setFlips({ flips }))
    await this.refreshSummary()
  }
}
