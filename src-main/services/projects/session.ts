import { randomUUID } from 'node:crypto'
import { hostname, uptime } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import type { Session } from '../../store/sessions.ts'
import type { Store } from '../../store/store.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, flipsChosen } from '../machinery/project.ts'
import { tellImage, tellList } from '../images/rows.ts'

/** A session says this often that it lives, in ms. */
const HEARTBEAT = 20_000

/** A session on another machine counts as dead after this long without a heartbeat, in ms. */
const DEAD_AFTER = 5 * HEARTBEAT

/** The clock may have been set by so much since a session beat last, in ms. */
const CLOCK_SLACK = 10_000

/** Changes by other processes are looked for this often, in ms. */
const POLL = 1000

/** So many of them are told of at once. */
const PAGE = 200

/** This process's place in the table `sessions`. */
export interface OwnSession {
  id: string
  /** ends the heartbeat and takes the session out of the table */
  end(): Promise<void>
}

/** The sessions of one process; hosts within one process share them. */
export class Sessions {
  readonly #own = new Set<string>()

  /** Registers this process with a project, and marks the jobs of processes that have died as interrupted. */
  async start(store: Store): Promise<OwnSession> {
    const id = randomUUID()
    const now = new Date().toISOString()
    this.#own.add(id)
    try {
      await store.write(() => {
        for (const session of store.sessions.all()) {
          if (!this.isAlive(session)) store.sessions.remove(session.id)
        }
        store.sessions.add({ id, pid: process.pid, host: hostname(), started: now, heartbeat: now })
        store.jobs.interruptOrphans(now)
      })
    } catch (error) {
      this.#own.delete(id)
      throw error
    }
    const timer = setInterval(() => {
      store
        .write(() => store.sessions.beat(id, new Date().toISOString()))
        .catch(() => {
          // a full disk shows itself at the next gesture
        })
    }, HEARTBEAT)
    timer.unref()
    return {
      id,
      end: async () => {
        clearInterval(timer)
        this.#own.delete(id)
        await store.write(() => store.sessions.remove(id))
      },
    }
  }

