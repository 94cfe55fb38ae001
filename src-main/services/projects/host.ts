import { basename } from 'node:path'
import type { Engine } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { BackendInfo, RecentProject } from '../../contract/wire.ts'
import * as locations from '../../locations.ts'
import { BackendChooser } from './backend-setting.ts'
import { projectFolderFor } from './making.ts'
import { OpenProjects } from './open-projects.ts'
import { mayHold, openFolder } from './opening.ts'
import { People } from '../machinery/people.ts'
import { summaryOf } from '../machinery/project.ts'
import type { Project, Shared } from '../machinery/project.ts'
import { RecentList } from './recent.ts'
import { projectOfBackup, putBack } from './restore.ts'
import { pointToSample, sampleFolder } from './sample.ts'
import { Sessions } from './session.ts'
import { setScore } from '../score/score.ts'
import { Settings } from '../machinery/settings.ts'
import { startReaders } from '../machinery/readers.ts'
import { endScans } from '../images/scan.ts'
import { startWorkers } from '../machinery/workers.ts'

/** What hosts the services: the backend process or the command line. Left out, the places come from `locations.ts`. */
export interface HostOptions {
  engine: Engine
  /** those that the engine follows */
  settings?: Settings
  userData?: string
  baseModel?: string
  sample?: string
  /** those of this process, where it has several hosts */
  sessions?: Sessions
  /** one line for the log; default: standard error */
  log?: (line: string) => void
}

/** The services of one process: its worker pool, its engine and its open projects. */
export interface Host {
  readonly shared: Shared
  /** what a person has chosen to compute with */
  readonly backend: BackendChooser
  /**
   * Opens a `.drydock` folder, or the project of a folder of images, which is made where there is none.
   * @param until a window shows it until this aborts, and it is closed once nobody uses it; without it, it stays open
   *   until it is released
   * @throws DrydockError with a sentence for whatever is wrong with it
   */
  openProject(path: string, until?: AbortSignal): Promise<Project>
  openSample(until?: AbortSignal): Promise<Project>
  /**
   * Opens a project of the recent list: so windows go on after a restart.
   * @param key the project's id
   * @throws DrydockError `not_found`, and as {@link Host.openProject}
   */
  openRecent(key: string, until?: AbortSignal): Promise<Project>
  /**
   * Opens a project as it was when a backup was made; what it holds now is moved aside. Where it is still open though
   * nobody uses it, it is closed first.
   * @param path of a file in its folder "backups"
   * @throws DrydockError `project_in_use`, `bad_input`, or what is wrong with the backup: nothing is changed then
   */
  restoreBackup(path: string, until?: AbortSignal): Promise<Project>
  /**
   * Does work in an open project, which is not closed before it has ended. While the project is being opened or closed, waits.
   * @throws DrydockError `project_not_open`, and what the work throws
   */
  use<T>(id: string, work: (project: Project) => T | Promise<T>): Promise<T>
  /** What the engine computes with, starting it where need be; null where it cannot be started. */
  engineInfo(): Promise<BackendInfo | null>
  recent(): RecentProject[]
  forgetRecent(key: string): Promise<void>
  /** Closes a project that nobody shows, follows or works in any more, now or as soon as that is so. */
  release(id: string): Promise<void>
  /** Told of each project that is opened, before anyone can use it. */
  onOpened(listener: (project: Project) => void): void
  /** Ends all jobs (interrupted), closes all projects, the workers and the engine. */
  close(): Promise<void>
}

/** Starts the services. The engine is stopped with the host. */
export function createHost(options: HostOptions): Host {
  const log = options.log ?? ((line: string) => console.error(`${new Date().toISOString()} ${line}`))
  const shared: Shared = {
    engine: options.engine,
    workers: startWorkers(),
    readers: startReaders(log),
    people: new People(),
    userData: options.userData ?? locations.userData,
    baseModel: options.baseModel ?? locations.baseModel,
    sample: options.sample ?? locations.sample,
    log,
  }
  const recent = new RecentList(shared.userData)
  const sessions = options.sessions ?? new Sessions()
  const listeners: ((project: Project) => void)[] = []

  const unwritten = (error: unknown): void =>
    shared.log(`the recent list could not be written: ${String(error)}`)
  const open = new OpenProjects({
    open: (folder, claim) => openFolder(shared, sessions, folder, claim),
    async opened(project) {
      for (const listener of listeners) listener(project)
      await recent
        .remember({ ...recentFigures(project), openedAt: new Date().toISOString() })
        .catch(unwritten)
      // the images of a new project come in while it is open
      for (const { id } of project.jobs.running()) {
        const ended = project.jobs.finished(id)
        void ended
          .then(() => (open.all().includes(project) ? recent.update(recentFigures(project)) : null))
          .catch(unwritten)
      }
    },
    closes: (project) => recent.update(recentFigures(project)).catch(unwritten),
    folderOf: (id) => recent.folderOf(id),
    idOf: (folder) => recent.keyOf(folder),
    mayHold: (folder, id) => mayHold(shared, folder, id),
    log: shared.log,
  })

  async function engineInfo(): Promise<BackendInfo | null> {
    try {
      return await shared.engine.info()
    } catch (error) {
      shared.log(`the engine cannot be asked: ${String(error)}`)
      return null
    }
  }

  const backend = new BackendChooser({
    engine: shared.engine,
    settings: options.settings ?? new Settings(shared.userData),
    running: () => open.all().flatMap(({ jobs }) => jobs.running().map(({ id }) => jobs.finished(id))),
    applied: () =>
      void engineInfo().then((engine) => {
        for (const { events } of open.all()) events.emit({ type: 'engine', engine })
      }),
  })

  return {
    shared,
    backend,
    openProject: async (path, until) => open.open(await projectFolderFor(shared, path), { until }),
    async openSample(until) {
      const folder = await sampleFolder(shared)
      return open.open(folder, { until, before: () => pointToSample(shared, folder) })
    },
    async openRecent(key, until) {
      const folder = recent.folderOf(key)
      if (folder !== null) return open.open(folder, { until })
      throw new DrydockError(
        'not_found',
        'This project is not in the list of recent ones any more. Open its folder.',
        { project: key },
      )
    },
    async restoreBackup(path, until) {
      const { folder, backup } = await projectOfBackup(path)
      // a window that goes on to another project, or is closed, leaves this one open
      await open.releaseFolder(folder, endScans)
      const before = (): Promise<void> => putBack(shared, sessions, folder, backup)
      return open.open(folder, { until, before, replaced: true })
    },
    use: (id, work) => open.use(id, work),
    engineInfo,
    recent: () => recent.list(),
    forgetRecent: (key) => recent.forget(key),
    release: (id) => open.release(id),
    onOpened: (listener) => void listeners.push(listener),
    async close() {
      await open.close()
      await Promise.all([shared.workers.close(), shared.readers.close(), shared.engine.stop()])
    },
  }
}

/** What the recent list keeps of a project. */
function recentFigures(project: Project) {
  const { id, name, location, images, finished } = summaryOf(project)
  const { f2 } = setScore(project, null)
  return { key: id, folder: location, name: name || basename(location), images, finished, f2 }
}
