import type { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import type { StoredJob } from '../../store/jobs.ts'
import type { Project } from './project.ts'

/** What a job is shown by, and what it waits for. */
export interface JobPlan {
  title: string
  /** what the count counts: 'images', 'steps' */
  unit: string
  total: number
  /** jobs of one lane run one after the other; null: at once */
  lane: string | null
}

/** What a job's work gets in hand. */
export interface JobContext {
  id: string
  /** as long as the job is not given up; after that each use of its store fails with `cancelled` */
  project: Project
  /** aborts when the job is to end; work that has not ended five seconds later is given up */
  signal: AbortSignal
  progress(done: number, total?: number): void
  /** What it goes on by from now on. In the transaction that makes it so. */
  keep(payload: unknown): void
}

/** What came out: one sentence, null where there is nothing to say, and a training's new version. */
export interface JobOutcome<R = unknown> {
  summary: string | null
  model?: string
  /** true where the job was cut short and this is what there is all the same */
  partial?: boolean
  /** for whoever waits in this process; it is not stored */
  result?: R
}

/**
 * One kind of job. What is done follows from the project and the payload alone, so that it can be done after a restart, or
 * elsewhere.
 */
export interface JobHandler<P = unknown, R = unknown> {
  readonly kind: string
  /** of the payload's form, from 1: one of another version is not understood */
  readonly version: number
  readonly payload: z.ZodType<P>
  /** Ends early when `context.signal` aborts; what it throws becomes the job's error. */
  run(context: JobContext, payload: P): Promise<JobOutcome<R>>
  /** Whether a job that ended early can go on; left out: it cannot. */
  resumable?(project: Project, payload: P): boolean
}

/** All kinds of jobs that a process can do. */
export class JobHandlers {
  readonly #byKind: ReadonlyMap<string, JobHandler>

  constructor(handlers: readonly JobHandler[]) {
    this.#byKind = new Map(handlers.map((handler) => [handler.kind, handler]))
  }

  /**
   * The handler of a stored job with its payload, whose form is checked here.
   * @throws DrydockError `bad_input`: another version of Drydock made it
   */
  read({ kind, version, payload }: Pick<StoredJob, 'kind' | 'version' | 'payload'>): {
    handler: JobHandler
    payload: unknown
  } {
    const handler = this.#byKind.get(kind)
    const parsed = handler?.version === version ? handler.payload.safeParse(JSON.parse(payload)) : null
    if (handler && parsed?.success) return { handler, payload: parsed.data }
    throw new DrydockError(
      'bad_input',
      'This job was made by another version of Drydock, which alone can do it. Start it anew.',
      { kind, version },
    )
  }

  /** Whether a job that has ended early can go on from its payload. */
  resumable(project: Project, job: StoredJob): boolean {
    if (!['interrupted', 'cancelled', 'failed'].includes(job.state) || project.readOnly) return false
    try {
      const { handler, payload } = this.read(job)
      return handler.resumable?.(project, payload) ?? false
    } catch (error) {
      if (error instanceof DrydockError) return false
      throw error
    }
  }
}
