import { randomUUID } from 'node:crypto'
import { DrydockError, toWireError } from '../../contract/errors.ts'
import type { Job } from '../../contract/wire.ts'
import type { StoredJob } from '../../store/jobs.ts'
import type { Store } from '../../store/store.ts'
import type { EventHub } from './events.ts'

/** A job that does not end by itself this long after it was asked to is given up, in ms. */
const CANCEL_PATIENCE = 5000

/** Progress goes to the disk this often, for other processes and for after a crash, in ms. */
const SAVE_INTERVAL = 2000

/** What a job is before it starts. */
export interface JobPlan {
  kind: Job['kind']
  title: string
  /** what the count counts: 'images', 'steps' */
  unit: string
  total: number
  /** jobs of one lane run one after the other; null: at once */
  lane: string | null
  /** what it was started with, as JSON, for those that can go on later */
  settings?: string
}

/** What a job's work gets in hand. */
export interface JobControl {
  id: string
  signal: AbortSignal
  progress(done: number, total?: number): void
}

/** What came out: one sentence, null where there is nothing to say, and a training's new version. */
export interface JobOutcome {
  summary: string | null
  model?: string
  /** true where the job was cut short and this is what there is all the same */
  partial?: boolean
}

interface Live {
  job: StoredJob
  controller: AbortController
  /** the first progress: what was prepared before it, or done before the job went on, says nothing of what is left */
  first: { at: number; done: number } | null
  savedAt: number
  settled: PromiseWithResolvers<Job>
  giveUp: NodeJS.Timeout | null
}

/** Reason of an abort where the process closes, in place of a person's cancel. */
const CLOSING = new DrydockError('cancelled', 'Drydock closes this project.')

/** The long work of one project in this process. */
export class Jobs {
  readonly #store: Store
  readonly #events: EventHub
  readonly #session: string
  readonly #log: (line: string) => void
  readonly #live = new Map<string, Live>()
  readonly #lanes = new Map<string, Promise<unknown>>()

  constructor(store: Store, events: EventHub, session: string, log: (line: string) => void) {
    this.#store = store
    this.#events = events
    this.#session = session
    this.#log = log
  }

  /**
   * Registers a job and starts its work as soon as its lane is free.
   * @param work ends early when `control.signal` aborts; what it throws becomes the job's error
   * @returns the job's id, once it is on the disk
   */
  async start(
    planned: JobPlan | ((id: string) => JobPlan),
    work: (control: JobControl) => Promise<JobOutcome>,
  ): Promise<string> {
    const id = randomUUID()
    const plan = typeof planned === 'function' ? planned(id) : planned
    const live: Live = {
      job: {
        id,
        session: this.#session,
        kind: plan.kind,
        title: plan.title,
        state: 'queued',
        done: 0,
        total: plan.total,
        unit: plan.unit,
        startedAt: new Date().toISOString(),
        endedAt: null,
        error: null,
        summary: null,
        model: null,
        settings: plan.settings ?? null,
      },
      controller: new AbortController(),
      first: null,
      savedAt: Date.now(),
      settled: Promise.withResolvers(),
      giveUp: null,
    }
    await this.#store.write(() => this.#store.jobs.put(live.job))
    this.#live.set(id, live)
    this.#tell(live)
    const before = plan.lane === null ? Promise.resolve() : (this.#lanes.get(plan.lane) ?? Promise.resolve())
    const run = before.then(() => this.#run(live, work))
    if (plan.lane !== null) this.#lanes.set(plan.lane, run)
    return id
  }

  /** This process's jobs as they are now, others as they were last written; the newest first. */
  list(): Job[] {
    return this.#store.jobs.recent().map((job) => {
      const live = this.#live.get(job.id)
      return live ? wire(live) : { ...withoutPrivate(job), secondsLeft: null }
    })
  }

