import { existsSync } from 'node:fs'
import { DrydockError } from '../contract/errors.ts'
import type { RgbImage } from '../contract/engine.ts'
import type { Mapping } from '../contract/wire.ts'
import { mappingFor, readRgb } from './decode.ts'
import type { Decoded } from './decode.ts'
import { assertSize, MAX_PIXELS } from './failures.ts'
import { withPixels } from './open.ts'
import type { PixelSource, PixelWindow } from './pixel-source.ts'
import { loadSharp } from './sharp.ts'
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
 * hatched. Where a file can only be decoded whole, the other tiles of the level come with it, so that it is decoded once.
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
    const all = tilesOf(source.size, level)
    const wanted = all.find((place) => place.column === column && place.row === row)
    if (!wanted) throw new DrydockError('not_found', 'This image has no such tile.', { file, ...address })
    const used = mapping ?? (await mappingFor(source))
    const written = await writeTile(source, used, wanted, tileFile(prefix, wanted))
    if (source.windowed) return written
    for (const other of all) {
      const out = tileFile(prefix, other)
      if (other !== wanted && !existsSync(out)) await writeTile(source, used, other, out)
    }
    return written
  })
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
  const sharp = await loadSharp()
  let pixels = sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
  if (image.width !== width || image.height !== height) {
    pixels = pixels.resize(width, height, { fit: 'fill', kernel: 'linear' })
  }
  const bytes = await pixels.png({ compressionLevel: 1, adaptiveFiltering: false }).toBuffer()
  await writeWhole(out, bytes)
  return { damaged: image.unread.length > 0 }
}

/** So many pixels are read at once where a picture is made smaller. */
const PIXELS_AT_ONCE = 1 << 21

/** A window as 8-bit RGB, each `times` x `times` pixels averaged to one; what is left over at the end is averaged with fewer. */
async function readSmaller(
  source: PixelSource,
  mapping: Mapping,
  window: PixelWindow,
  { level, times }: { level: number; times: number },
): Promise<Decoded> {
  if (times === 1) return readRgb(source, mapping, window, level)
  const width = Math.ceil(window.width / times)
  const height = Math.ceil(window.height / times)
  const small: Decoded = { width, height, data: new Uint8Array(width * height * 3), unread: [] }
  const rows = Math.max(1, Math.floor(PIXELS_AT_ONCE / window.width / times))
  for (let row = 0; row < height; row += rows) {
    const top = row * times
    const strip = { ...window, y: window.y + top, height: Math.min(rows * times, window.height - top) }
    const part = await readRgb(source, mapping, strip, level)
    small.data.set(averaged(part, times), row * width * 3)
    for (const hole of part.unread) {
      const [x, y] = [Math.floor(hole.x / times), row + Math.floor(hole.y / times)]
      const right = Math.ceil((hole.x + hole.width) / times)
      const bottom = row + Math.ceil((hole.y + hole.height) / times)
      small.unread.push({ x, y, width: Math.min(width, right) - x, height: Math.min(height, bottom) - y })
    }
  }
  return small
}

function averaged({ width, height, data }: RgbImage, times: number): Uint8Array {
  const [across, down] = [Math.ceil(width / times), Math.ceil(height / times)]
  const small = new Uint8Array(across * down * 3)
  const sums = new Uint32Array(across * 3)
  for (let row = 0; row < down; row++) {
    sums.fill(0)
    const rows = Math.min(times, height - row * times)
    for (let y = row * times; y < row * times + rows; y++) {
      let at = y * width * 3
      for (let column = 0; column < across; column++) {
        const end = Math.min(width, (column + 1) * times)
        let [red, green, blue] = [0, 0, 0]
        for (let x = column * times; x < end; x++, at += 3) {
          red += data[at]!
          green += data[at + 1]!
          blue += data[at + 2]!
        }
        sums[column * 3]! += red
        sums[column * 3 + 1]! += green
        sums[column * 3 + 2]! += blue
      }
    }
    for (let column = 0; column < across; column++) {
      const n = rows * (Math.min(width, (column + 1) * times) - column * times)
      for (let band = 0; band < 3; band++)
        small[(row * across + column) * 3 + band] = Math.round(sums[column * 3 + band]! / n)
    }
  }
  return small
}

/** Stripes that no picture has: this cannot be read. */
function hatch({ width, data }: { width: number; data: Uint8Array }, part: PixelWindow): void {
  for (let y = part.y; y < part.y + part.height; y++) {
    for (let x = part.x; x < part.x + part.width; x++) {
      const grey = (x + y) % 16 < 4 ? 150 : 40
      data.fill(grey, (y * width + x) * 3, (y * width + x) * 3 + 3)
    }
  }
}
