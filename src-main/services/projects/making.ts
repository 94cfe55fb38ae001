import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DrydockError } from '../../contract/errors.ts'
import { fittingName } from '../../core/file-name.ts'
import type { ListedFile } from '../../store/images.ts'
import { peek } from '../../store/peek.ts'
import { createStore } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../machinery/project.ts'
import type { Shared } from '../machinery/project.ts'
import { putFolderInPlace } from '../../whole-file.ts'
import { ENDING, LOOKED_AT, holdsFiles } from './images-place.ts'

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
  if (found.endsWith(ENDING) || existsSync(join(found, DATABASE))) return realFolder(found)
  const places = [`${found}${ENDING}`, placeInUserData(shared, found)]
  for (const place of places) if (await isProjectOf(place, found)) return realFolder(place)
  return makeProject(shared, found, places)
}

/** A database that is a link belongs to the folder in which it lies. */
async function realFolder(folder: string): Promise<string> {
  const file = await realpath(join(folder, DATABASE)).catch(() => null)
  return file === null ? realpath(folder) : dirname(file)
}

/** Whether a folder holds the project of these images, and not one of others that only stands beside them. */
async function isProjectOf(place: string, images: string): Promise<boolean> {
  const file = join(place, DATABASE)
  if (!existsSync(file)) return false
  const known = peek(file, ({ meta, files }) => ({ root: meta.get('images_root'), files: files(LOOKED_AT) }))
  // one that cannot be read says so when it is opened
  if (known === null || known.root === null) return true
  const root = await realpath(known.root).catch(() => null)
  return root === null || root === images || holdsFiles(images, known.files)
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
  const temporary = join(dirname(folder), `.${randomUUID()}.part`)
  await mkdir(temporary, { recursive: true })
  try {
    const store = createStore(join(temporary, DATABASE))
    try {
      await store.write(() => {
        store.meta.set('id', randomUUID())
        store.meta.set('folder', folder)
        store.meta.set('name', name)
        store.meta.set('images_root', imagesRoot)
        store.meta.set('created_at', new Date().toISOString())
        for (const file of files) store.images.add(file)
        fill(store)
      })
    } finally {
      store.close()
    }
    await putFolderInPlace(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

async function makeProject(shared: Shared, images: string, places: readonly string[]): Promise<string> {
  // they come into the project when it is opened, while they are being listed
  if (!(await shared.workers.run('holdsImage', { root: images }))) {
    throw new DrydockError(
      'nothing_to_do',
      `There are no images in ${basename(images)} or its subfolders (JPEG, PNG, TIFF, WebP). Choose a folder that holds some.`,
    )
  }
  let refused: unknown
  for (const folder of places) {
    try {
      await buildProject(folder, { name: basename(images), imagesRoot: images, files: [] })
      return await realpath(folder)
    } catch (error) {
      // somebody else has made it meanwhile
      if (existsSync(join(folder, DATABASE)) && (await isProjectOf(folder, images))) return realpath(folder)
      if (!isPlaceRefused(error)) throw error
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

/** For images beside which no project can be made; named after the whole path, so that it is found again. */
function placeInUserData(shared: Shared, images: string): string {
  const mark = createHash('sha256').update(images).digest('hex').slice(0, 8)
  return join(shared.userData, 'projects', fittingName(basename(images) || 'images', `-${mark}${ENDING}`))
}

/** Whether a place cannot have a project: not written to, its name too long, or something else stands there. */
function isPlaceRefused(error: unknown): boolean {
  const codes = ['EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR']
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
