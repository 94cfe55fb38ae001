import { basename, dirname, join } from 'node:path'
import { tileUrl } from '../../contract/channels.ts'
import type { Band, Mapping, PixelTile } from '../../contract/wire.ts'
import { CROP_MIME } from '../../imaging/crop.ts'
import { THUMBNAIL_MIME } from '../../imaging/thumbnail.ts'
import { TILE_MIME, tileFile, tilesToShow } from '../../imaging/tiles.ts'
import type { StoredImage } from '../../store/images.ts'
import { placeInCache } from '../machinery/making.ts'
import type { Project } from '../machinery/project.ts'
import { imageFile, storedImage } from '../machinery/project.ts'
import { ensureContent, isFilesFault } from './content.ts'
import type { KnownImage } from './content.ts'
import { fileKnown, noSuchPixels } from './made-of.ts'
import { contentOf, tellRows } from './rows.ts'
import { tilePrefix } from './tile-place.ts'

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
 * Makes the thumbnail, crop or tile at an address, where it is not there yet.
 * @returns null where the address is of none of them
 * @throws DrydockError as decoding does
 */
export async function pictureFile(
  project: Project,
  { image, rest }: PixelAddress,
): Promise<CacheFile | null> {
  const file = imageFile(project, image)
  const name = `${image.id}-${contentOf(image)}`
  const { workers } = project.shared
  const { mapping = null } = project.store.pixels.get(image.id) ?? {}
  // what is only looked at cannot learn that a file has other times than where the project was made
  const source = { file, known: project.readOnly ? null : fileKnown(image) }
  const making = join(project.cache, 'making')
  if (rest === 'thumb') {
    const out = placeInCache(project.cache, 'thumbs', `${name}.webp`)
    const to = { making, into: dirname(out) }
    const make = (): Promise<void> => workers.run('thumbnail', { source, mapping, to, name: basename(out) })
    await project.making.ensure(out, make)
    return { file: out, mime: THUMBNAIL_MIME }
  }
  const [, x, y, width, height] =
    /^crop\/(\d{1,6})\/(\d{1,6})\/(\d{1,5})\/(\d{1,5})$/.exec(rest)?.map(Number) ?? []
  if (x !== undefined && y !== undefined && width !== undefined && height !== undefined) {
    if (width < 1 || height < 1 || x + width > (image.width ?? 0) || y + height > (image.height ?? 0))
      return null
    const out = placeInCache(project.cache, 'crops', `${name}-${x}-${y}-${width}-${height}.webp`)
    const window = { x, y, width, height }
    const to = { making, into: dirname(out) }
    const make = (): Promise<void> =>
      workers.run('crop', { source, mapping, window, to, name: basename(out) })
    await project.making.ensure(out, make)
    return { file: out, mime: CROP_MIME }
  }
  const [, level, column, row] = /^tile\/(\d{1,2})\/(\d{1,6})\/(\d{1,6})$/.exec(rest)?.map(Number) ?? []
  if (level === undefined || column === undefined || row === undefined) return null
  const address = { level, column, row }
  const prefix = tilePrefix(project, image)
  const out = tileFile(prefix, address)
  const to = { making, into: dirname(prefix) }
  const make = (): Promise<{ damaged: boolean }> =>
    workers.run('tile', { source, mapping, address, to, name: basename(prefix) }, undefined, 'first')
  const found = await project.making.ensure(out, make)
  if (found?.damaged) await noteDamage(project, image)
  return { file: out, mime: TILE_MIME }
}

/** Says in the list that a part of a picture cannot be read; all the rest of it can. */
async function noteDamage(project: Project, { id, path }: StoredImage): Promise<void> {
  const note = `A part of ${path} cannot be read: it is hatched on the screen and black for the model. Put a whole copy in its place and look at the folder again.`
  const image = storedImage(project, id)
  if (project.readOnly || image.fileState !== 'ok' || image.fileNote === note) return
  await project.store.write(() => project.store.images.setFile(id, image, 'ok', note))
  tellRows(project, [id])
}
