import { DrydockError } from '../contract/errors.ts'
import type { Size } from '../core/mask/rle.ts'
import { MAX_PIXELS } from './failures.ts'
import { loadSharp } from './sharp.ts'

/** One channel of whole numbers, row-major [height, width]. */
export interface Raster extends Size {
  data: Uint8Array | Uint16Array
}

/**
 * A PNG whose numbers mean something by themselves, as labels do: no colour is made of them, none is scaled.
 * @param file path or bytes
 * @returns null where it has more than one channel or is no PNG of 8 or 16 bits
 * @throws DrydockError `image_broken`, `image_too_large` (over 64 megapixels)
 */
export async function readLabelRaster(file: string | Buffer): Promise<Raster | null> {
  const sharp = await loadSharp()
  try {
    const picture = sharp(file, { failOn: 'truncated', limitInputPixels: false, sequentialRead: true })
    const { format, channels, depth, width, height } = await picture.metadata()
    if (format !== 'png' || channels !== 1 || (depth !== 'uchar' && depth !== 'ushort')) return null
    if (width * height > MAX_PIXELS) throw tooLarge(width, height)
    const deep = depth === 'ushort'
    const { data, info } = await picture
      .toColourspace(deep ? 'grey16' : 'b-w')
      .raw({ depth })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 1) return null
    // a buffer of sharp's need not begin at an even byte
    const own = new Uint8Array(data)
    return { width, height, data: deep ? new Uint16Array(own.buffer) : own }
  } catch (cause) {
    if (cause instanceof DrydockError) throw cause
    throw new DrydockError(
      'image_broken',
      'A picture with labels is damaged or cut off. Export it again and try once more.',
      {},
      cause,
    )
  }
}

/** Writes such a PNG, of 8 or 16 bits as its data are. @throws DrydockError `image_too_large` (over 64 megapixels) */
export async function writeLabelRaster(file: string, { width, height, data }: Raster): Promise<void> {
  if (width * height > MAX_PIXELS) throw tooLarge(width, height)
  const deep = data instanceof Uint16Array
  const sharp = await loadSharp()
  await sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false })
    .toColourspace(deep ? 'grey16' : 'b-w')
    .png({ compressionLevel: 6 })
    .toFile(file)
}

function tooLarge(width: number, height: number): DrydockError {
  return new DrydockError(
    'image_too_large',
    `A picture of labels would be ${width} x ${height} pixels; the limit is ${MAX_PIXELS / 1e6} megapixels. Choose a format without pictures.`,
  )
}
