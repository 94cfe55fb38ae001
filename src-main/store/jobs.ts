import { z } from 'zod'
import type { Job } from '../contract/wire.ts'
import type { Connection } from './database.ts'

const jobError = z.object({ code: z.string(), message: z.string() })

/** A job with the process that does it, and all that is needed to do it. */
export interface StoredJob extends Omit<Job, 'secondsLeft' | 'resumable'> {
  session: string
  /** of the payload's form; 0: from before jobs kept one */
  version: number
  /** what it is done by, JSON; whoever reads it checks its form */
  payload: string
  /** jobs of one lane run one after the other; null: at once */
  lane: string | null
}

type Row = Omit<StoredJob, 'error'> & { error: string | null }

const COLUMNS = `id, session_id as session, kind, version, payload_json as payload, lane, title, state, done, total, unit,
  started_at as startedAt, ended_at as endedAt, error_json as error, summary, model_id as model`

/** How many ended jobs a project remembers in its list. */
const REMEMBERED = 50

/** Repository of the table `jobs`. */
export type JobRepository = ReturnType<typeof jobRepository>

/** Repository of the table `jobs`. */
export function jobRepository(db: Connection) {
  const get = db.prepare<[string], Row>(`select ${COLUMNS} from jobs where id = ?`)
  const recent = db.prepare<[number], Row>(
    `select ${COLUMNS} from jobs order by started_at desc, rowid desc limit ?`,
  )
  const put = db.prepare<[Row]>(
    `insert into jobs (id, session_id, kind, version, payload_json, lane, title, state, done, total, unit, started_at,
       ended_at, error_json, summary, model_id)
     values (@id, @session, @kind, @version, @payload, @lane, @title, @state, @done, @total, @unit, @startedAt,
       @endedAt, @error, @summary, @model)
     on conflict (id) do update set session_id = excluded.session_id, payload_json = excluded.payload_json,
       state = excluded.state, done = excluded.done, total = excluded.total, started_at = excluded.started_at,
       ended_at = excluded.ended_at, error_json = excluded.error_json, summary = excluded.summary,
       model_id = excluded.model_id`,
  )
  const interrupt = db.prepare<[string]>(
    `update jobs set state = 'interrupted', ended_at = ? where state in ('queued', 'running')
     and session_id not in (select id from sessions)`,
  )
  return {
    get: (id: string): StoredJob | null => {
      const row = get.get(id)
      return row ? stored(row) : null
    },
    /** the newest first */
    recent: (): StoredJob[] => recent.all(REMEMBERED).map(stored),
    put: (job: StoredJob): void =>
      void put.run({ ...job, error: job.error ? JSON.stringify(job.error) : null }),
    /** marks what dead processes left; @returns how many */
    interruptOrphans: (at: string): number => interrupt.run(at).changes,
  }
}

function stored(row: Row): StoredJob {
  return { ...row, error: row.error === null ? null : jobError.parse(JSON.parse(row.error)) }
}
