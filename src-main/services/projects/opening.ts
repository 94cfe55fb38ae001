import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { backUpDaily } from '../../store/backup.ts'
import type { ListedFile } from '../../store/images.ts'
import { createStore, openStore, prepareMigration } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import { EventHub } from '../machinery/events.ts'
import { Jobs } from '../machinery/jobs.ts'
import { registerBaseModel } from '../predict/models.ts'
import { DATABASE, projectIdOf } from '../machinery/project.ts'
import type { Project, Shared } from '../machinery/project.ts'
import { QuietWork } from '../machinery/quiet-work.ts'
import { scanOnOpening } from '../images/scan.ts'
import { followOthers, isAlive, startSession } from './session.ts'

const ENDING = '.drydock'

/** A project together with what ends it. */
export interface OpenProject {
  project: Project
  close(): Promise<void>
}

/**
 * The project folder that a path means: a `.drydock` folder itself; for a folder of images the project beside it, made
 * now where there is none.
 * @returns its real path
 * @throws DrydockError `not_found`, `nothing_to_do` (no image in the folder)
 */
export async function projectFolderFor(shared: Shared, path: string): Promise<string> {
  const found = await realpath(path).catch(() => null)
  if (found === null) throw new DrydockError('not_found', `There is no folder ${path}. Choose another one.`)
  if (basename(found) === DATABASE) return dirname(found)
  if (!(await stat(found)).isDirectory()) {
    throw new DrydockError(
      'not_found',
      `${basename(found)} is a file. Choose the folder that holds your images.`,
    )
  }
  if (found.endsWith(ENDING) || existsSync(join(found, DATABASE))) return found
  const places = [`${found}${ENDING}`, placeInUserData(shared, found)]
  return places.find((place) => existsSync(join(place, DATABASE))) ?? makeProject(shared, found, places)
}

/**
 * Opens a project folder; one that cannot be written is opened for looking, from a copy of its database.
 * @throws DrydockError `project_newer`, `project_damaged`, `project_in_use`, `not_found`
 */
export async function openFolder(shared: Shared, folder: string): Promise<OpenProject> {
  const readOnly = !(await isWritable(folder))
  const file = join(folder, DATABASE)
  if (!readOnly) await prepareMigration(file, join(folder, 'backups'), isAlive)
  const store = readOnly ? await openCopy(shared, folder, projectIdOf(folder)) : openStore(file)
  try {
    return await openOn(shared, folder, store, readOnly)
  } catch (error) {
    store.close()
    throw error
  }
}

/** Where it fails, nothing of it goes on: a session that stayed would count as alive as long as this process is. */
async function openOn(shared: Shared, folder: string, store: Store, readOnly: boolean): Promise<OpenProject> {
  const id = projectIdOf(folder)
  const session = readOnly ? null : await startSession(store)
  const events = new EventHub()
  const cache = readOnly ? join(shared.userData, 'cache', id) : join(folder, 'cache')
  const jobs = new Jobs(store, events, session?.id ?? '', shared.log)
  const ahead = new QuietWork(shared.log)
  const project: Project = { id, folder, cache, readOnly, store, events, jobs, ahead, shared }
  let stopFollowing: (() => void) | null = null
  const close = async (): Promise<void> => {
    stopFollowing?.()
    await Promise.all([ahead.close(), jobs.close()])
    events.close()
    try {
      await session?.end()
    } finally {
      store.close()
    }
  }
  try {
    await mkdir(cache, { recursive: true })
    if (!readOnly) {
      stopFollowing = followOthers(project)
      await registerBaseModel(project)
      await scanOnOpening(project)
      backUpDaily(store.db, join(folder, 'backups')).catch((error: unknown) => {
        shared.log(`the daily backup failed: ${String(error)}`)
      })
    }
  } catch (error) {
    await close().catch((unclosed: unknown) => shared.log(`closing ${folder} failed: ${String(unclosed)}`))
    throw error
  }
  return { project, close }
}

/**
 * Makes a project whose every part is there before it gets its name, so that a half-made one is never opened.
 * @param fill writes what is special to it
 */
export async function buildProject(
  folder: string,
  { name, imagesRoot, files }: { name: string; imagesRoot: string; files: readonly ListedFile[] },
  fill: (store: Store) => void = () => undefined,
): Promise<void> {
  const temporary = join(dirname(folder), `.${basename(folder)}.${randomUUID()}.part`)
  await mkdir(temporary, { recursive: true })
  try {
    const store = createStore(join(temporary, DATABASE))
    try {
      await store.write(() => {
        store.meta.set('name', name)
        store.meta.set('images_root', imagesRoot)
        store.meta.set('created_at', new Date().toISOString())
        for (const file of files) store.images.add(file)
        fill(store)
      })
    } finally {
      store.close()
    }
    await rename(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

async function makeProject(shared: Shared, images: string, places: readonly string[]): Promise<string> {
  const files = await shared.workers.run('listImages', { root: images })
  if (files.length === 0) {
    throw new DrydockError(
      'nothing_to_do',
      `There are no images in ${basename(images)} or its subfolders (JPEG, PNG, TIFF, WebP). Choose a folder that holds some.`,
    )
  }
  let refused: unknown
  for (const folder of places) {
    try {
      await buildProject(folder, { name: basename(images), imagesRoot: images, files })
      return await realpath(folder)
    } catch (error) {
      if (!isRefusal(error)) throw error
      refused = error
    }
  }
  throw new DrydockError(
    'read_only',
    'A project can be written neither beside the images nor in your own data folder. Give yourself permission to write to one of them.',
    { places },
    refused,
  )
}

/** For images whose parent folder cannot be written; named after the whole path, so that it is found again. */
function placeInUserData(shared: Shared, images: string): string {
  const mark = createHash('sha256').update(images).digest('hex').slice(0, 8)
  return join(shared.userData, 'projects', `${basename(images) || 'images'}-${mark}${ENDING}`)
}

function isRefusal(error: unknown): boolean {
  const codes = ['EACCES', 'EPERM', 'EROFS']
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
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

/** SQLite needs files beside the database even to read it, so a folder that cannot be written is read from a copy. */
async function openCopy(shared: Shared, folder: string, id: string): Promise<Store> {
  const place = join(shared.userData, 'looking', id)
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
  return openStore(join(place, DATABASE), { readOnly: true })
}
