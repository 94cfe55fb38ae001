import { createContext } from 'svelte'
import { dropGrant, type Client } from '../client/index.ts'
import { DrydockError } from '../../src-main/contract/errors.ts'
import { LABEL_ENDINGS } from '../../src-main/contract/label-formats.ts'
import type { ProjectSummary, RecentProject } from '../../src-main/contract/wire.ts'
import { Background } from './background.svelte.ts'
import { Bindings } from './bindings.svelte.ts'
import { Display } from './display.svelte.ts'
import { Engine } from './engine.svelte.ts'
import { Latest } from './latest.ts'
import { Layout } from './layout.svelte.ts'
import { OpenProject } from './open-project.svelte.ts'
import { Stage } from './stage.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

/** One window: what it shows whichever project is open, and which one that is. */
export class App {
  readonly client: Client
  readonly toasts = new Toasts()
  readonly layout = new Layout()
  readonly display = new Display()
  readonly stage = new Stage()
  readonly bindings = new Bindings()
  readonly engine: Engine
  readonly background: Background
  /** null: none */
  project = $state.raw<OpenProject | null>(null)
  recent = $state.raw<RecentProject[]>([])
  /** what is being opened, in words; null: nothing */
  opening = $state<string | null>(null)
  version = $state('')
  /** where the log lies, for the help panel */
  logs = $state('')
  readonly #latestRecent = new Latest()

  constructor(client: Client) {
    this.client = client
    this.engine = new Engine(client, this.toasts)
    this.background = new Background(client, this.toasts)
    client.onBackendRestart(() => void this.#restarted())
  }

  /** What the first view needs. */
  async begin(): Promise<void> {
    void this.engine.refresh()
    void this.#about()
    const warning = await this.client.shell.window.warning({}).catch(() => null)
    if (warning) this.toasts.note(warning)
    await this.refreshRecent()
  }

  async refreshRecent(): Promise<void> {
    await this.#latestRecent.askGuarded(
      this.toasts,
      () => this.client.backend.project.recent({}),
      (recent) => (this.recent = recent),
    )
  }

  openSample(): Promise<void> {
    return this.#open('the sample', () => this.client.backend.project.openSample({}))
  }

  openRecent(key: string): Promise<void> {
    const name = this.recent.find((project) => project.key === key)?.name
    return this.#open(name ?? 'the project', () => this.client.backend.project.openRecent({ key }))
  }

  /** Lets a person choose a folder: of images, to make a project from, or a project's own. */
  async chooseProject(purpose: 'images' | 'project'): Promise<void> {
    await this.toasts.guard(async () => {
      const chosen = await this.client.shell.dialogs.chooseFolder({ purpose })
      if (chosen) await this.openGranted(chosen.grant)
    })
  }

  /** A folder of images or a project that a dialog or the command line gave the right to. */
  openGranted(grant: string): Promise<void> {
    return this.#open('the folder', () => this.client.backend.project.open({ grant }))
  }

  /** A dropped folder of images or project; a label file, or a folder without images, is imported into the open project. */
  openDropped(file: File): Promise<void> {
    const { project } = this
    if (project && isLabelFile(file.name)) return project.exchange.drop(file)
    return this.#open(
      file.name,
      async () => {
        const { grant } = await dropGrant(file)
        return this.client.backend.project.open({ grant })
      },
      (error) => (project && holdsNoImages(error) ? project.exchange.drop(file) : null),
    )
  }

  async forgetRecent(key: string): Promise<void> {
    await this.toasts.guard(() => this.client.backend.project.forgetRecent({ key }))
    await this.refreshRecent()
  }

  /** Closes the open project, once its gestures are saved; where they cannot be, it stays open and says so. */
  async closeProject(): Promise<void> {
    const { project } = this
    if (!project) return
    if (!(await project.editing.saving.close())) {
      this.toasts.failure('Not closed: the last gestures are not saved yet. The status bar says why.')
      return
    }
    if (this.project !== project) return
    this.project = null
    await this.#leave(project)
    await this.#tellShell()
    await this.refreshRecent()
  }

  /**
   * Opens another project. The open one is left once its gestures are saved; where they cannot be, it stays, and the other is not entered.
   * @param what in words, as long as it is being opened
   * @param instead what is done where that fails; null: it is said
   */
  async #open(
    what: string,
    call: () => Promise<ProjectSummary>,
    instead: (error: unknown) => Promise<void> | null = () => null,
  ): Promise<void> {
    if (this.opening !== null) return
    this.opening = what
    try {
      if (this.project && !(await this.project.editing.saving.settled())) return this.#stays()
      const summary = await call()
      // it could be marked in, or closed, all the while
      const { project } = this
      if (project && !(await project.editing.saving.close())) {
        this.#stays()
        if (summary.id !== project.id) await this.client.backend.project.close({ project: summary.id })
        return
      }
      await this.#enter(summary)
    } catch (error) {
      const other = instead(error)
      if (other) await other
      else this.toasts.error(error)
    } finally {
      this.opening = null
    }
  }

  #stays(): void {
    this.toasts.failure(
      'The last gestures are not saved yet, so this project stays open. The status bar says why.',
    )
  }

  async #enter(summary: ProjectSummary): Promise<void> {
    const before = this.project
    this.project = new OpenProject(this, summary)
    if (before) void this.#leave(before)
    this.toasts.dismissFailures()
    this.project.begin()
    this.layout.view = 'annotate'
    this.layout.compared = null
    await this.#tellShell()
  }

  /** Ends what a project that is not shown any more still reads, and tells the backend that the window has left it. */
  async #leave(project: OpenProject): Promise<void> {
    project.leave()
    if (project.id === this.project?.id) return
    await this.toasts.guard(() => this.client.backend.project.close({ project: project.id }))
  }

  /** Menu and title are those of the project that is open by now. */
  async #tellShell(): Promise<void> {
    const { window } = this.client.shell
    const { id = null, name } = this.project?.facts.summary ?? {}
    await this.toasts.guard(() =>
      Promise.all([
        window.setProject({ project: id }),
        window.setTitle({ title: name === undefined ? 'Drydock' : `${name} – Drydock` }),
      ]),
    )
  }

  /** Everything anew, after the backend was replaced. What is not saved yet is sent again first. */
  async #restarted(): Promise<void> {
    void this.engine.refresh()
    if (!this.project) return this.refreshRecent()
    this.toasts.note('The background process was restarted. Everything that was saved is there.')
    await this.project.reopen().catch(() => undefined)
  }

  async #about(): Promise<void> {
    await this.toasts.guard(async () => {
      const { version, logs } = await this.client.backend.system.about({})
      this.version = version
      this.logs = logs
    })
  }
}

export const [useApp, provideApp] = createContext<App>()

function holdsNoImages(error: unknown): boolean {
  return error instanceof DrydockError && error.code === 'nothing_to_do'
}

/** By the endings of the formats that Drydock knows. */
function isLabelFile(name: string): boolean {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return LABEL_ENDINGS.includes(ending)
}
