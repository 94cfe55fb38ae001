import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { tileUrl } from '../../contract/channels.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { ImageDetail, ImageRow, PixelTile, Split } from '../../contract/wire.ts'
import { THUMBNAIL_MIME } from '../../imaging/thumbnail.ts'
import { TILE_MIME, tilesOf } from '../../imaging/tiles.ts'
import type { StoredImage } from '../../store/images.ts'
import { redoable, undoable } from '../annotate/annotate.ts'
import { ensureContent, isFilesFault } from './content.ts'
import { ensurePoints } from '../predict/embeddings.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, currentRun, imageFile, storedImage } from '../machinery/project.ts'
import { contentOf, rowOfImage, scoreOfImage, tellRows } from './rows.ts'

/** A file of the cache, for the window. */
export interface CacheFile {
  file: string
  mime: string
}

/** Everything about one image that its view needs. @throws DrydockError `not_found` */
export async function getImage(project: Project, id: number): Promise<ImageDetail> {
  const tiles = await tilesOfImage(project, id)
  const { store } = project
  return store.read(() => {
    const image = storedImage(project, id)
    const run = currentRun(project)
    const reached = run !== null && store.runs.image(run, id) !== null
    return {
      row: rowOf(project, id),
      tiles,
      truth: store.truth.of(id),
      predictions: reached ? store.predictions.of(run, id) : null,
      score: scoreOfImage(project, image),
      canUndo: undoable(project, image) !== null,
      canRedo: redoable(project, image) !== null,
    }
  })
}

/**
 * Puts an image into another split.
 * @throws DrydockError `bad_input` for an image of the hold-out: what was held out stays unseen
 */
export async function setSplit(project: Project, id: number, split: Split): Promise<ImageRow> {
  assertWritable(project)
  await project.store.write(() => {
    if (storedImage(project, id).split === 'hold-out' && split !== 'hold-out') {
      throw new DrydockError(
        'bad_input',
        'This image is in the hold-out, which is frozen so that the last figure stays honest. Nothing was changed.',
      )
    }
    project.store.images.setSplit(id, split)
  })
  tellRows(project, [id])
  return rowOf(project, id)
}

/**
 * Makes the cache file behind a pixel URL, where it is not there yet.
 * @param path the URL's part after the project: `image/<id>/r<content>/thumb`, `.../tile/<level>/<column>/<row>`,
 *   `.../run/<run>/points`
 * @throws DrydockError `not_found` where the URL means nothing, or the picture has changed since; or as decoding does
 */
export async function pixelFile(project: Project, path: string): Promise<CacheFile> {
  const [, id = '', content = '', rest = ''] = /^image\/(\d{1,15})\/r([\w.-]+)\/(.+)$/.exec(path) ?? []
  const image = id === '' ? null : project.store.images.get(Number(id))
  if (!image || decodeURIComponent(content) !== contentOf(image)) throw noSuchPixels()
  const file = imageFile(project, image)
  const name = `${image.id}-${contentOf(image)}`
  const { workers } = project.shared
  if (rest === 'thumb') {
    const out = join(project.cache, 'thumbs', `${name}.webp`)
    return made(out, THUMBNAIL_MIME, () => workers.run('thumbnail', { file, out }))
  }
  const [, level, column, row] = /^tile\/(\d{1,2})\/(\d{1,6})\/(\d{1,6})$/.exec(rest)?.map(Number) ?? []
  if (level !== undefined && column !== undefined && row !== undefined) {
    const out = join(project.cache, 'tiles', `${name}-${level}-${column}-${row}.png`)
    return made(out, TILE_MIME, () => workers.run('tile', { file, level, column, row, out }))
  }
  const run = /^run\/(\d{1,15})\/points$/.exec(rest)?.[1]
  const points = run === undefined ? null : await ensurePoints(project, image.id, Number(run))
  if (points === null) throw noSuchPixels()
  return { file: points, mime: 'application/octet-stream' }
}

/** Files that are being made, so that two requests at once make one. */
const making = new Map<string, Promise<void>>()

async function made(file: string, mime: string, make: () => Promise<void>): Promise<CacheFile> {
  if (!existsSync(file)) {
    const begun = making.get(file) ?? make().finally(() => making.delete(file))
    making.set(file, begun)
    await begun
  }
  return { file, mime }
}

function noSuchPixels(): DrydockError {
  return new DrydockError(
    'not_found',
    'There are no pixels at this address, or the picture has changed since.',
  )
}

/** An image that cannot be read has no tiles; its row says why. */
async function tilesOfImage(project: Project, id: number): Promise<PixelTile[]> {
  let image: StoredImage
  try {
    image = await ensureContent(project, id)
  } catch (error) {
    if (!isFilesFault(error)) throw error
    return []
  }
  const { width, height } = image
  if (width === null || height === null) return []
  return tilesOf({ width, height }).map(({ level, column, row, ...place }) => ({
    ...place,
    url: tileUrl(project.id, id, contentOf(image), level, column, row),
  }))
}

function rowOf(project: Project, id: number): ImageRow {
  const row = rowOfImage(project, id)
  if (!row) throw new DrydockError('not_found', 'This image is not in the project.')
  return row
}
