import { createContext } from 'svelte'
import { dropGrant, type Client } from '../client/index.ts'
import type { ProjectSummary, RecentProject } from '../../src-main/contract/wire.ts'
import { Display } from './display.svelte.ts'
import { Editing } from './editing.svelte.ts'
import { Exchange } from './exchange.svelte.ts'
import { Images } from './images.svelte.ts'
import { Jobs } from './jobs.svelte.ts'
import { Layout } from './layout.svelte.ts'
import { afterRestart, followProject } from './news.ts'
import { Plot } from './plot.svelte.ts'
import { Project } from './project.svelte.ts'
import { followShell, openWish } from './startup.ts'
import { Stage } from './stage.svelte.ts'
import { Toasts } from './toasts.svelte.ts'
import { Training } from './training.svelte.ts'

/** Everything that the window knows, and how it comes to know it. One for a window. */
export class App {
  readonly client: Client
  readonly toasts = new Toasts()
  readonly layout = new Layout()
  readonly display = new Display()
  readonly stage = new Stage()
  readonly images = new Images()
  readonly project: Project
  readonly jobs: Jobs
  readonly editing: Editing
  readonly plot: Plot
  readonly training: Training
  readonly exchange: Exchange
  recent = $state.raw<RecentProject[]>([])
  /** a project is being opened */
  opening = $state(false)
  version = $state('')
  /** where the log lies, for the help panel */
  logs = $state('')
  #watch: AbortController | null = null

  constructor(client: Client) {
    this.client = client
    this.project = new Project(client, this.toasts)
    this.jobs = new Jobs(client, this.toasts)
    this.plot = new Plot(client, this.toasts)
    this.training = new Training(client, this.toasts)
    this.exchange = new Exchange(client, this.toasts)
    this.editing = new Editing({ client, toasts: this.toasts, images: this.images, project: this.project })
    client.onBackendRestart(() => void afterRestart(this))
  }

  /** What the first view needs. */
  async begin(): Promise<void> {
    void this.project.refreshEngine()
    void this.project.refreshBackend()
    void this.#about()
    followShell(this)
    const warning = await this.client.shell.window.warning({}).catch(() => null)
    if (warning) this.toasts.note(warning)
    await this.refreshRecent()
    void openWish(this)
  }

  async refreshRecent(): Promise<void> {
    try {
      this.recent = await this.client.backend.project.recent({})
    } catch (error) {
      this.toasts.error(error)
    }
  }

  openSample(): Promise<void> {
    return this.#open(() => this.client.backend.project.openSample({}))
  }

  openRecent(key: string): Promise<void> {
    return this.#open(() => this.client.backend.project.openRecent({ key }))
  }

  /** Lets a person choose a folder: of images, to make a project from, or a project's own. */
  async chooseProject(purpose: 'images' | 'project'): Promise<void> {
    const chosen = await this.client.shell.dialogs.chooseFolder({ purpose }).catch((error: unknown) => {
      this.toasts.error(error)
      return null
    })
    if (chosen) await this.openGranted(chosen.grant)
  }

  /** A folder of images or a project that a dialog or the command line gave the right to. */
  openGranted(grant: string): Promise<void> {
    return this.#open(() => this.client.backend.project.open({ grant }))
  }

