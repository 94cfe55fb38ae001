import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import Database from 'better-sqlite3'
import { DrydockError } from '../contract/errors.ts'
import { damaged, storeFailure } from './failures.ts'
import type { Migration } from './migrations/migration.ts'

/** 'Dryd': marks the file as Drydock's. */
const APPLICATION_ID = 0x44727964

/** Pages of a project that the connection that writes keeps, in KiB: the system keeps the file as well. What SQLite keeps by itself fills up through a day's work. */
const KEPT_PAGES = 2000

/** The same of a connection that reads once and is closed: pages that come and go lie among what stays, and leave holes that the process keeps. */
const PAGES_OF_A_READ = 200

/** A process waits this long inside SQLite for a lock, in ms; longer waits are asynchronous. */
export const BUSY_TIMEOUT = 30

/** Files up to this many bytes are checked whole when they are opened. */
const CHECK_WHOLE_BELOW = 64 * 1024 * 1024

export type Connection = Database.Database

/** What the first 100 bytes of a SQLite file say. */
interface Header {
  applicationId: number
  version: number
}

/**
 * Looks at a project file without opening it in SQLite, so that a file which is refused stays unchanged to the byte.
 * @returns its schema version
 * @throws DrydockError `project_damaged`, `project_newer`
 */
export function inspectFile(file: string, latest: number): number {
  const header = readHeader(file)
  if (header.applicationId !== APPLICATION_ID) throw damaged()
  if (header.version > latest) {
    throw new DrydockError(
      'project_newer',
      `This project was last used with a newer Drydock (its version is ${header.version}, this one reads up to ${latest}). It was left as it is. Update Drydock to open it.`,
      { version: header.version, latest },
    )
  }
  return header.version
}

function readHeader(file: string): Header {
  const bytes = Buffer.alloc(100)
  const handle = openSync(file, 'r')
  try {
    const read = readSync(handle, bytes, 0, 100, 0)
    if (read < 100 || bytes.toString('latin1', 0, 16) !== 'SQLite format 3\0') throw damaged()
    const pageSize = bytes.readUInt16BE(16) === 1 ? 65536 : bytes.readUInt16BE(16)
    const pages = bytes.readUInt32BE(28)
    // while a log file is there, pages of the end may live in it alone
    if (!existsSync(`${file}-wal`) && fstatSync(handle).size < pages * pageSize) throw damaged()
  } finally {
    closeSync(handle)
  }
  return { applicationId: bytes.readUInt32BE(68), version: bytes.readUInt32BE(60) }
}

/** Opens a connection with the project's settings: WAL, every commit on the disk before it is acknowledged. */
export function connect(file: string): Connection {
  try {
    const db = new Database(file, { timeout: BUSY_TIMEOUT })
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma(`cache_size = -${KEPT_PAGES}`)
    return db
  } catch (error) {
    throw storeFailure(error)
  }
}

/** Opens a connection that cannot write, on the file of a project that is open. */
export function connectToRead(file: string): Connection {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT })
    db.pragma(`cache_size = -${PAGES_OF_A_READ}`)
    return db
  } catch (error) {
    throw storeFailure(error)
  }
}

/** @throws DrydockError `project_damaged` where SQLite finds the file broken */
export function checkWhole(db: Connection, bytes: number): void {
  if (bytes > CHECK_WHOLE_BELOW) return
  let answer: unknown
  try {
    answer = db.pragma('quick_check(1)', { simple: true })
  } catch (error) {
    throw storeFailure(error)
  }
  if (answer !== 'ok') throw damaged(answer)
}

/**
 * Brings a database to the last of `migrations`: each in one exclusive transaction, none twice.
 * @returns the number of migrations applied
 * @throws DrydockError `project_in_use` where another process holds the file; what a migration's check throws, before anything changes
 */
export function migrate(db: Connection, migrations: readonly Migration[]): number {
  const version = versionOf(db)
  const pending = migrations.filter(({ number }) => number > version)
  db.transaction(() => {
    for (const { check } of pending) if (version > 0) check?.(db)
  }).deferred()
  let applied = 0
  for (const migration of pending) {
    const step = db.transaction((): boolean => {
      // asked inside the lock: another process may have been faster
      if (versionOf(db) >= migration.number) return false
      applyMigration(db, migration)
      db.pragma(`user_version = ${migration.number}`)
      db.pragma(`application_id = ${APPLICATION_ID}`)
      return true
    })
    try {
      if (step.exclusive()) applied++
    } catch (error) {
      throw storeFailure(error)
    }
  }
  // the version must stand in the file itself, where `inspectFile` reads it
  if (applied > 0) db.pragma('wal_checkpoint(TRUNCATE)')
  return applied
}

/** Does what a migration does, and nothing around it. */
export function applyMigration(db: Connection, { sql, functions = {} }: Migration): void {
  for (const [name, work] of Object.entries(functions)) db.function(name, { deterministic: true }, work)
  db.exec(sql)
}

/** Schema version of an open database. */
export function versionOf(db: Connection): number {
  return Number(db.pragma('user_version', { simple: true }))
}
