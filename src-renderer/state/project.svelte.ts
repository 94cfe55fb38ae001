import type { Client } from '../client/index.ts'
import type {
  BackendChoice,
  BackendInfo,
  BackendSetting,
  ModelVersion,
  ProjectSummary,
  Run,
  RunChoice,
  SetScore,
} from '../../src-main/contract/wire.ts'
import type { Toasts } from './toasts.svelte.ts'

const SCORE_AFTER_MS = 250

/** What a person chooses of the current run. */
export type ChoiceWish = Partial<Pick<RunChoice, 'minScore' | 'rectangles' | 'necks'>>

/** The open project: its summary, runs, model versions and set score, and the engine that computes for it. */
export class Project {
  summary = $state.raw<ProjectSummary | null>(null)
  runs = $state.raw<Run[]>([])
  /** the current run's positions between clean empty images and more ships found; null: it has none */
  choice = $state.raw<RunChoice | null>(null)
  models = $state.raw<ModelVersion[]>([])
  score = $state.raw<SetScore | null>(null)
  engine = $state.raw<BackendInfo | null>(null)
  /** whether the engine has answered, be it that there is none */
  engineAsked = $state(false)
  /** what a person has chosen to compute with; null: not known yet */
  backend = $state.raw<BackendSetting | null>(null)
  readonly run = $derived(this.runs.find((run) => run.current))
  readonly model = $derived(this.models.find((model) => model.current))
  /**
   * the current run is not one of the current model, or not one with the flips chosen: a prediction begins a new run, and has
   * all images before it
   */
  readonly newRun = $derived(
    this.run !== undefined &&
      (this.run.model !== (this.model?.id ?? null) || this.run.flips !== this.summary?.flips),
  )
  #choosing = false
  #wished: { wish: ChoiceWish; first?: number } | null = null
  #scoreTimer: ReturnType<typeof setTimeout> | undefined
  readonly #client: Client
  readonly #toasts: Toasts

  constructor(client: Client, toasts: Toasts) {
    this.#client = client
    this.#toasts = toasts
  }

  get id(): string | null {
    return this.summary?.id ?? null
  }

  async refreshSummary(): Promise<void> {
    await this.#fetch(async (project) => {
      this.summary = await this.#client.backend.project.summary({ project })
    })
  }

  async refreshRuns(): Promise<void> {
    await this.#fetch(async (project) => {
      this.runs = await this.#client.backend.runs.list({ project })
      const run = this.run?.id
      this.choice = run === undefined ? null : await this.#client.backend.runs.choice({ project, run })
    })
  }

  async refreshModels(): Promise<void> {
    await this.#fetch(async (project) => {
      this.models = await this.#client.backend.models.list({ project })
    })
  }

  async refreshScore(): Promise<void> {
    await this.#fetch(async (project) => {
      this.score = await this.#client.backend.score.set({ project })
    })
  }

  /** The same after a moment, once for all that asked meanwhile: each gesture asks. */
  refreshScoreSoon(): void {
    this.#scoreTimer ??= setTimeout(() => {
      this.#scoreTimer = undefined
      void this.refreshScore()
    }, SCORE_AFTER_MS)
  }

  /** Recomputes what is stale in the current run. */
  async rescore(): Promise<void> {
    await this.#fetch(async (project) => {
      this.score = await this.#client.backend.score.refresh({ project })
    })
  }

  async setRun(run: number): Promise<void> {
    await this.#fetch(async (project) => {
      await this.#client.backend.runs.setCurrent({ project, run })
    })
  }

  /**
   * Takes another position or shape for the current run. While one is being taken only the last wish after it counts.
   * @param image the one on the screen
   */
  async choose(wish: ChoiceWish, image: number | null): Promise<void> {
    this.#wished = { wish: { ...this.#wished?.wish, ...wish }, ...(image === null ? {} : { first: image }) }
    if (this.#choosing) return
    this.#choosing = true
    await this.#fetch(async (project) => {
      for (let next = this.#wished; next; next = this.#wished) {
        this.#wished = null
        const run = this.run?.id
        if (run === undefined) return
        const { wish, ...first } = next
        await this.#client.backend.runs.choose({ project, run, ...wish, ...first })
        if (this.choice) this.choice = { ...this.choice, ...wish }
      }
    })
    this.#choosing = false
    this.#wished = null
  }

  async setModel(model: string): Promise<void> {
    await this.#fetch(async (project) => {
      await this.#client.backend.models.setCurrent({ project, model })
      this.models = await this.#client.backend.models.list({ project })
      this.summary = await this.#client.backend.project.summary({ project })
    })
  }

  /** Whether predictions from now on average over the four flips. */
  async setFlips(flips: boolean): Promise<void> {
    // shown at once; afterwards what is stored, which is the choice before where it could not be
    if (this.summary) this.summary = { ...this.summary, flips }
    await this.#fetch(async (project) => {
      await this.#client.backend.predict.setFlips({ project, flips })
    })
    await this.refreshSummary()
  }

  async refreshEngine(): Promise<void> {
    try {
      this.engine = await this.#client.backend.system.engine({})
      this.engineAsked = true
    } catch (error) {
      this.#toasts.error(error)
    }
  }

  async refreshBackend(): Promise<void> {
    try {
      this.backend = await this.#client.backend.system.backendSetting({})
    } catch (error) {
      this.#toasts.error(error)
    }
  }

  /** Computes with another tfjs backend, from now on or, where a job runs, from its end on. */
  async setBackend(choice: BackendChoice): Promise<void> {
    try {
      this.backend = await this.#client.backend.system.setBackend({ choice })
      if (this.backend.waiting) return
      this.engine = null
      this.engineAsked = false
      await this.refreshEngine()
    } catch (error) {
      this.#toasts.error(error)
    }
  }

  clear(): void {
    this.summary = null
    this.runs = []
    this.choice = null
    this.models = []
    this.score = null
  }

  /** Runs `act` for the open project; an answer that comes after another was opened is dropped by the caller's id. */
  async #fetch(act: (project: string) => Promise<void>): Promise<void> {
    const project = this.id
    if (project === null) return
    try {
      await act(project)
    } catch (error) {
      this.#toasts.error(error)
    }
  }
}
