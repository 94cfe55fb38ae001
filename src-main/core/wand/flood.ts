import type { PixelBox, Rle, Size } from '../mask/rle.ts'
import { fromPredicate } from '../mask/rle.ts'
import { solid } from './solid.ts'

/** Side of the part of the picture that is looked at around the pointer, px. */
const SIDE = 193

/** The most of that part which a thing can fill, and be meant. */
const MOST = 0.25

/** Levels by which a region must stand still, of 255: less is noise. */
const STEADY = 6

/** How many levels the widest and the narrowest reach are away. */
const WIDE = 40

/** The part of an image that {@link floodFrom} wants to see. */
export function floodBox(x: number, y: number, { width, height }: Size): PixelBox {
  const half = (SIDE - 1) / 2
  const [left, top] = [Math.max(0, Math.floor(x) - half), Math.max(0, Math.floor(y) - half)]
  const right = Math.min(width, Math.floor(x) + half + 1)
  const bottom = Math.min(height, Math.floor(y) + half + 1)
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/**
 * What looks like the pixel under the pointer, by the picture alone: the pixels that can be reached from it without a colour that is further from its own,
 * or a step from pixel to pixel that is larger, than a level. Of all levels that one where the region stands still longest, as a thing does that ends at an edge.
 * Small holes in it are filled, its outline is rounded ({@link solid}).
 * @param rgba [box.height, box.width, 4], 0..255
 * @param reach -1..1: levels fewer or more
 * @param size of the image
 * @returns null where nothing stands out
 */
export function floodFrom(
  rgba: ArrayLike<number>,
  box: PixelBox,
  at: { x: number; y: number },
  reach: number,
  size: Size,
): Rle | null {
  const seed = (Math.floor(at.y) - box.y) * box.width + Math.floor(at.x) - box.x
  const more = Math.round(reach * WIDE)
  const levels = levelsFrom(rgba, box, seed, Math.max(0, more))
  const level = steadyLevel(levels, box)
  if (level === null) return null
  const limit = Math.max(0, level + more)
  const region = solid(
    Uint8Array.from(levels, (reached) => (reached <= limit ? 1 : 0)),
    box,
  )
  return fromPredicate(size, (x, y) => region[(y - box.y) * box.width + x - box.x] === 1, box)
}

/**
 * [height, width] the least level at which each pixel is reached, by levels in order (Dijkstra with buckets); 256 or too high where that matters to nobody.
 * @param more levels above a steady one that are asked for, too
 */
function levelsFrom(
  rgba: ArrayLike<number>,
  { width, height }: Size,
  seed: number,
  more: number,
): Uint16Array {
  const own = meanAround(rgba, { width, height }, seed)
  const levels = new Uint16Array(width * height).fill(256)
  const buckets: number[][] = Array.from({ length: 256 }, () => [])
  levels[seed] = 0
  buckets[0]!.push(seed)
  const visit = (from: number, to: number, level: number): void => {
    // whatever has been reached at this level or below cannot be reached at a lower one
    if (levels[to]! <= level) return
    const reached = Math.max(level, unlike(rgba, to, own), step(rgba, from, to))
    if (reached >= levels[to]!) return
    levels[to] = reached
    buckets[reached]!.push(to)
  }
  let area = 0
  // a region that has run out of sight or is too large is not meant, and none above it
  for (let level = 0, last = 255; level <= last; level++) {
    const bucket = buckets[level]!
    for (let i = 0; i < bucket.length; i++) {
      const from = bucket[i]!
      if (levels[from] !== level) continue
      area++
      const column = from % width
      const inner = column > 0 && column < width - 1 && from >= width && from + width < levels.length
      if (!inner) last = Math.min(last, level + more - 1)
      if (level > last) return levels
      if (column > 0) visit(from, from - 1, level)
      if (column < width - 1) visit(from, from + 1, level)
      if (from >= width) visit(from, from - width, level)
      if (from + width < levels.length) visit(from, from + width, level)
    }
    if (area > MOST * levels.length) last = Math.min(last, level + STEADY + more)
  }
  return levels
}

/** The level at which the region grows least for its size, before it is too large to be meant or runs out of sight. */
function steadyLevel(levels: Uint16Array, { width, height }: Size): number | null {
  const areas = new Uint32Array(256)
  let border = 256
  levels.forEach((level, p) => {
    if (level > 255) return
    areas[level]!++
    const column = p % width
    const outer = column === 0 || column === width - 1 || p < width || p >= levels.length - width
    if (outer && level < border) border = level
  })
  for (let level = 1; level < 256; level++) areas[level]! += areas[level - 1]!
  let best: number | null = null
  let least = Infinity
  for (let level = 1; level + STEADY < Math.min(256, border); level++) {
    if (areas[level]! > MOST * width * height) break
    const growth = (areas[level + STEADY]! - areas[level - 1]!) / areas[level]!
    if (areas[level]! > 1 && growth < least) [best, least] = [level + Math.floor(STEADY / 2), growth]
  }
  return best
}

/** Mean colour of a pixel and those around it: one pixel may be noise. */
function meanAround(rgba: ArrayLike<number>, { width, height }: Size, at: number): [number, number, number] {
  const [column, row] = [at % width, Math.floor(at / width)]
  const sum: [number, number, number] = [0, 0, 0]
  let n = 0
  for (let y = Math.max(0, row - 1); y <= Math.min(height - 1, row + 1); y++) {
    for (let x = Math.max(0, column - 1); x <= Math.min(width - 1, column + 1); x++) {
      const p = 4 * (y * width + x)
      for (let c = 0; c < 3; c++) sum[c]! += rgba[p + c]!
      n++
    }
  }
  return [sum[0] / n, sum[1] / n, sum[2] / n]
}

/** Largest difference of a channel from a colour, in whole levels. */
function unlike(rgba: ArrayLike<number>, p: number, [r, g, b]: readonly [number, number, number]): number {
  const i = 4 * p
  return Math.floor(Math.max(Math.abs(rgba[i]! - r), Math.abs(rgba[i + 1]! - g), Math.abs(rgba[i + 2]! - b)))
}

/** Largest difference of a channel between two pixels. */
function step(rgba: ArrayLike<number>, p: number, q: number): number {
  const [i, j] = [4 * p, 4 * q]
  return Math.max(
    Math.abs(rgba[i]! - rgba[j]!),
    Math.abs(rgba[i + 1]! - rgba[j + 1]!),
    Math.abs(rgba[i + 2]! - rgba[j + 2]!),
  )
}
