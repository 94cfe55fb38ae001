import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { tileUrl } from '../../contract/channels.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { Band, Mapping, PixelTile } from '../../contract/wire.ts'
import { THUMBNAIL_MIME } from '../../imaging/thumbnail.ts'
import { TILE_MIME, tileFile, tilesToShow } from '../../imaging/tiles.ts'
import type { StoredImage } from '../../store/images.ts'
import { placeInCache } from '../machinery/making.ts'
import type { Project } from '../machinery/project.ts'
import { imageFile, storedImage } from '../machinery/project.ts'
import { ensureContent, isFilesFault } from './content.ts'
import type { KnownImage } from './content.ts'
import { contentOf, tellRows } from './rows.ts'

/** Changes when tiles of the same pixels look otherwise than those of an earlier version, which a cache may still hold. */
const TILE_LOOK = 2

/** A file of the cache, for the window. */
export interface CacheFile {
  file: string
  mime: string
}

/** What a pixel URL names. */
export interface PixelAddress {
  image: StoredImage
  /** behind the image and its content: `thumb`, `tile/<level>/<column>/<row>`, ... */
  rest: string
}

/** An image that cannot be read has no tiles; its row says why. */
export async function tilesOfImage(project: Project, id: number): Promise<PixelTile[]> {
  let image: KnownImage
  try {
    image = await ensureContent(project, id)
  } catch (error) {
    if (!isFilesFault(error)) throw error
    return []
  }
  const { width, height } = image
  const gaps = mayHaveGaps(image.mapping, project.store.pixels.get(id)?.facts?.bands)
  return tilesToShow({ width, height }).map(({ level, column, row, ...place }) => ({
    ...{ ...place, gaps },
    url: tileUrl(project.id, id, contentOf(image), level, column, row),
  }))
}

function mayHaveGaps({ nodata, bands: shown }: Mapping, bands: readonly Band[] = []): boolean {
  return nodata !== null || shown.some((band) => bands[band - 1]?.type.startsWith('float') !== false)
}

/**
 * What the URL `image/<id>/r<content>/<rest>` names, behind the project's part of it.
 * @throws DrydockError `not_found` where the URL means nothing, or the picture has changed since
 */
export function pixelAddress(project: Project, path: string): PixelAddress {
  const [, id = '', content = '', rest = ''] = /^image\/(\d{1,15})\/r([\w.-]+)\/(.+)$/.exec(path) ?? []
  const image = id === '' ? null : project.store.images.get(Number(id))
  if (!image || decodeURIComponent(content) !== contentOf(image)) throw noSuchPixels()
  return { image, rest }
}

/**
 * Makes the thumbnail or tile at an address, where it is not there yet.
 * @returns null where the address is of neither
 * @throws DrydockError as decoding does
 */
export async function pictureFile(
  project: Project,
  { image, rest }: PixelAddress,
): Promise<CacheFile | null> {
  const file = imageFile(project, image)
  const name = `${image.id}-${contentOf(image)}`
  const { workers } = project.shared
  const { facts = null, mapping = null } = project.store.pixels.get(image.id) ?? {}
  if (rest === 'thumb') {
    const out = placeInCache(project.cache, 'thumbs', `${name}.webp`)
    const make = (folder: string): Promise<void> =>
      workers.run('thumbnail', { file, mapping, out: join(folder, basename(out)) })
    await project.making.ensure(out, () => madeOf(project, image, out, make))
    return { file: out, mime: THUMBNAIL_MIME }
  }
  const [, level, column, row] = /^tile\/(\d{1,2})\/(\d{1,6})\/(\d{1,6})$/.exec(rest)?.map(Number) ?? []
  if (level === undefined || column === undefined || row === undefined) return null
  const address = { level, column, row }
  const prefix = placeInCache(project.cache, 'tiles', `${name}-${TILE_LOOK}`)
  const out = tileFile(prefix, address)
  // where a file can only be decoded whole, all tiles of a level come together
  const work = facts?.windowed === false ? `${prefix}-${level}` : out
  const make = (folder: string): Promise<{ damaged: boolean }> =>
    workers.run(
      'tile',
      { file, mapping, address, prefix: join(folder, basename(prefix)) },
      undefined,
      'first',
    )
  const found = await project.making.ensure(out, () => madeOf(project, image, out, make), work)
  if (found?.damaged) await noteDamage(project, image)
  return { file: out, mime: TILE_MIME }
}

/**
 * Makes a file of the cache, whose name says for good which pixels are in it. The image's file may be replaced at any moment: it is
 * looked at before and after, and what was made of another picture goes.
 * @param make writes it, and others that come with it, into a folder, under their names
 * @returns what `make` says
 */
async function madeOf<T>(
  project: Project,
  image: StoredImage,
  file: string,
  make: (folder: string) => Promise<T>,
): Promise<T> {
  const source = imageFile(project, image)
  const before = await fileNow(source)
  // what is only looked at cannot learn that a file has other times than where the project was made
  if (before !== null && before !== fileKnown(image) && !project.readOnly) throw noSuchPixels()
  const folder = join(project.cache, 'making', randomUUID())
  await mkdir(folder, { recursive: true })
  try {
    const answer = await make(folder)
    if ((await fileNow(source)) !== before) throw noSuchPixels()
    await mkdir(dirname(file), { recursive: true })
    for (const name of await readdir(folder)) await rename(join(folder, name), join(dirname(file), name))
    return answer
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fileNow(file: string): Promise<string | null> {
  const found = await stat(file).catch(() => null)
  return found && fileKnown({ size: found.size, mtime: found.mtimeMs })
}

function fileKnown({ size, mtime }: Pick<StoredImage, 'size' | 'mtime'>): string {
  return `${size} ${Math.round(mtime)}`
}

/** Says in the list that a part of a picture cannot be read; all the rest of it can. */
async function noteDamage(project: Project, { id, path }: StoredImage): Promise<void> {
  const note = `A part of ${path} cannot be read: it is hatched on the screen and black for the model. Put a whole copy in its place and look at the folder again.`
  const image = storedImage(project, id)
  if (project.readOnly || image.fileState !== 'ok' || image.fileNote === note) return
  await project.store.write(() => project.store.images.setFile(id, image, 'ok', note))
  tellRows(project, [id])
}

/** What is said of an address that means nothing. */
export function noSuchPixels(): DrydockError {
  return new DrydockError(
    'not_found',
    'There are no pixels at this address, or the picture has changed since.',
  )
}
