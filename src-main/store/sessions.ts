import type { Connection } from './database.ts'

/** A process that has, or had, the project open. */
export interface Session {
  id: string
  pid: number
  host: string
  started: string
  heartbeat: string
}

export interface SessionRepository {
  add(session: Session): void
  beat(id: string, at: string): void
  all(): Session[]
  remove(id: string): void
}

/** Repository of the table `sessions`. A job whose session is not in it any more has nobody who works on it. */
export function sessionRepository(db: Connection): SessionRepository {
  const add = db.prepare<[string, number, string, string, string]>(
    'insert into sessions (id, pid, host, started, heartbeat) values (?, ?, ?, ?, ?)',
  )
  const beat = db.prepare<[string, string]>('update sessions set heartbeat = ? where id = ?')
  const all = db.prepare<[], Session>('select id, pid, host, started, heartbeat from sessions')
  const remove = db.prepare<[string]>('delete from sessions where id = ?')
  return {
    add: ({ id, pid, host, started, heartbeat }) => void add.run(id, pid, host, started, heartbeat),
    beat: (id, at) => void beat.run(at, id),
    all: () => all.all(),
    remove: (id) => void remove.run(id),
  }
}
