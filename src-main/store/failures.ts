import Database from 'better-sqlite3'
import { DrydockError } from '../contract/errors.ts'

/** True where another process holds the lock just now: worth another try. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code)
}

/** SQLite's failures as sentences; everything else is returned as it is. */
export function storeFailure(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error
  if (isBusy(error)) {
    return new DrydockError(
      'project_in_use',
      'Another program holds this project just now, so nothing was written. Try again; close the other program if this goes on.',
      {},
      error,
    )
  }
  if (/^SQLITE_(FULL|IOERR)/.test(error.code)) {
    return new DrydockError(
      'disk_full',
      'The project could not be written: the disk is full, or the drive is gone. Nothing saved before is lost. Make room and try again.',
      {},
      error,
    )
  }
  if (/^SQLITE_(READONLY|PERM|AUTH)/.test(error.code)) {
    return new DrydockError(
      'read_only',
      'This project can only be looked at: its folder cannot be written. Copy the project to a folder of your own to work on it.',
      {},
      error,
    )
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) return damaged(error)
  return error
}

/** The file is no Drydock project, or not whole. */
export function damaged(cause?: unknown): DrydockError {
  return new DrydockError(
    'project_damaged',
    'project.sqlite is damaged or is no Drydock project. It was left as it is. Choose "Restore a backup…" in the menu File and there the newest file of the folder "backups" inside the project. By hand, move project.sqlite-wal and project.sqlite-shm away too before you put a backup in the place of project.sqlite.',
    {},
    cause,
  )
}
