import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { putInPlace } from '../whole-file.ts'
import type { Connection } from './database.ts'

/** How many backups a project keeps. */
export const KEPT_BACKUPS = 7

const DAY = 24 * 60 * 60 * 1000

/**
 * Writes a whole copy of the database into `folder`, while others go on reading and writing it, and removes all but
 * the last seven.
 * @returns the new file
 */
export async function backUp(db: Connection, folder: string, now = new Date()): Promise<string> {
  await mkdir(folder, { recursive: true })
  const name = `project-${now.toISOString().replace(/[:.]/g, '-')}.sqlite`
  const file = join(folder, name)
  const temporary = `${file}.part`
  await db.backup(temporary)
  await putInPlace(temporary, file)
  for (const old of (await backupsIn(folder)).slice(0, -KEPT_BACKUPS)) await rm(join(folder, old))
  return file
}

/** As {@link backUp}, but only where the newest backup is older than a day. */
export async function backUpDaily(db: Connection, folder: string, now = new Date()): Promise<void> {
  const newest = (await backupsIn(folder)).at(-1)
  if (newest && now.getTime() - (await stat(join(folder, newest))).mtimeMs < DAY) return
  await backUp(db, folder, now)
}

/** Whether a file is called as backups are. */
export function isBackup(name: string): boolean {
  return /^project-.*\.sqlite$/.test(name)
}

/** Names of the backups in a folder, oldest first. */
async function backupsIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isBackup).sort()
  } catch {
    return []
  }
}
