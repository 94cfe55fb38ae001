import type { Mapping } from '../contract/wire.ts'
import { writeWhole } from '../whole-file.ts'
import { mappingFor, readRgb } from './decode.ts'
import { assertSize, MAX_PIXELS } from './failures.ts'
import { withPixels } from './open.ts'
import type { PixelWindow } from './pixel-source.ts'
import { loadSharp } from './sharp.ts'

/** Longest side of a crop in px: smaller windows are made this large without smoothing, so that each pixel is seen. */
const CROP_SIDE = 160

export const CROP_MIME = 'image/webp'

/**
 * Writes a small picture of a window of an image.
 * @param mapping the one that is stored for the image; null: the one that is chosen for it
 * @param window within the image, in px
 * @param out the file to write; its folder is made
 * @throws DrydockError as `decodeImage`
 */
export async function makeCrop(
  file: string,
  mapping: Mapping | null,
  window: PixelWindow,
  out: string,
): Promise<void> {
  const { width, height, data } = await withPixels(file, async (source) => {
    assertSize(file, source.size, MAX_PIXELS)
    return readRgb(source, mapping ?? (await mappingFor(source)), window)
  })
  const kernel = Math.max(width, height) < CROP_SIDE ? 'nearest' : 'lanczos3'
  const sharp = await loadSharp()
  const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(CROP_SIDE, CROP_SIDE, { fit: 'inside', kernel })
    .webp({ quality: 85, effort: 2 })
    .toBuffer()
  await writeWhole(out, bytes)
}
