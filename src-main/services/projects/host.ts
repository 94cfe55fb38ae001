import { basename } from 'node:path'
import type { Engine } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { BackendInfo, RecentProject } from '../../contract/wire.ts'
import * as locations from '../../locations.ts'
import { inUse } from '../../store/restore.ts'
import { BackendChooser } from './backend-setting.ts'
import { openFolder, projectFolderFor } from './opening.ts'
import type { OpenProject } from './opening.ts'
import { projectIdOf, summaryOf } from '../machinery/project.ts'
import type { Project, Shared } from '../machinery/project.ts'
import { RecentList } from './recent.ts'
import { projectOfBackup, putBack } from './restore.ts'
import { sampleFolder } from './sample.ts'
import { setScore } from '../score/score.ts'
import { Settings } from '../machinery/settings.ts'
import { startWorkers } from '../machinery/workers.ts'

/** A window that closes a project ends its stream of events within this time, in ms. */
const STREAMS_END_WITHIN = 1000

/** What hosts the services: the backend process or the command line. Left out, the places come from `locations.ts`. */
export interface HostOptions {
  engine: Engine
  /** those that the engine follows */
  settings?: Settings
  userData?: string
  baseModel?: string
  sample?: string
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
   * @throws DrydockError with a sentence for whatever is wrong with it
   */
  openProject(path: string): Promise<Project>
  openSample(): Promise<Project>
  /**
   * Opens a project as it was when a backup was made; what it holds now is moved aside. Where it is still open though
   * nobody follows it, it is closed first.
   * @param path of a file in its folder "backups"
   * @throws DrydockError `project_in_use`, `bad_input`, or what is wrong with the backup: nothing is changed then
   */
  restoreBackup(path: string): Promise<Project>
  /** An open project, or one of the recent list, which is opened again: after a restart, windows go on by their ids. */
  project(id: string): Promise<Project>
  /** What the engine computes with, starting it where need be; null where it cannot be started. */
  engineInfo(): Promise<BackendInfo | null>
  recent(): RecentProject[]
  forgetRecent(key: string): Promise<void>
  /** Closes a project that nobody follows any more and that has no running job; else leaves it open. */
  release(id: string): Promise<void>
  /** Told of each project that is opened, before anyone can use it. */
  onOpened(listener: (project: Project) => void): void
  /** Ends all jobs (interrupted), closes all projects, the workers and the engine. */
  close(): Promise<void>
}

/** Starts the services. The engine is stopped with the host. */
export function createHost(options: HostOptions): Host {
  const shared: Shared = {
    engine: options.engine,
    workers: startWorkers(),
    userData: options.userData ?? locations.userData,
    baseModel: options.baseModel ?? locations.baseModel,
    sample: options.sample ?? locations.sample,
    log: options.log ?? ((line) => console.error(`${new Date().toISOString()} ${line}`)),
  }
  const recent = new RecentList(shared.userData)
  const open = new Map<string, Promise<OpenProject>>()
  const projects = new Map<string, Project>()
  const listeners: ((project: Project) => void)[] = []

  /** @param prepare what must happen before, and keeps others from opening it meanwhile */
  async function opened(folder: string, prepare?: () => Promise<void>): Promise<Project> {
    const id = projectIdOf(folder)
    const known = open.get(id)
    if (known) return (await known).project
    const opening = prepare ? prepare().then(() => openFolder(shared, folder)) : openFolder(shared, folder)
    open.set(id, opening)
    try {
      const { project } = await opening
      projects.set(id, project)
      for (const listener of listeners) listener(project)
      await recent
        .remember({ ...figuresOf(project), openedAt: new Date().toISOString() })
        .catch((error: unknown) => shared.log(`the recent list could not be written: ${String(error)}`))
      return project
    } catch (error) {
      open.delete(id)
      throw error
    }
  }

  async function shut(id: string): Promise<void> {
    const found = await open.get(id)
    if (!found) return
    open.delete(id)
    projects.delete(id)
    await recent
      .update(figuresOf(found.project))
      .catch((error: unknown) => shared.log(`the recent list could not be written: ${String(error)}`))
    await found.close()
  }

  /** Closes a project that nobody follows and that has no running job. */
  async function release(id: string): Promise<void> {
    const found = await open.get(id)
    // the caller's own stream of events ends about now
    await found?.project.events.unfollowed(STREAMS_END_WITHIN)
    if (!found || found.project.events.followed || found.project.jobs.running().length > 0) return
    await shut(id)
  }

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
    running: () =>
      [...projects.values()].flatMap(({ jobs }) => jobs.running().map(({ id }) => jobs.finished(id))),
    applied: () =>
      void engineInfo().then((engine) => {
        for (const { events } of projects.values()) events.emit({ type: 'engine', engine })
      }),
  })

  return {
    shared,
    backend,
    openProject: async (path) => opened(await projectFolderFor(shared, path)),
    async restoreBackup(path) {
      const { folder, backup } = await projectOfBackup(path)
      const id = projectIdOf(folder)
      // a window that goes on to another project, or is closed, leaves this one open
      await release(id)
      if (open.has(id)) throw inUse()
      return opened(folder, () => putBack(shared, folder, backup))
    },
    openSample: async () => opened(await sampleFolder(shared)),
    async project(id) {
      const known = open.get(id)
      if (known) return (await known).project
      const folder = recent.folderOf(id)
      if (folder !== null) return opened(folder)
      throw new DrydockError('not_found', 'This project is not open any more. Open it again.', {
        project: id,
      })
    },
    engineInfo,
    recent: () => recent.list(),
    forgetRecent: (key) => recent.forget(key),
    release,
    onOpened: (listener) => void listeners.push(listener),
    async close() {
      await Promise.all([...open.keys()].map(shut))
      await Promise.all([shared.workers.close(), shared.engine.stop()])
    },
  }
}

/** What the recent list keeps of a project. */
function figuresOf(project: Project) {
  const { id, name, location, images, finished } = summaryOf(project)
  const { f2 } = setScore(project, null)
  return { key: id, folder: location, name: name || basename(location), images, finished, f2 }
}
