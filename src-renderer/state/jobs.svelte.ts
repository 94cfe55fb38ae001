import type { ProjectClient } from '../client/index.ts'
import type { Job } from '../../src-main/contract/wire.ts'
import type { Toasts } from './toasts.svelte.ts'

/** Their outcome is always on the screen anyway. */
const SAID_ELSEWHERE: ReadonlySet<Job['kind']> = new Set(['score', 'import', 'act-on-all'])

/** The project's jobs: what runs now, and what came out of those that this window saw end. */
export class Jobs {
  items = $state.raw<Job[]>([])
  readonly #client: ProjectClient
  readonly #toasts: Toasts
  readonly #isSaid: (kind: Job['kind']) => boolean
  /** the one that the status bar shows */
  readonly shown = $derived(
    this.items.find((job) => job.state === 'running') ?? this.items.find((job) => job.state === 'queued'),
  )

  /** the last one, where it was broken off and can go on */
  readonly interrupted = $derived.by(() => {
    const last = this.items.reduce<Job | null>((a, b) => (a && a.startedAt >= b.startedAt ? a : b), null)
    return last?.state === 'interrupted' && last.resumable ? last : null
  })

  /** @param isSaid whether what is open right now says how a job of this kind ends */
  constructor(client: ProjectClient, toasts: Toasts, isSaid: (kind: Job['kind']) => boolean = () => false) {
    this.#client = client
    this.#toasts = toasts
    this.#isSaid = isSaid
  }

  running(kind: Job['kind']): Job | undefined {
    return this.items.find((job) => job.kind === kind && isActive(job))
  }

  /** The latest job of a kind, by its start. */
  latest(kind: Job['kind']): Job | undefined {
    return this.items
      .filter((job) => job.kind === kind)
      .reduce<Job | undefined>((a, b) => (a && a.startedAt > b.startedAt ? a : b), undefined)
  }

  set(jobs: readonly Job[]): void {
    this.items = [...jobs]
  }

  /** Takes in one job's news, and says so when it has ended under the eyes of this window. */
  update(job: Job): void {
    const before = this.items.find((known) => known.id === job.id)
    this.items = before
      ? this.items.map((known) => (known.id === job.id ? job : known))
      : [job, ...this.items]
    // a job that ends at once may be over in the first news of it
    if (isActive(job) || (before && !isActive(before))) return
    if (job.error && job.state !== 'cancelled') this.#toasts.failure(job.error.message)
    else if (job.summary && !SAID_ELSEWHERE.has(job.kind) && !this.#isSaid(job.kind))
      this.#toasts.note(job.summary)
  }

  /** Goes on with a job that ended early. */
  async resume(job: string): Promise<void> {
    await this.#toasts.guard(() => this.#client.jobs.resume({ job }))
  }

  async cancel(job: string): Promise<void> {
    await this.#toasts.guard(() => this.#client.jobs.cancel({ job }))
  }
}

export function isActive(job: Job): boolean {
  return job.state === 'running' || job.state === 'queued'
}
