import type { Mapping } from '../contract/wire.ts'
import { mappingFor, readRgb } from './decode.ts'
import { assertSize, MAX_PIXELS } from './failures.ts'
import { withPixels } from './open.ts'
import { wholeOf } from './pixel-source.ts'
import { loadSharp } from './sharp.ts'
import { writeWhole } from '../whole-file.ts'

/** Longest side of a thumbnail in px. */
export const THUMBNAIL_SIDE = 96

export const THUMBNAIL_MIME = 'image/webp'

/**
 * Writes a WebP thumbnail whose longer side is 96 px, smaller images unchanged in size; same colours as
 * `decodeImage` gives.
 * @param mapping the one that is stored for the image; null: the one that is chosen for it
 * @param out the file to write; its folder is made
 * @throws DrydockError as `decodeImage`
 */
export async function makeThumbnail(file: string, mapping: Mapping | null, out: string): Promise<void> {
  const { width, height, data } = await withPixels(file, async (source) => {
    assertSize(file, source.size, MAX_PIXELS)
    const enough = source.levels.findLastIndex((size) => Math.max(size.width, size.height) >= THUMBNAIL_SIDE)
    const level = Math.max(0, enough)
    return readRgb(source, mapping ?? (await mappingFor(source)), wholeOf(source.levels[level]!), level)
  })
  const sharp = await loadSharp()
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 80, effort: 2 })
    .toBuffer()
  await writeWhole(out, bytes)
}
