import { createContext } from 'svelte'
import type { Client, ProjectClient } from '../client/index.ts'
import type { ProjectSummary } from '../../src-main/contract/wire.ts'
import { Categories } from './categories.svelte.ts'
import { ChosenImages } from './chosen-images.svelte.ts'
import { Editing } from './editing.svelte.ts'
import type { Engine } from './engine.svelte.ts'
import { Eye } from './eye.svelte.ts'
import { Exchange } from './exchange.svelte.ts'
import { Outgoing } from './outgoing.svelte.ts'
import { Facts } from './facts.svelte.ts'
import { Images } from './images.svelte.ts'
import { Jobs } from './jobs.svelte.ts'
import { LabelForm } from './label-form.svelte.ts'
import { MapLayers } from './map-layers.svelte.ts'
import { Clipboard } from './marking.ts'
import { Moved } from './moved.svelte.ts'
import { followProject } from './news.ts'
import { Review } from './review.svelte.ts'
import { savePlot, saveReport, saveResult } from './take-away.ts'
import type { PlotFile } from '../ui/plot/file.ts'
import type { Toasts } from './toasts.svelte.ts'
import { Sweep } from './sweep.svelte.ts'
import { Training } from './training.svelte.ts'

/** What a project needs of its window. */
export interface Surroundings {
  readonly client: Client
  readonly toasts: Toasts
  readonly engine: Engine
}

/**
 * Everything that belongs to one open project. Opening makes it, closing throws it away: nothing is cleared, and an answer that comes
 * late lands in an object that nobody looks at any more.
 */
export class OpenProject {
  readonly id: string
  readonly client: ProjectClient
  readonly toasts: Toasts
  readonly engine: Engine
  readonly facts: Facts
  readonly categories: Categories
  readonly labelForm: LabelForm
  readonly images: Images
  readonly moved: Moved
  readonly jobs: Jobs
  readonly editing: Editing
  readonly chosen: ChosenImages
  readonly review: Review
  readonly eye: Eye
  readonly training: Training
  readonly sweep: Sweep
  readonly exchange: Exchange
  readonly mapLayers: MapLayers
  readonly clipboard = new Clipboard()
  readonly outgoing: Outgoing
  readonly #window: Client
  /** ends the calls that only read */
  readonly #left = new AbortController()
  #reopening: Promise<void> | null = null