  /** A dropped folder of images or project; a table of labels is imported into the open project. */
  openDropped(file: File): Promise<void> {
    const project = this.project.id
    if (project !== null && /\.csv$/i.test(file.name)) return this.exchange.drop(project, file)
    return this.#open(async () => {
      const { grant } = await dropGrant(file)
      return this.client.backend.project.open({ grant })
    })
  }

  async forgetRecent(key: string): Promise<void> {
    try {
      await this.client.backend.project.forgetRecent({ key })
    } catch (error) {
      this.toasts.error(error)
    }
    await this.refreshRecent()
  }

  async closeProject(): Promise<void> {
    const project = this.project.id
    if (project === null) return
    if (this.editing.unsaved > 0) {
      this.toasts.failure('Not closed: the last gestures are not saved yet. The status bar says why.')
      return
    }
    this.#forget()
    try {
      await this.client.backend.project.close({ project })
      await this.client.shell.window.setProjectOpen({ open: false })
      await this.client.shell.window.setTitle({ title: 'Drydock' })
    } catch (error) {
      this.toasts.error(error)
    }
    await this.refreshRecent()
  }

  /** Points the project to the folder in which its images are now. */
  async relocate(): Promise<void> {
    const project = this.project.id
    if (project === null) return
    try {
      const chosen = await this.client.shell.dialogs.chooseFolder({ purpose: 'relocate' })
      if (!chosen) return
      this.project.summary = await this.client.backend.project.relocate({ project, grant: chosen.grant })
      await this.fetchImages(project)
    } catch (error) {
      this.toasts.error(error)
    }
  }

  async rescan(): Promise<void> {
    await this.#inProject((project) => this.client.backend.images.rescan({ project }))
  }

  /** Starts a prediction of the image on the screen, of all, or of those that the run has not reached. */
  async predict(which: 'this' | 'all' | 'todo'): Promise<void> {
    const image = this.editing.image
    if (which === 'this' && image === null) return
    await this.#inProject((project) =>
      this.client.backend.predict.start({
        project,
        images: which === 'this' ? [image!] : which,
        ...(image === null ? {} : { first: image }),
      }),
    )
  }

  export(what: 'truth' | 'predictions'): void {
    const { summary } = this.project
    if (summary) void this.exchange.export(summary.id, summary.name, what)
  }

  async #about(): Promise<void> {
    try {
      const { version, logs } = await this.client.backend.system.about({})
      this.version = version
      this.logs = logs
    } catch (error) {
      this.toasts.error(error)
    }
  }

  async #inProject(act: (project: string) => Promise<unknown>): Promise<void> {
    const project = this.project.id
    if (project === null) return
    try {
      await act(project)
    } catch (error) {
      this.toasts.error(error)
    }
  }

  async #open(call: () => Promise<ProjectSummary>): Promise<void> {
    if (this.opening) return
    if (this.editing.unsaved > 0) {
      this.toasts.failure(
        'The last gestures are not saved yet, so this project stays open. The status bar says why.',
      )
      return
    }
    this.opening = true
    try {
      const summary = await call()
      this.#forget()
      this.toasts.dismissFailures()
      this.project.summary = summary
      this.#watch = new AbortController()
      void followProject(this, summary.id, this.#watch.signal)
      void this.fetchRest(summary.id)
      this.layout.view = 'annotate'
      await this.client.shell.window.setProjectOpen({ open: true })
      await this.client.shell.window.setTitle({ title: `${summary.name} – Drydock` })
    } catch (error) {
      this.toasts.error(error)
    } finally {
      this.opening = false
    }
  }

  #forget(): void {
    this.#watch?.abort()
    this.#watch = null
    this.editing.clear()
    this.images.clear()
    this.jobs.set([])
    this.plot.clear()
    this.training.clear()
    this.exchange.close()
    this.project.clear()
  }

  /** The whole list; an answer for a project that is no longer open is dropped. */
  async fetchImages(project: string): Promise<void> {
    const rows = await this.client.backend.images.list({ project })
    if (this.project.id !== project) return
    this.images.set(rows)
    if (this.editing.image === null) this.editing.openFirst()
    else void this.editing.lookAtFile()
  }

  /** The jobs that run and those that have ended, with the curve of the last training: it may be one to go on with. */
  async fetchJobs(project: string): Promise<void> {
    const jobs = await this.client.backend.jobs.list({ project })
    if (this.project.id !== project) return
    this.jobs.set(jobs)
    // what is on show may have ended with the backend that did it, of which there is no news
    if (this.training.job !== null) return void this.training.lookForCheckpoint(project)
    const latest = this.jobs.latest('train')
    if (latest) void this.training.follow(project, latest.id)
  }

  /** What the other views need. */
  async fetchRest(project: string): Promise<void> {
    await Promise.all([
      this.project.refreshRuns(),
      this.project.refreshModels(),
      this.project.refreshScore(),
      this.training.refresh(project),
    ])
  }
}

export const [useApp, provideApp] = createContext<App>()