  /** Whether the process of a session still runs; one of this process, whether it has not ended. */
  isAlive(session: Session): boolean {
    return isAlive(session, lookHere(this.#own))
  }
}

/** What a session is judged by. */
export interface Here {
  /** in ms since 1970, as `booted` */
  now: number
  /** when this machine was started */
  booted: number
  host: string
  pid: number
  /** sessions of this process */
  own: ReadonlySet<string>
  /** whether a process of this number runs on this machine */
  runs(pid: number): boolean
}

/** Whether the process of a session still runs. */
export function isAlive(session: Session, here: Here): boolean {
  const heartbeat = Date.parse(session.heartbeat)
  if (session.host !== here.host) return here.now - heartbeat < DEAD_AFTER
  // numbers of processes are used again: after a restart of the machine by any, else by this very one
  if (heartbeat < here.booted - CLOCK_SLACK) return false
  if (session.pid === here.pid) return here.own.has(session.id)
  return here.runs(session.pid)
}

function lookHere(own: ReadonlySet<string>): Here {
  const now = Date.now()
  const booted = now - uptime() * 1000
  return { now, booted, host: hostname(), pid: process.pid, own, runs }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, as another user
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** What was known when others were looked at last. */
interface Seen {
  version: number
  edit: number
  reached: number
  run: number | null
  model: string | null
  models: number
  runs: number
  flips: boolean
  labelForm: string | null
  /** how many images there are */
  images: number
  /** names, colours and which of them count */
  categories: string
}

/**
 * Looks once a second whether another process has changed the project, or has died in mid-work, and tells this one's windows.
 * @param sessions say which processes live
 * @returns ends it
 */
export function followOthers(project: Project, sessions: Sessions): () => void {
  let seen = look(project)
  let telling = false
  let stopped = false
  const tell = async (): Promise<void> => {
    try {
      await interruptDead(project, sessions)
      if (project.store.dataVersion() === seen.version) return
      const now = look(project)
      await tellChanges(project, seen, now, () => stopped)
      seen = now
    } catch (error) {
      if (!stopped) project.shared.log(`looking for changes of others failed: ${String(error)}`)
    }
  }
  const timer = setInterval(() => {
    if (telling) return
    telling = true
    void tell().finally(() => (telling = false))
  }, POLL)
  timer.unref()
  return () => {
    stopped = true
    clearInterval(timer)
  }
}

/** One that was still ending when this one opened the project, and died after all, has left its jobs as if they ran. */
async function interruptDead({ store, jobs, events }: Project, sessions: Sessions): Promise<void> {
  const dead = store.sessions.all().filter((session) => !sessions.isAlive(session))
  if (dead.length === 0) return
  const at = new Date().toISOString()
  await store.write(() => {
    for (const { id } of dead) store.sessions.remove(id)
    store.jobs.interruptOrphans(at)
  })
  for (const job of jobs.list()) if (job.endedAt === at) events.emit({ type: 'job', job })
}

function look(project: Project): Seen {
  const { store } = project
  return {
    version: store.dataVersion(),
    edit: store.edits.lastId(),
    reached: store.runs.lastReached(),
    run: Number(store.meta.get('current_run')) || null,
    model: store.meta.get('current_model'),
    models: store.models.all().length,
    runs: store.runs.all(null).length,
    flips: flipsChosen(project),
    labelForm: store.meta.get('label_form'),
    images: store.sums.counts(null).images,
    categories: JSON.stringify(store.categories.all().map(({ instances: _, ...category }) => category)),
  }
}

/** @param stopped whether nobody is to be told any more */
async function tellChanges(project: Project, before: Seen, now: Seen, stopped: () => boolean): Promise<void> {
  const { store, events } = project
  const current = currentRun(project)
  const edited = await tellPages(project, 'truth', before.edit, stopped, (after) =>
    store.edits.since(after, PAGE),
  )
  const reached = await tellPages(project, 'predictions', before.reached, stopped, (after) =>
    store.runs
      .since(after, PAGE)
      .map(({ id, run, image }) => ({ id, image: run === current ? image : null })),
  )
  if (stopped()) return
  if (before.images !== now.images) tellList(project)
  if (before.categories !== now.categories) events.emit({ type: 'categories' })
  if (before.labelForm !== now.labelForm) events.emit({ type: 'label-form' })
  if (before.run !== now.run || before.runs !== now.runs || before.flips !== now.flips || reached) {
    events.emit({ type: 'runs' })
  }
  if (before.model !== now.model || before.models !== now.models) events.emit({ type: 'models' })
  if (edited || reached || before.run !== now.run) events.emit({ type: 'score' })
  const running = new Set(project.jobs.running().map(({ id }) => id))
  for (const job of project.jobs.list()) {
    const recent = job.endedAt === null || Date.now() - Date.parse(job.endedAt) < 5 * POLL
    if (recent && !running.has(job.id)) events.emit({ type: 'job', job })
  }
}

/**
 * Tells of the images of new rows, page by page: gestures come in between.
 * @param page the first rows after one, in their order; those without an image are not told of
 * @returns whether there were any
 */
async function tellPages(
  project: Project,
  what: Parameters<typeof tellImage>[2],
  from: number,
  stopped: () => boolean,
  page: (after: number) => { id: number; image: number | null }[],
): Promise<boolean> {
  let told = false
  for (let after = from; !stopped();) {
    const rows = page(after)
    const last = rows.at(-1)
    if (!last) break
    for (const image of new Set(rows.map((row) => row.image))) {
      if (image === null) continue
      tellImage(project, image, what)
      told = true
    }
    after = last.id
    await setImmediate()
  }
  return told
}
