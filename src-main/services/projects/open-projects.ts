import { randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { inUse } from '../../store/restore.ts'
import { DATABASE } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import { Calls } from './calls.ts'
import type { Claim, OpenProject } from './opening.ts'

/** A window that closes a project ends its stream of events within this time, in ms. */
const STREAMS_END_WITHIN = 1000

/** One database of this process: from the call that opens it until it is closed. There is never a second one. */
interface Slot {
  /** what tells the folder from all others, by whatever path it was reached */
  readonly place: string
  readonly folder: string
  /** null until its database has been read */
  id: string | null
  /** null while it is being opened */
  open: OpenProject | null
  /** ends when it is open; rejects where it cannot be opened, and the slot is gone then */
  readonly opening: Promise<Project>
  /** while it is being closed: ends when its database is closed and the slot is gone */
  closing: Promise<void> | null
  /** those who have it on show; each aborts when it has left */
  readonly holds: Set<AbortSignal>
  readonly calls: Calls
  /** somebody has left it, so it is closed as soon as nobody uses it */
  left: boolean
}

/** What opening asks of its owner. */
export interface OpenProjectsNeeds {
  /** opens the database in a folder, under the id that `claim` gives it */
  open(folder: string, claim: Claim): Promise<OpenProject>
  /** told of each project before anyone can use it */
  opened(project: Project): Promise<void>
  /** told before a project is closed */
  closes(project: Project): Promise<void>
  /** the folder in which a project of this id was open last */
  folderOf(id: string): string | null
  /** the id that the project of this folder had when it was open last */
  idOf(folder: string): string | null
  /** whether the project of this id lies in a folder, open or not; true also where it cannot be told */
  mayHold(folder: string, id: string): boolean
  log(line: string): void
}

/** How a project is opened. */
export interface HowToOpen {
  /** keeps it open until it aborts; without one it stays open until it is released */
  until?: AbortSignal | undefined
  /** work on the database before it is opened, if it is not open yet */
  before?: () => Promise<void>
  /** true: its database is another than before, so it must not be open, and keeps its id */
  replaced?: boolean
}

/** The projects that this process has open. */
export class OpenProjects {
  readonly #needs: OpenProjectsNeeds
  readonly #slots = new Map<string, Slot>()
  #ended = false

  constructor(needs: OpenProjectsNeeds) {
    this.#needs = needs
  }

  /** Those that are open just now. */
  all(): Project[] {
    return [...this.#slots.values()].flatMap(({ open }) => open?.project ?? [])
  }

  /**
   * Opens a folder, or finds it open; where it is being closed, waits for that.
   * @param folder its real path
   */
  async open(folder: string, how: HowToOpen = {}): Promise<Project> {
    for (;;) {
      const place = placeOf(folder)
      if (place === null) throw noFolder(folder)
      if (this.#ended) throw notOpen(folder)
      // what is not in its old place any more may be what is opened: a folder that was moved while its project is open
      const gone = [...this.#slots.values()].filter(isGone)
      if (gone.length > 0) {
        await Promise.all(gone.map((slot) => this.#leaveGone(slot)))
        continue
      }
      const slot = this.#slots.get(place)
      if (!slot) return this.#openNew(place, folder, how)
      if (slot.closing) await slot.closing
      else if (how.replaced) throw inUse()
      else if (!slot.open) await slot.opening
      else return this.#hold(slot, slot.open.project, how.until)
    }
  }

  /**
   * Work in an open project, which is not closed before it ends. While the project closes, waits for that first.
   * @throws DrydockError `project_not_open`
   */
  async use<T>(id: string, work: (project: Project) => T | Promise<T>): Promise<T> {
    for (;;) {
      const slot = this.#slotOf(id)
      if (!slot) throw notOpen(id)
      if (slot.closing) {
        await slot.closing
        // whoever waited to open it anew has begun by now
        await this.#slots.get(slot.place)?.opening.catch(() => undefined)
      } else if (slot.open) {
        const { project } = slot.open
        return slot.calls.run(() => work(project))
      } else await slot.opening.catch(() => undefined)
    }
  }

  /**
   * Closes a project that nobody uses: no window shows or follows it, no call and no job is in it. Else it is closed as soon as
   * that is so.
   */
  async release(id: string): Promise<void> {
    const slot = this.#slotOf(id)
    if (!slot || slot.closing) return slot?.closing ?? undefined
    const project = slot.open?.project ?? (await slot.opening.catch(() => null))
    if (!project) return
    void this.#closeWhenUnused(slot, project)
    // the caller's own stream of events ends about now
    await project.events.unfollowed(STREAMS_END_WITHIN)
    if (isUnused(slot, project)) await this.#shut(slot, project)
  }

  /**
   * As {@link release}, for the project of a folder.
   * @param end ends what work in it need not be finished; done where nobody shows or follows it
   */
  async releaseFolder(folder: string, end: (project: Project) => Promise<void>): Promise<void> {
    const slot = this.#slots.get(placeOf(folder) ?? '')
    const project = await slot?.opening.catch(() => null)
    if (!slot || !project) return
    if (slot.holds.size === 0 && !project.events.followed) await end(project)
    await this.release(project.id)
  }

  /** Closes all, whoever uses them; waits for the calls in them. */
  async close(): Promise<void> {
    this.#ended = true
    await Promise.all(
      [...this.#slots.values()].map(async (slot) => {
        const project = await slot.opening.catch(() => null)
        if (project) await this.#shut(slot, project)
      }),
    )
  }

  /** Closes a project whose folder is not where it was; windows that show it open it again where it is now, by its id. */
  async #leaveGone(slot: Slot): Promise<void> {
    const project = slot.open?.project
    if (!project) return
    if (!slot.closing) this.#needs.log(`${slot.folder} is gone; its project is closed here`)
    await this.#shut(slot, project)
  }

  #openNew(place: string, folder: string, how: HowToOpen): Promise<Project> {
    const opening = Promise.withResolvers<Project>()
    const slot: Slot = {
      ...{ place, folder, id: null, open: null, opening: opening.promise, closing: null },
      ...{ holds: new Set(), calls: new Calls(), left: false },
    }
    this.#slots.set(place, slot)
    this.#fill(slot, how).then(opening.resolve, opening.reject)
    return opening.promise
  }

  /** Opens what a new slot stands for; where that fails, the slot is gone before anyone learns of it. */
  async #fill(slot: Slot, { until, before, replaced }: HowToOpen): Promise<Project> {
    let open: OpenProject | null = null
    try {
      await before?.()
      open = await this.#needs.open(slot.folder, (own) => this.#claim(slot, own, replaced ?? false))
      await this.#needs.opened(open.project)
      slot.open = open
      return this.#hold(slot, open.project, until)
    } catch (error) {
      if (open) await this.#end(slot, () => open?.close(Promise.resolve()))
      this.#slots.delete(slot.place)
      throw error
    }
  }

  /**
   * The id of a slot's project from now on: its own, or a new one where that belongs to another folder. At once, so that two
   * copies that are opened together cannot both keep it.
   */
  #claim(slot: Slot, own: string | null, replaced: boolean): string {
    const known = this.#needs.idOf(slot.folder)
    const wanted = replaced ? (known ?? own) : (own ?? known)
    slot.id = wanted !== null && !this.#isElsewhere(wanted, slot) ? wanted : randomUUID()
    return slot.id
  }

  #isElsewhere(id: string, slot: Slot): boolean {
    for (const other of this.#slots.values()) if (other !== slot && other.id === id) return true
    const folder = this.#needs.folderOf(id)
    return folder !== null && placeOf(folder) !== slot.place && this.#needs.mayHold(folder, id)
  }

  #hold(slot: Slot, project: Project, until: AbortSignal | undefined): Project {
    if (!until) return project
    if (until.aborted) void this.#closeWhenUnused(slot, project)
    else {
      slot.holds.add(until)
      until.addEventListener('abort', () => {
        slot.holds.delete(until)
        void this.#closeWhenUnused(slot, project)
      })
    }
    return project
  }

  /** Waits until nobody uses a project that was left, and closes it; ends where someone shows it again. */
  async #closeWhenUnused(slot: Slot, project: Project): Promise<void> {
    if (slot.left) return
    slot.left = true
    while (!slot.closing && slot.holds.size === 0) {
      const [job] = project.jobs.running()
      if (project.events.followed) await project.events.unfollowed()
      else if (slot.calls.any) await slot.calls.ended()
      else if (job) await project.jobs.finished(job.id)
      else await this.#shut(slot, project)
    }
    slot.left = false
  }

  /** Never rejects: what fails in closing is logged, and the database is closed all the same. */
  #shut(slot: Slot, project: Project): Promise<void> {
    slot.closing ??= (async () => {
      await this.#end(slot, () => this.#needs.closes(project))
      await this.#end(slot, () => slot.open?.close(slot.calls.ended()))
      this.#slots.delete(slot.place)
    })()
    return slot.closing
  }

  /** A part of closing: what fails in it is logged, and keeps no other part from being done. */
  async #end(slot: Slot, part: () => Promise<void> | undefined): Promise<void> {
    try {
      await part()
    } catch (error) {
      this.#needs.log(`closing ${slot.folder} failed: ${String(error)}`)
    }
  }

  #slotOf(id: string): Slot | null {
    for (const slot of this.#slots.values()) if (slot.id === id) return slot
    return null
  }
}

function isGone({ folder, open }: Slot): boolean {
  return open !== null && !open.project.readOnly && !existsSync(join(folder, DATABASE))
}

function isUnused(slot: Slot, { events, jobs }: Project): boolean {
  return slot.holds.size === 0 && !events.followed && !slot.calls.any && jobs.running().length === 0
}

/** The same for one folder by all its paths: links, other case, other mounts; null where it is not there. */
function placeOf(folder: string): string | null {
  try {
    const { dev, ino } = statSync(folder, { bigint: true })
    // some network drives number nothing
    return ino === 0n ? folder : `${dev}:${ino}`
  } catch {
    return null
  }
}

function noFolder(folder: string): DrydockError {
  return new DrydockError(
    'not_found',
    `There is no folder ${folder} any more. Where the project was moved, open it in its new place.`,
  )
}

function notOpen(id: string): DrydockError {
  return new DrydockError('project_not_open', 'This project is not open any more. Open it again.', {
    project: id,
  })
}
