import { assertSize, brokenImage, decodeImage, MAX_PIXELS, openPixels, readInfo } from './decode.ts'
import { sharp } from './sharp.ts'
import { writeWhole } from '../whole-file.ts'

/** Longest side of a thumbnail in px. */
export const THUMBNAIL_SIDE = 96

export const THUMBNAIL_MIME = 'image/webp'

/**
 * Writes a WebP thumbnail whose longer side is 96 px, smaller images unchanged in size; same colours as
 * `decodeImage` gives.
 * @param out the file to write; its folder is made
 * @throws DrydockError as `decodeImage`
 */
export async function makeThumbnail(file: string, out: string): Promise<void> {
  const info = await readInfo(file)
  assertSize(file, info, MAX_PIXELS)
  const source = info.depth === 'uchar' ? openPixels(file).flatten({ background: '#000' }) : await deep(file)
  const small = source
    .resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .webp({ quality: 80, effort: 2 })
  let bytes: Buffer
  try {
    bytes = await small.toBuffer()
  } catch (cause) {
    throw brokenImage(file, cause)
  }
  await writeWhole(out, bytes)
}

async function deep(file: string): Promise<ReturnType<typeof sharp>> {
  const { width, height, data } = await decodeImage(file)
  return sharp(data, { raw: { width, height, channels: 3 } })
}
