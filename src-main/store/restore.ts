import { existsSync, statSync } from 'node:fs'
import { copyFile, mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { DrydockError } from '../contract/errors.ts'
import { BUSY_TIMEOUT, checkWhole, connect, inspectFile } from './database.ts'
import { storeFailure } from './failures.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { sessionRepository } from './sessions.ts'
import type { Session } from './sessions.ts'

/** A database is these files together: a log that is left over belongs to the one that it was written for. */
const PARTS = ['', '-wal', '-shm']

/**
 * Puts a backup in the place of a project's database. What lies there, whole or damaged, is moved to a new folder
 * beside the backup.
 * @param file the project's database; may be damaged or gone
 * @param isAlive whether the process of a session still runs
 * @returns the folder that holds the former files
 * @throws DrydockError `project_in_use`, `project_damaged` or `project_newer` (the backup), `read_only`: nothing is
 *   changed then
 */
export async function replaceByBackup(
  file: string,
  backup: string,
  isAlive: (session: Session) => boolean,
  now = new Date(),
): Promise<string> {
  if (isInUse(file, isAlive)) throw inUse()
  const aside = join(dirname(backup), `replaced-${now.toISOString().replace(/[:.]/g, '-')}`)
  const fresh = `${file}.part`
  try {
    await removeAll(fresh)
    await copyFile(backup, fresh)
    makeReady(fresh)
    await mkdir(aside)
    await exchange(file, fresh, aside)
    return aside
  } catch (error) {
    await removeAll(fresh)
    // goes only where it is empty, or not there at all
    await rmdir(aside).catch(() => undefined)
    throw isWriteRefused(error) ? cannotWrite(error) : error
  }
}

/** For a project that someone works on. */
export function inUse(): DrydockError {
  return new DrydockError(
    'project_in_use',
    'This project is in use, so nothing was changed. Close it in every window, wait until its jobs have ended, and restore the backup then.',
  )
}

/**
 * A file that is gone, or damaged, is in use by nobody. It is only read: what is moved aside stays as it is.
 * @throws where it cannot be told
 */
function isInUse(file: string, isAlive: (session: Session) => boolean): boolean {
  if (!existsSync(file)) return false
  try {
    // one of a newer version may go back to a backup too
    inspectFile(file, Infinity)
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT })
    try {
      return sessionRepository(db)
        .all()
        .some((session) => isAlive(session))
    } finally {
      db.close()
    }
  } catch (error) {
    if (isWriteRefused(error)) throw cannotWrite(error)
    const failure = storeFailure(error)
    if (failure instanceof DrydockError && failure.code === 'project_damaged') return false
    throw failure
  }
}

/** Looks whether a backup is whole, and takes out who had the project open when it was made. */
function makeReady(file: string): void {
  try {
    inspectFile(file, MIGRATIONS.at(-1)?.number ?? 0)
    const db = connect(file)
    try {
      checkWhole(db, statSync(file).size)
      db.exec('delete from sessions')
    } finally {
      db.close()
    }
  } catch (error) {
    const failure = storeFailure(error)
    if (!(failure instanceof DrydockError) || failure.code !== 'project_damaged') throw failure
    throw new DrydockError(
      'project_damaged',
      'This backup is damaged, so nothing was changed. Choose another one.',
      {},
      error,
    )
  }
}

/** Where one file cannot be moved, those moved before go back. */
async function exchange(file: string, fresh: string, aside: string): Promise<void> {
  const moves = PARTS.filter((part) => existsSync(`${file}${part}`)).map(
    (part) => [`${file}${part}`, join(aside, `${basename(file)}${part}`)] as const,
  )
  const done: (readonly [string, string])[] = []
  try {
    for (const [from, to] of [...moves, [fresh, file] as const]) {
      await rename(from, to)
      done.push([from, to])
    }
  } catch (error) {
    for (const [from, to] of done.reverse()) await rename(to, from)
    throw error
  }
}

async function removeAll(file: string): Promise<void> {
  for (const part of PARTS) await rm(`${file}${part}`, { force: true })
}

function isWriteRefused(error: unknown): boolean {
  if (error instanceof Database.SqliteError) return /^SQLITE_(CANTOPEN|READONLY|PERM)/.test(error.code)
  const codes = ['EACCES', 'EPERM', 'EROFS', 'EBUSY']
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

function cannotWrite(cause: unknown): DrydockError {
  return new DrydockError(
    'read_only',
    'The backup was not restored: the folder of the project cannot be written, or another program holds its files. Nothing was changed.',
    {},
    cause,
  )
}
