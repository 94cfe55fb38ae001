import type { Client } from '../client/index.ts'
import type {
  BackendInfo,
  ModelVersion,
  ProjectSummary,
  Run,
  SetScore,
} from '../../src-main/contract/wire.ts'
import type { Toasts } from './toasts.svelte.ts'

const SCORE_AFTER_MS = 250

/** The open project: its summary, runs, model versions and set score, and the engine that computes for it. */
export class Project {
  summary = $state.raw<ProjectSummary | null>(null)
  runs = $state.raw<Run[]>([])
  models = $state.raw<ModelVersion[]>([])
  score = $state.raw<SetScore | null>(null)
  engine = $state.raw<BackendInfo | null>(null)
  /** whether the engine has answered, be it that there is none */
  engineAsked = $state(false)
  readonly run = $derived(this.runs.find((run) => run.current))
  readonly model = $derived(this.models.find((model) => model.current))
  /** the current run is not one of the current model: a prediction begins a new run, and has all images before it */
  readonly newRun = $derived(this.run !== undefined && this.run.model !== (this.model?.id ?? null))
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

  async setModel(model: string): Promise<void> {
    await this.#fetch(async (project) => {
      await this.#client.backend.models.setCurrent({ project, model })
      this.models = await this.#client.backend.models.list({ project })
      this.summary = await this.#client.backend.project.summary({ project })
    })
  }

  async refreshEngine(): Promise<void> {
    try {
      this.engine = await this.#client.backend.system.engine({})
      this.engineAsked = true
    } catch (error) {
      this.#toasts.error(error)
    }
  }

  clear(): void {
    this.summary = null
    this.runs = []
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
