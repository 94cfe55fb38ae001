import { randomUUID } from 'node:crypto'
import { DrydockError, fromWireError, toWireError } from '../../contract/errors.ts'
import type { Job } from '../../contract/wire.ts'
import type { StoredJob } from '../../store/jobs.ts'
import type { Store } from '../../store/store.ts'
import type { EventHub } from './events.ts'
import type { JobHandler, JobHandlers, JobOutcome, JobPlan } from './job-handlers.ts'
import { CANCEL_PATIENCE, lend } from './lease.ts'
import type { Lease } from './lease.ts'
import type { Project } from './project.ts'

/** Progress goes to the disk this often, for other processes and for after a crash, in ms. */
const SAVE_INTERVAL = 2000

/** How a job of this process has come to its end. */
interface Ended {
  job: Job
  outcome: JobOutcome | null
  failure: DrydockError | null
}

interface Live {
  job: StoredJob
  controller: AbortController
  /** what its work holds the project by, once it runs */
  lease: Lease | null
  /** the first progress: what was prepared before it, or done before the job went on, says nothing of what is left */
  first: { at: number; done: number } | null
  savedAt: number
  settled: PromiseWithResolvers<Ended>
  giveUp: NodeJS.Timeout | null
}

/** What the jobs of a project are made of. */
export interface JobsNeeds {
  store: Store
  events: EventHub
  /** id of this process's session in the project; '' where nothing can be written */
  session: string
  handlers: JobHandlers
  /** what the handlers work on; asked when a job runs, since the project holds its jobs */
  project: () => Project
  log: (line: string) => void
}

/** Reason of an abort where the process closes, in place of a person's cancel. */
const CLOSING = new DrydockError('cancelled', 'Drydock closes this project.')

/** Whether a job is to end because its process closes, so that it may go on later: nobody has cancelled it. */
export function isClosing(signal: AbortSignal): boolean {
  return signal.reason === CLOSING
}

/** The long work of one project in this process. */
export class Jobs {
  readonly #needs: JobsNeeds
  readonly #live = new Map<string, Live>()
  readonly #lanes = new Map<string, Promise<unknown>>()

  constructor(needs: JobsNeeds) {
    this.#needs = needs
  }

  /**
   * Registers a job, which is done as soon as its lane is free.
   * @returns the job's id, once it is on the disk
   */
  async start<P>(handler: JobHandler<P>, payload: P, plan: JobPlan): Promise<string> {
    const { job } = await this.#launch(this.#planned(handler, payload, plan, randomUUID()))
    return job.id
  }

  /**
   * As {@link start}, for whoever waits for what comes out.
   * @param id of the job, so that it is known before it ends
   * @throws DrydockError as the job failed; `cancelled`
   */
  async complete<P, R>(
    handler: JobHandler<P, R>,
    payload: P,
    plan: JobPlan,
    id: string = randomUUID(),
  ): Promise<R> {
    const { settled } = await this.#launch(this.#planned(handler, payload, plan, id))
    const { outcome, failure } = await settled.promise
    if (failure) throw failure
    if (!outcome || outcome.partial) throw new DrydockError('cancelled', 'Cancelled.')
    return outcome.result as R
  }

  /**
   * Goes on with a job that ended early, by its payload alone; it keeps its id. One that goes on already stays as it is.
   * @throws DrydockError `not_found` where there is no such job, or nothing left to go on from
   */
  async resume(id: string): Promise<void> {
    const { store, handlers, project } = this.#needs
    const live = this.#live.get(id)
    if (live && !live.controller.signal.aborted && live.job.endedAt === null) return
    // it is ending: whoever wants it to go on wants that after all
    await live?.settled.promise
    const stored = store.jobs.get(id)
    if (!stored || !handlers.resumable(project(), stored)) {
      throw new DrydockError('not_found', 'Nothing is left of this job to go on from. Start a new one.', {
        job: id,
      })
    }
    await this.#launch({ ...stored, ...this.#fresh() })
  }