  constructor({ client, toasts, engine }: Surroundings, summary: ProjectSummary) {
    this.id = summary.id
    this.#window = client
    this.client = client.inProject(this.id, this.#left.signal)
    this.toasts = toasts
    this.engine = engine
    this.images = new Images({
      ...{ client: this.client, toasts },
      shownF2: () => (this.review.ignoring ? (image) => this.review.of(image)?.f2 ?? null : null),
    })
    this.facts = new Facts(this.client, client.shell.dialogs, toasts, summary, this.#left.signal)
    this.categories = new Categories(this.client, toasts)
    this.labelForm = new LabelForm(this.client, toasts, this.#left.signal)
    this.moved = new Moved(this.client, toasts)
    this.jobs = new Jobs(this.client, toasts, (kind) => kind === 'sweep' && this.sweep.shown)
    this.review = new Review({ client: this.client, toasts, run: () => this.facts.run?.id ?? null })
    this.sweep = new Sweep(this.client, toasts)
    this.training = new Training(this.client, client.shell.dialogs, toasts)
    this.mapLayers = new MapLayers(this.client, client.shell.dialogs, toasts)
    this.exchange = new Exchange(this.client, client.shell.dialogs, toasts)
    this.outgoing = new Outgoing(this.client, client.shell.dialogs, toasts, () => this.facts.summary.name)
    this.editing = new Editing({
      client: this.client,
      toasts,
      images: this.images,
      refusal: () => this.#refusal(),
      ofNew: (plan) => this.categories.ofNew(plan),
      reopen: () => this.reopen(),
      left: this.#left.signal,
    })
    this.chosen = new ChosenImages({
      ...{ client: this.client, toasts: this.toasts, images: this.images, editing: this.editing },
      left: this.#left.signal,
    })
    this.eye = new Eye(() => this.editing.image)
  }

  /** Follows the project's news, and so fetches what its views show. */
  begin(): void {
    void followProject(this, this.#left.signal)
  }

  /** The window has another project, or none: what is being read is of no use any more. */
  leave(): void {
    this.#left.abort()
    this.editing.shown?.leave()
  }

  /**
   * Opens the project again in a backend that has not got it open, and sends what is not saved. Those who ask meanwhile wait for the
   * same attempt. What is shown is fetched anew once its news are followed again.
   */
  async reopen(): Promise<void> {
    this.#reopening ??= this.#reopen().finally(() => (this.#reopening = null))
    await this.#reopening
  }

  /** Everything that is shown of the project, anew. */
  async fetchAll(): Promise<void> {
    void this.facts.refresh()
    void this.categories.refresh()
    void this.labelForm.refresh()
    void this.moved.refresh()
    void this.mapLayers.refresh()
    void this.editing.shown?.refetch()
    await Promise.all([this.fetchImages(), this.fetchJobs()])
    // these read of all finished images, and would hold up the list
    void this.training.refresh()
    void this.review.refresh()
  }

  /** The lists of images, anew. */
  async fetchImages(): Promise<void> {
    await this.images.refresh()
    if (this.editing.shown) void this.editing.shown.lookAtFile()
    else this.editing.openFirst()
  }

  /** The jobs that run and those that have ended, with the curve of the last training: it may be one to go on with. */
  async fetchJobs(): Promise<void> {
    this.jobs.set(await this.client.jobs.list({}))
    void this.training.followLatest(this.jobs.latest('train'))
  }

  /** Lets a person choose the folder in which the images are now. */
  async relocate(): Promise<void> {
    await this.toasts.guard(async () => {
      const chosen = await this.#window.shell.dialogs.chooseFolder({ purpose: 'relocate' })
      if (!chosen) return
      this.facts.summary = await this.client.project.relocate({ grant: chosen.grant })
      await this.fetchImages()
    })
  }

  async rescan(): Promise<void> {
    await this.toasts.guard(() => this.client.images.rescan({}))
  }

  /** Starts a prediction of the image on the screen, of all, or of those that the run has not reached. */
  async predict(which: 'this' | 'all' | 'todo'): Promise<void> {
    const { image } = this.editing
    if (which === 'this' && image === null) return
    await this.toasts.guard(() =>
      this.client.predict.start({
        images: which === 'this' ? [image!] : which,
        ...(image === null ? {} : { first: image }),
      }),
    )
  }

  /** A report on the current run, over the images that Review lists; compared with another one where it is named. */
  async saveReport(against: number | null): Promise<void> {
    const { run } = this.facts
    if (!run) return
    const { category } = this.images.ranked.filter
    const wanted = { run: run.id, against, ignoring: this.review.ignoring, category }
    await saveReport(this.#takingAway(), `${this.facts.summary.name} ${run.name}`, wanted)
  }

  /** The score of the current run, with all that it follows from. */
  async saveResult(): Promise<void> {
    const { run } = this.facts
    if (run) await saveResult(this.#takingAway(), `${this.facts.summary.name} ${run.name}`, run.id)
  }

  /** A plot, as it is seen. */
  async savePlot(file: PlotFile): Promise<void> {
    await savePlot(this.#takingAway(), file)
  }

  export(what: 'truth' | 'predictions'): void {
    void this.outgoing.start(what)
  }

  #takingAway(): Parameters<typeof saveResult>[0] {
    return { client: this.client, dialogs: this.#window.shell.dialogs, toasts: this.toasts }
  }

  async #reopen(): Promise<void> {
    try {
      this.facts.summary = await this.#window.backend.project.openRecent({ key: this.id })
    } catch (error) {
      this.toasts.error(error)
      throw error
    }
    this.editing.saving.resend()
  }

  #refusal(): string | null {
    return this.facts.summary.readOnly
      ? 'This project cannot be written, so nothing was changed. Open a copy of it elsewhere.'
      : null
  }
}

/** The open project of the views in it. */
export const [useProject, provideProject] = createContext<OpenProject>()
