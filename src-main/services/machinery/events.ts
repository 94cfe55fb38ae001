import { setTimeout } from 'node:timers/promises'
import type { CurvePoint, ImageRow, Job, ProjectEvent } from '../../contract/wire.ts'

/** A subscriber is told at most once in this many ms; of what changed twice in between it sees the latest. */
const INTERVAL = 100

/** Rows of one event; more go into further events. */
const ROWS = 500

/** What has happened since a subscriber was told last, the latest of each. */
class Pending {
  #rows = new Map<number, ImageRow>()
  #changed = new Map<string, ProjectEvent>()
  #jobs = new Map<string, Job>()
  #curves = new Map<string, CurvePoint[]>()
  #plain = new Map<string, ProjectEvent>()

  add(event: ProjectEvent): void {
    switch (event.type) {
      case 'images':
        for (const row of event.rows) this.#rows.set(row.id, row)
        return
      case 'image-changed':
        this.#changed.set(`${event.image} ${event.what}`, event)
        return
      case 'job':
        this.#jobs.set(event.job.id, event.job)
        return
      case 'curve':
        this.#curves.set(event.job, [...(this.#curves.get(event.job) ?? []), ...event.points])
        return
      case 'run-grew':
        this.#plain.set(`${event.type} ${event.run}`, event)
        return
      default:
        this.#plain.set(event.type, event)
    }
  }

  /** Empties it. A job's end comes last, so that whoever waits for it has seen what it did. */
  take(): ProjectEvent[] {
    const rows = [...this.#rows.values()]
    const events: ProjectEvent[] = [...this.#plain.values()]
    for (let i = 0; i < rows.length; i += ROWS) events.push({ type: 'images', rows: rows.slice(i, i + ROWS) })
    events.push(...this.#changed.values())
    for (const [job, points] of this.#curves) events.push({ type: 'curve', job, points })
    for (const job of this.#jobs.values()) events.push({ type: 'job', job })
    this.#rows.clear()
    this.#changed.clear()
    this.#jobs.clear()
    this.#curves.clear()
    this.#plain.clear()
    return events
  }
}

/** What happens in one project, for anyone who wants to know. */
export class EventHub {
  readonly #listeners = new Set<(event: ProjectEvent) => void>()
  readonly #waiting: (() => void)[] = []
  readonly #closing = new AbortController()

  emit(event: ProjectEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** Every event, at once. @returns ends it */
  listen(listener: (event: ProjectEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) for (const resolve of this.#waiting.splice(0)) resolve()
    }
  }

  /** True while anyone listens. */
  get followed(): boolean {
    return this.#listeners.size > 0
  }

  /** Resolves when nobody listens, or after `ms` where it is given. */
  async unfollowed(ms?: number): Promise<void> {
    if (!this.followed) return
    const quiet = Promise.withResolvers<void>()
    this.#waiting.push(quiet.resolve)
    if (ms === undefined) return quiet.promise
    await Promise.race([quiet.promise, setTimeout(ms, undefined, { ref: false })])
  }

  /**
   * First `first`, then all that happens from this call on, thinned to ten times a second, the latest of each thing. Ends
   * with the signal or the project.
   */
  stream(first: readonly ProjectEvent[], signal?: AbortSignal): AsyncGenerator<ProjectEvent, void> {
    const pending = new Pending()
    for (const event of first) pending.add(event)
    let wake = Promise.withResolvers<void>()
    const stop = this.listen((event) => {
      pending.add(event)
      wake.resolve()
    })
    const over = AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])])
    const end = (): void => {
      stop()
      wake.resolve()
    }
    over.addEventListener('abort', end)
    return (async function* () {
      try {
        while (!over.aborted) {
          yield* pending.take()
          await pause(INTERVAL, over)
          await wake.promise
          wake = Promise.withResolvers<void>()
        }
      } finally {
        stop()
        over.removeEventListener('abort', end)
      }
    })()
  }

  /** Ends all streams. */
  close(): void {
    this.#closing.abort()
    this.#listeners.clear()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/** Waits, or until the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined)
}