  /** This process's jobs as they are now, others as they were last written; the newest first. */
  list(): Job[] {
    return this.#needs.store.jobs.recent().map((job) => {
      const live = this.#live.get(job.id)
      return live ? this.#wire(live) : this.#ended(job)
    })
  }

  /** Jobs of this process that have not ended. */
  running(): Job[] {
    return [...this.#live.values()].map((live) => this.#wire(live))
  }

  /** Resolves when the job has ended, in whatever way. @throws DrydockError `not_found` */
  async finished(id: string): Promise<Job> {
    const live = this.#live.get(id)
    if (live) return (await live.settled.promise).job
    return this.#ended(this.#stored(id))
  }

  /** Asks a job to end; after five seconds it is given up and counts as cancelled, whatever its work does. */
  cancel(id: string): void {
    const live = this.#live.get(id)
    if (live) return this.#stop(live, new DrydockError('cancelled', 'Cancelled.'))
    const { state } = this.#stored(id)
    if (state !== 'running' && state !== 'queued') return
    throw new DrydockError(
      'project_in_use',
      'This job belongs to another program that has the project open. Cancel it there.',
    )
  }

  /** Ends all jobs; they count as interrupted. When it resolves none can write any more. */
  async close(): Promise<void> {
    const all = [...this.#live.values()]
    for (const live of all) this.#stop(live, CLOSING)
    await Promise.all(all.map((live) => live.settled.promise))
  }

  #stored(id: string): StoredJob {
    const job = this.#needs.store.jobs.get(id)
    if (job) return job
    throw new DrydockError('not_found', 'There is no such job in this project.')
  }

  #planned<P>(
    { kind, version }: JobHandler<P>,
    payload: P,
    { title, unit, total, lane }: JobPlan,
    id: string,
  ): StoredJob {
    const shown = { title, unit, total, lane }
    return { id, kind, version, payload: JSON.stringify(payload), ...shown, ...this.#fresh() }
  }

  /** What a job is when it begins, or begins anew. */
  #fresh(): Pick<
    StoredJob,
    'session' | 'state' | 'done' | 'startedAt' | 'endedAt' | 'error' | 'summary' | 'model'
  > {
    return {
      ...{ session: this.#needs.session, state: 'queued', done: 0, startedAt: new Date().toISOString() },
      ...{ endedAt: null, error: null, summary: null, model: null },
    }
  }

  async #launch(job: StoredJob): Promise<Live> {
    const { store } = this.#needs
    this.#needs.handlers.read(job)
    const live: Live = {
      job,
      controller: new AbortController(),
      lease: null,
      first: null,
      savedAt: Date.now(),
      settled: Promise.withResolvers(),
      giveUp: null,
    }
    await store.write(() => {
      const state = store.jobs.get(job.id)?.state
      if (state === 'queued' || state === 'running') {
        throw new DrydockError('project_in_use', 'This job goes on already, here or in another program.')
      }
      store.jobs.put(job)
    })
    this.#live.set(job.id, live)
    this.#tell(live)
    const before = job.lane === null ? Promise.resolve() : (this.#lanes.get(job.lane) ?? Promise.resolve())
    // work that is given up does not hold its lane
    const over = before.then(() => Promise.race([this.#run(live), live.settled.promise]))
    if (job.lane !== null) this.#lanes.set(job.lane, over)
    return live
  }

  #stop(live: Live, reason: DrydockError): void {
    if (live.controller.signal.aborted) return
    live.controller.abort(reason)
    if (live.job.state === 'queued') void this.#end(live, null, null)
    else live.giveUp = setTimeout(() => void this.#end(live, null, null), CANCEL_PATIENCE)
  }

  async #run(live: Live): Promise<void> {
    const { signal } = live.controller
    if (signal.aborted) return
    live.job.state = 'running'
    this.#tell(live)
    try {
      const { handler, payload } = this.#needs.handlers.read(live.job)
      const lease = lend(this.#needs.project())
      live.lease = lease
      const outcome = await handler.run(
        {
          ...{ id: live.job.id, project: lease.project, signal },
          progress: (done, total) => this.#progress(live, done, total),
          keep: (kept) => {
            const { jobs } = lease.project.store
            live.job.payload = JSON.stringify(kept)
            jobs.put(live.job)
          },
        },
        payload,
      )
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
    // whatever of its work goes on, it ends here for the project
    live.lease?.revoke()
    const { signal } = live.controller
    const wireError = error === null ? null : toWireError(error)
    if (signal.aborted && (outcome === null || outcome.partial)) {
      live.job.state = isClosing(signal) ? 'interrupted' : 'cancelled'
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
    const { log } = this.#needs
    if (wireError?.code === 'internal') log(`job "${live.job.title}" failed: ${describe(error)}`)
    try {
      await this.#save(live)
    } catch (unsaved) {
      log(`the end of job "${live.job.title}" could not be written: ${describe(unsaved)}`)
    }
    this.#live.delete(live.job.id)
    const job = this.#tell(live)
    live.settled.resolve({ job, outcome, failure: wireError && fromWireError(wireError) })
  }

  #save(live: Live): Promise<void> {
    const row = { ...live.job }
    const { store } = this.#needs
    return store.write(() => store.jobs.put(row))
  }

  #tell(live: Live): Job {
    const job = this.#wire(live)
    this.#needs.events.emit({ type: 'job', job })
    return job
  }

  #wire(live: Live): Job {
    const { done, total, state } = live.job
    const elapsed = live.first === null ? 0 : (Date.now() - live.first.at) / 1000
    const since = done - (live.first?.done ?? done)
    const known = state === 'running' && since > 0 && elapsed > 1
    return { ...this.#ended(live.job), secondsLeft: known ? (elapsed / since) * (total - done) : null }
  }

  /** What is shown of a job that does not run here. */
  #ended(job: StoredJob): Job {
    const { session: _session, version: _version, payload: _payload, lane: _lane, ...shown } = job
    const { handlers, project } = this.#needs
    return { ...shown, secondsLeft: null, resumable: handlers.resumable(project(), job) }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