  /** Jobs of this process that have not ended. */
  running(): Job[] {
    return [...this.#live.values()].map(wire)
  }

  /** Resolves when the job has ended, in whatever way. @throws DrydockError `not_found` */
  async finished(id: string): Promise<Job> {
    const live = this.#live.get(id)
    if (live) return live.settled.promise
    const job = this.#store.jobs.get(id)
    if (!job) throw new DrydockError('not_found', 'There is no such job in this project.')
    return { ...withoutPrivate(job), secondsLeft: null }
  }

  /** Asks a job to end; after five seconds it counts as cancelled, whatever its work does. */
  cancel(id: string): void {
    const live = this.#live.get(id)
    if (!live) {
      const job = this.#store.jobs.get(id)
      if (!job) throw new DrydockError('not_found', 'There is no such job in this project.')
      if (job.state !== 'running' && job.state !== 'queued') return
      throw new DrydockError(
        'project_in_use',
        'This job belongs to another program that has the project open. Cancel it there.',
      )
    }
    this.#stop(live, new DrydockError('cancelled', 'Cancelled.'))
  }

  /** Ends all jobs; they count as interrupted. */
  async close(): Promise<void> {
    const all = [...this.#live.values()]
    for (const live of all) this.#stop(live, CLOSING)
    await Promise.all(all.map((live) => live.settled.promise))
  }

  #stop(live: Live, reason: DrydockError): void {
    if (live.controller.signal.aborted) return
    live.controller.abort(reason)
    if (live.job.state === 'queued') void this.#end(live, null, null)
    else live.giveUp = setTimeout(() => void this.#end(live, null, null), CANCEL_PATIENCE)
  }

  async #run(live: Live, work: (control: JobControl) => Promise<JobOutcome>): Promise<void> {
    if (live.controller.signal.aborted) return
    live.job.state = 'running'
    this.#tell(live)
    try {
      const outcome = await work({
        id: live.job.id,
        signal: live.controller.signal,
        progress: (done, total) => this.#progress(live, done, total),
      })
      await this.#end(live, outcome, null)
    } catch (error) {
      await this.#end(live, null, error)
    }
  }

  #progress(live: Live, done: number, total: number | undefined): void {
    if (live.job.endedAt !== null) return
    live.job.done = done
    if (done > 0) live.first ??= { at: Date.now(), done }
    if (total !== undefined) live.job.total = total
    this.#tell(live)
    if (Date.now() - live.savedAt < SAVE_INTERVAL) return
    live.savedAt = Date.now()
    this.#save(live).catch(() => {
      // progress on the disk is a convenience; the job's end is written with care
    })
  }

  async #end(live: Live, outcome: JobOutcome | null, error: unknown): Promise<void> {
    if (live.job.endedAt !== null) return
    live.job.endedAt = new Date().toISOString()
    if (live.giveUp) clearTimeout(live.giveUp)
    const { signal } = live.controller
    const wireError = error === null ? null : toWireError(error)
    if (signal.aborted && (outcome === null || outcome.partial)) {
      live.job.state = signal.reason === CLOSING ? 'interrupted' : 'cancelled'
    } else if (wireError !== null) {
      live.job.state = wireError.code === 'cancelled' ? 'cancelled' : 'failed'
      if (live.job.state === 'failed') live.job.error = { code: wireError.code, message: wireError.message }
    } else {
      live.job.state = 'done'
      live.job.done = live.job.total
    }
    if (outcome) {
      live.job.summary = outcome.summary
      live.job.model = outcome.model ?? null
    }
    if (wireError?.code === 'internal') this.#log(`job "${live.job.title}" failed: ${describe(error)}`)
    try {
      await this.#save(live)
    } catch (unsaved) {
      this.#log(`the end of job "${live.job.title}" could not be written: ${describe(unsaved)}`)
    }
    this.#live.delete(live.job.id)
    this.#tell(live)
    live.settled.resolve(wire(live))
  }

  #save(live: Live): Promise<void> {
    const row = { ...live.job }
    return this.#store.write(() => this.#store.jobs.put(row))
  }

  #tell(live: Live): void {
    this.#events.emit({ type: 'job', job: wire(live) })
  }
}

function wire(live: Live): Job {
  const { done, total, state } = live.job
  const elapsed = live.first === null ? 0 : (Date.now() - live.first.at) / 1000
  const since = done - (live.first?.done ?? done)
  const known = state === 'running' && since > 0 && elapsed > 1
  return { ...withoutPrivate(live.job), secondsLeft: known ? (elapsed / since) * (total - done) : null }
}

function withoutPrivate(job: StoredJob): Omit<Job, 'secondsLeft'> {
  const { session: _session, settings: _settings, ...shown } = job
  return shown
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
