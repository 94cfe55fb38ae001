import { createHash, randomUUID } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { copyFile, mkdir, open, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { backUpDaily } from '../../store/backup.ts'
import { damaged } from '../../store/failures.ts'
import { peek } from '../../store/peek.ts'
import type { Session } from '../../store/sessions.ts'
import { openStore, prepareMigration } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import { logSlow } from '../../store/watched.ts'
import { Trimming } from '../machinery/cache.ts'
import { Belongings } from '../machinery/belongings.ts'
import { EventHub } from '../machinery/events.ts'
import { Jobs } from '../machinery/jobs.ts'
import { Making } from '../machinery/making.ts'
import { registerBaseModel } from '../predict/models.ts'
import { DATABASE } from '../machinery/project.ts'
import type { Project, Shared } from '../machinery/project.ts'
import { ProjectReads } from '../machinery/readers.ts'
import { QuietWork } from '../machinery/quiet-work.ts'
import { removeLostMapLayers } from '../exchange/map-layers.ts'
import { scanOnOpening } from '../images/scan.ts'
import { placeOfImages } from './images-place.ts'
import { followOthers } from './session.ts'
import type { Sessions } from './session.ts'
import { JOB_HANDLERS } from './job-table.ts'

/** A project together with what ends it. */
export interface OpenProject {
  project: Project
  /** Ends its jobs, then its database. @param calls ends when no call is in the project any more */
  close(calls: Promise<void>): Promise<void>
}

/** Gives the id under which a project is known, at once. @param own the one that it has; null: none yet */
export type Claim = (own: string | null) => string

/**
 * Opens a project folder; one that cannot be written is opened for looking, from a copy of its database.
 * @throws DrydockError `project_newer`, `project_damaged`, `project_in_use`, `not_found`
 */
export async function openFolder(
  shared: Shared,
  sessions: Sessions,
  folder: string,
  claim: Claim,
): Promise<OpenProject> {
  if (existsSync(join(folder, DATABASE)) && !statSync(join(folder, DATABASE)).isFile()) throw damaged()
  const readOnly = !(await isWritable(folder))
  const file = readOnly ? await copyToLookAt(shared, folder, claim) : join(folder, DATABASE)
  if (!readOnly) {
    const isAlive = (session: Session): boolean => sessions.isAlive(session)
    await prepareMigration(file, join(folder, 'backups'), isAlive)
  }
  const store = openStore(file, { readOnly, watch: logSlow(shared.log) })
  try {
    const id = readOnly ? (store.meta.get('id') ?? '') : await settle(store, folder, claim)
    return await openOn(shared, sessions, { id, folder, store, readOnly })
  } catch (error) {
    store.close()
    throw error
  }
}

/** Whether the project of this id lies in a folder; true also for one that cannot be read just now. */
export function mayHold(shared: Shared, folder: string, id: string): boolean {
  const file = join(folder, DATABASE)
  if (!existsSync(file)) return false
  const looking = idsIn(join(lookingPlace(shared, folder), DATABASE))
  const found = idsIn(file) ?? looking
  if (found === null) return true
  return found.id === id || (looking?.there === found.id && looking.id === id)
}

/** @returns null where there is no database, or it cannot be read */
function idsIn(file: string): { id: string | null; there: string | null } | null {
  return peek(file, ({ meta }) => ({ id: meta.get('id'), there: meta.get('id_there') }))
}

/**
 * Before anything else happens in a project: the id under which it is known, and where its images are, are written down.
 * @returns the id
 */
async function settle(store: Store, folder: string, claim: Claim): Promise<string> {
  const own = store.meta.get('id')
  const id = claim(own)
  const root = placeOfImages(store, folder, own !== null && id !== own)
  await store.write(() => {
    if (id !== own) store.meta.set('id', id)
    if (root !== null) store.meta.set('images_root', root)
    if (store.meta.get('folder') !== folder) store.meta.set('folder', folder)
  })
  return id
}

/** Where it fails, nothing of it goes on: a session that stayed would count as alive as long as this process is. */
async function openOn(
  shared: Shared,
  sessions: Sessions,
  { id, folder, store, readOnly }: Pick<Project, 'id' | 'folder' | 'store' | 'readOnly'>,
): Promise<OpenProject> {
  const session = readOnly ? null : await sessions.start(store)
  const events = new EventHub()
  const cache = readOnly ? join(shared.userData, 'cache', id) : join(folder, 'cache')
  const jobs = new Jobs({
    ...{ store, events, session: session?.id ?? '', handlers: JOB_HANDLERS, log: shared.log },
    project: () => project,
  })
  const ahead = new QuietWork(shared.log)
  const reads = new ProjectReads(shared.readers, store.db.name)
  const making = new Making()
  const trimming = new Trimming(shared.workers, cache, shared.log)
  const belongings = new Belongings()
  const project: Project = {
    ...{
      id,
      folder,
      cache,
      readOnly,
      store,
      session: session?.id ?? '',
      reads,
      making,
      events,
      jobs,
      ahead,
      trimming,
      belongings,
      shared,
    },
  }
  let stopFollowing: (() => void) | null = null
  const close = async (calls: Promise<void>): Promise<void> => {
    stopFollowing?.()
    trimming.close()
    await Promise.all([ahead.close(), jobs.close(), reads.close(), calls])
    // the last calls may have begun some
    await Promise.all([ahead.close(), jobs.close()])
    events.close()
    try {
      await session?.end()
      await store.settled()
    } finally {
      store.close()
    }
  }
  try {
    await mkdir(cache, { recursive: true })
    trimming.soon()
    if (!readOnly) {
      stopFollowing = followOthers(project, sessions)
      await registerBaseModel(project)
      await scanOnOpening(project)
      removeLostMapLayers(project).catch((error: unknown) => {
        shared.log(`map layers that were not finished could not be removed: ${String(error)}`)
      })
      backUpDaily(store.db, join(folder, 'backups')).catch((error: unknown) => {
        shared.log(`the daily backup failed: ${String(error)}`)
      })
    }
  } catch (error) {
    await close(Promise.resolve()).catch((unclosed: unknown) =>
      shared.log(`closing ${folder} failed: ${String(unclosed)}`),
    )
    throw error
  }
  return { project, close }
}

/** Tried, not asked: what a system says of permissions and what it then allows are two things. */
async function isWritable(folder: string): Promise<boolean> {
  const probe = join(folder, `.${randomUUID()}.part`)
  try {
    await (await open(join(folder, DATABASE), 'r+')).close()
    await (await open(probe, 'wx')).close()
    await rm(probe)
    return true
  } catch {
    return false
  }
}

/** Named after the whole path, so that it is the same each time. */
function lookingPlace(shared: Shared, folder: string): string {
  return join(shared.userData, 'looking', createHash('sha256').update(folder).digest('hex').slice(0, 16))
}

/**
 * SQLite needs files beside the database even to read it, so a folder that cannot be written is read from a copy. The id
 * under which it is known is kept in that.
 * @returns the copy's file
 */
async function copyToLookAt(shared: Shared, folder: string, claim: Claim): Promise<string> {
  const place = lookingPlace(shared, folder)
  const file = join(place, DATABASE)
  const before = idsIn(file)
  await rm(place, { recursive: true, force: true })
  await mkdir(place, { recursive: true })
  for (const name of [DATABASE, `${DATABASE}-wal`]) {
    if (!existsSync(join(folder, name))) continue
    try {
      await copyFile(join(folder, name), join(place, name))
    } catch (cause) {
      throw new DrydockError(
        'read_only',
        `The project ${basename(folder)} can neither be written nor read by you. Give yourself permission to read it.`,
        {},
        cause,
      )
    }
  }
  const store = openStore(file)
  try {
    const own = store.meta.get('id')
    const known = before?.there === own ? before.id : null
    await settle(store, folder, () => claim(known ?? own))
    await store.write(() => store.meta.set('id_there', own))
  } finally {
    store.close()
  }
  return file
}
