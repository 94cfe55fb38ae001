import { DrydockError } from '../contract/errors.ts'
import type { Mapping } from '../contract/wire.ts'
import { areBytes } from '../core/mapping/choose.ts'
import { mappingFor } from './decode.ts'
import type { Seen } from './decode.ts'
import { assertSize, MAX_PIXELS } from './failures.ts'
import { withPixels } from './open.ts'
import type { PixelSource, PixelWindow } from './pixel-source.ts'
import { loadSharp } from './sharp.ts'
import { readSmaller } from './smaller.ts'
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

/** Longest side of the picture of a whole large image that is shown first, in px. */
const FIRST_SIDE = 1024

/**
 * The tiles that show an image, coarse ones first: of an image of several tiles one small picture of all of it, which is there
 * soon, and then those of level 0.
 */
export function tilesToShow(size: { width: number; height: number }): TilePlace[] {
  const fine = tilesOf(size)
  if (fine.length === 1) return fine
  const level = Math.max(1, Math.ceil(Math.log2(Math.max(size.width, size.height) / FIRST_SIDE)))
  return [...tilesOf(size, level), ...fine]
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

/** Which tile of which level. */
export interface TileAddress {
  level: number
  column: number
  row: number
}

/** File of a tile. @param prefix of all tiles of an image, a path */
export function tileFile(prefix: string, { level, column, row }: TileAddress): string {
  return `${prefix}-${level}-${column}-${row}.png`
}

/**
 * Writes one tile as lossless PNG: the pixels that `decodeImage` gives, averaged 2^level to one. What cannot be read is
 * hatched, what has no data is transparent.
 * @param mapping the one that is stored for the image; null: the one that is chosen for it
 * @param prefix see {@link tileFile}; its folder is made
 * @returns whether a part of the tile could not be read
 * @throws DrydockError `not_found` (no such tile), else as `decodeImage`
 */
export function makeTile(
  file: string,
  mapping: Mapping | null,
  address: TileAddress,
  prefix: string,
): Promise<{ damaged: boolean }> {
  const { level, column, row } = address
  return withPixels(file, async (source) => {
    assertSize(file, source.size, MAX_PIXELS)
    const wanted = tilesOf(source.size, level).find((place) => place.column === column && place.row === row)
    if (!wanted) throw new DrydockError('not_found', 'This image has no such tile.', { file, ...address })
    const used = mapping ?? (await mappingFor(source))
    return writeTile(source, used, wanted, tileFile(prefix, wanted))
  })
}

/**
 * Writes the picture by which a large image is shown first, where all of its samples were just looked at to choose the mapping:
 * they are not decoded again for it.
 * @param out the file to write; its folder is made
 * @returns which tile that is; null where the image has no such picture, nobody had to look, or a part could not be read
 */
export async function makeFirstTile(
  source: PixelSource,
  mapping: Mapping,
  out: string,
): Promise<TileAddress | null> {
  const [first, second] = tilesToShow(source.size)
  if (!first || !second || !source.windowed || areBytes(source.bands, mapping.bands)) return null
  const { level, column, row } = first
  const { damaged } = await writeTile(source, mapping, first, out)
  return damaged ? null : { level, column, row }
}

async function writeTile(
  source: PixelSource,
  mapping: Mapping,
  tile: TilePlace,
  out: string,
): Promise<{ damaged: boolean }> {
  const scale = 2 ** tile.level
  const [width, height] = [Math.ceil(tile.width / scale), Math.ceil(tile.height / scale)]
  // the smallest level that is still large enough
  const fine = Math.ceil(source.size.width / scale)
  const level = tile.level === 0 ? 0 : source.levels.findLastIndex((size) => size.width >= fine)
  const size = source.levels[level]!
  const [across, down] = [size.width / source.size.width, size.height / source.size.height]
  const x = Math.floor(tile.x * across)
  const y = Math.floor(tile.y * down)
  const window = {
    ...{ x, y },
    width: Math.max(1, Math.min(size.width, Math.ceil((tile.x + tile.width) * across)) - x),
    height: Math.max(1, Math.min(size.height, Math.ceil((tile.y + tile.height) * down)) - y),
  }
  const times = Math.max(1, Math.round(scale * across))
  const image = await readSmaller(source, mapping, window, { level, times })
  for (const part of image.unread) hatch(image, part)
  const { data, opacity } = image
  const channels = opacity ? 4 : 3
  const bytes = opacity ? joined(data, opacity) : data
  const sharp = await loadSharp()
  let pixels = sharp(bytes, { raw: { width: image.width, height: image.height, channels } })
  if (image.width !== width || image.height !== height) {
    pixels = pixels.resize(width, height, { fit: 'fill', kernel: 'linear' })
  }
  const png = pixels.png({ compressionLevel: 1, adaptiveFiltering: false })
  await writeWhole(out, await png.toBuffer())
  return { damaged: image.unread.length > 0 }
}

/** Stripes that no picture has: this cannot be read. */
function hatch({ width, data, opacity }: Seen, part: PixelWindow): void {
  for (let y = part.y; y < part.y + part.height; y++) {
    opacity?.fill(255, y * width + part.x, y * width + part.x + part.width)
    for (let x = part.x; x < part.x + part.width; x++) {
      const grey = (x + y) % 16 < 4 ? 150 : 40
      data.fill(grey, (y * width + x) * 3, (y * width + x) * 3 + 3)
    }
  }
}

/** [pixels, 4] of [pixels, 3] and [pixels]. */
function joined(rgb: Uint8Array, opacity: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(opacity.length * 4)
  for (let p = 0; p < opacity.length; p++) {
    rgba[p * 4] = rgb[p * 3]!
    rgba[p * 4 + 1] = rgb[p * 3 + 1]!
    rgba[p * 4 + 2] = rgb[p * 3 + 2]!
    rgba[p * 4 + 3] = opacity[p]!
  }
  return rgba
}
