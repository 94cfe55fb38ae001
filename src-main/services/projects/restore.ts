import { existsSync } from 'node:fs'
import { realpath, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { isBackup } from '../../store/backup.ts'
import { replaceByBackup } from '../../store/restore.ts'
import type { Session } from '../../store/sessions.ts'
import { DATABASE } from '../machinery/project.ts'
import type { Shared } from '../machinery/project.ts'
import type { Sessions } from './session.ts'

/**
 * The project that a backup belongs to: its folder, which is found also where the database is gone.
 * @param path the backup's file, in the folder "backups" of the project
 * @throws DrydockError `bad_input`
 */
export async function projectOfBackup(path: string): Promise<{ folder: string; backup: string }> {
  const backup = await realpath(path).catch(() => null)
  const place = backup === null ? '' : dirname(backup)
  const folder = dirname(place)
  const isProject = folder.endsWith('.drydock') || existsSync(join(folder, DATABASE))
  if (backup === null || basename(place) !== 'backups' || !isBackup(basename(backup)) || !isProject) {
    throw new DrydockError(
      'bad_input',
      `${basename(path)} is no backup of a project. Choose a file named project-….sqlite in the folder "backups" inside the project.`,
    )
  }
  return { folder, backup }
}

/** Parts of the cache that are named after the ids of images. */
const NAMED_BY_ID = ['tiles', 'thumbs']

/** Puts a backup in the place of the project's database. @throws as `replaceByBackup`: nothing is changed then */
export async function putBack(
  shared: Shared,
  sessions: Sessions,
  folder: string,
  backup: string,
): Promise<void> {
  const isAlive = (session: Session): boolean => sessions.isAlive(session)
  const aside = await replaceByBackup(join(folder, DATABASE), backup, isAlive)
  shared.log(`restored ${backup}; what was there before lies in ${aside}`)
  // an image that came after the backup gets another id now: its pictures would be shown as those of another
  for (const part of NAMED_BY_ID) {
    await rm(join(folder, 'cache', part), { recursive: true, force: true }).catch((error: unknown) =>
      shared.log(`the cache of ${folder} could not be emptied: ${String(error)}`),
    )
  }
}
