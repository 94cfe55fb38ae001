import { DrydockError } from '../contract/errors.ts'
import { decodeImage } from './decode.ts'
import { sharp } from './sharp.ts'
import { writeWhole } from '../whole-file.ts'

/** Side of a tile in px of its level. An image up to this size is one tile. */
export const TILE_SIDE = 4096

export const TILE_MIME = 'image/png'

/** A tile of level 0: where it lies in the image, in px. */
export interface TilePlace {
  level: number
  column: number
  row: number
  x: number
  y: number
  width: number
  height: number
}

/** All tiles of one level of an image; level L is scaled down by 2^L, x, y, width and height stay in image px. */
export function tilesOf(size: { width: number; height: number }, level = 0): TilePlace[] {
  const step = TILE_SIDE * 2 ** level
  const tiles: TilePlace[] = []
  for (let row = 0; row * step < size.height; row++) {
    for (let column = 0; column * step < size.width; column++) {
      const x = column * step
      const y = row * step
      tiles.push({
        level,
        column,
        row,
        x,
        y,
        width: Math.min(step, size.width - x),
        height: Math.min(step, size.height - y),
      })
    }
  }
  return tiles
}

/**
 * Writes one tile as lossless PNG: exactly the pixels that `decodeImage` gives, averaged 2^level to one.
 * @param out the file to write; its folder is made
 * @throws DrydockError `not_found` (no such tile), else as `decodeImage`
 */
export async function makeTile(
  file: string,
  level: number,
  column: number,
  row: number,
  out: string,
): Promise<void> {
  const image = await decodeImage(file)
  const tile = tilesOf(image, level).find((place) => place.column === column && place.row === row)
  if (!tile) {
    throw new DrydockError('not_found', 'This image has no such tile.', { file, level, column, row })
  }
  const scale = 2 ** level
  let pixels = sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } }).extract({
    left: tile.x,
    top: tile.y,
    width: tile.width,
    height: tile.height,
  })
  if (level > 0) {
    const [width, height] = [Math.ceil(tile.width / scale), Math.ceil(tile.height / scale)]
    pixels = pixels.resize(width, height, { fit: 'fill', kernel: 'linear' })
  }
  const bytes = await pixels.png({ compressionLevel: 1, adaptiveFiltering: false }).toBuffer()
  await writeWhole(out, bytes)
}
