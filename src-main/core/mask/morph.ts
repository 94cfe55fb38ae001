import { componentsOf } from './components.ts'
import type { PixelBox, Rle, Size } from './rle.ts'
import {
  boundsOf,
  canonicalise,
  eachColumnRun,
  fromPixels,
  intersectionArea,
  pixelsOf,
  subtract,
  union,
  unionAll,
} from './rle.ts'

/** What changes the outline of a mask. Neighbours are those that share an edge. Beyond the image's border lies more of the same. */

/** The mask and every pixel beside it. */
export function growByPixel(rle: Rle, { width, height }: Size): Rle {
  const runs: number[] = []
  eachColumnRun(rle, height, (x, y, length) => {
    const top = Math.max(0, y - 1)
    runs.push(x * height + top + 1, Math.min(height, y + length + 1) - top)
    if (x > 0) runs.push((x - 1) * height + y + 1, length)
    if (x + 1 < width) runs.push((x + 1) * height + y + 1, length)
  })
  return canonicalise(runs)
}

/** The pixels of the mask that have no neighbour outside it. */
export function shrinkByPixel(rle: Rle, size: Size): Rle {
  return subtract(rle, growByPixel(subtract(boxOf(rle, size), rle), size))
}

/** The mask and what it encloses. */
export function fillHoles(rle: Rle, size: Size): Rle {
  const around = boxOf(rle, size)
  // what lies outside is there on the rim of a box one pixel larger
  const rim = subtract(around, shrinkRim(rle, size))
  const holes = componentsOf(subtract(around, rle), size.height, 4).filter(
    (part) => intersectionArea(part, rim) === 0,
  )
  return union(rle, unionAll(holes))
}

/** Each pixel goes the way of most of the nine around it: corners are rounded, single pixels and notches go. */
export function smoothOutline(rle: Rle, size: Size): Rle {
  const { width, height } = size
  const counts = new Map<number, number>()
  for (const pixel of pixelsOf(rle, size)) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const [nx, ny] = [x + dx, y + dy]
        if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue
        // beyond the border lies what lies on it
        const weight = weightAt(x, nx, width) * weightAt(y, ny, height)
        counts.set(ny * width + nx, (counts.get(ny * width + nx) ?? 0) + weight)
      }
    }
  }
  return fromPixels(
    [...counts].flatMap(([pixel, count]) => (count >= 5 ? [pixel] : [])),
    size,
  )
}

/** How often a row or column counts for its neighbour: twice for itself on the border. */
function weightAt(from: number, to: number, length: number): number {
  return from === to && (from === 0 || from === length - 1) ? 2 : 1
}

/** All pixels of the box around a mask, one pixel larger on each side as far as the image goes. */
function boxOf(rle: Rle, size: Size): Rle {
  const bounds = boundsOf(rle, size.height)
  return bounds === null ? rle : rectangle(grown(bounds, 1), size)
}

function shrinkRim(rle: Rle, size: Size): Rle {
  const bounds = boundsOf(rle, size.height)
  if (bounds === null) return rle
  const { x, y, width, height } = grown(bounds, 1)
  const left = Math.max(0, x) + 1
  const top = Math.max(0, y) + 1
  const right = Math.min(size.width, x + width) - 1
  const bottom = Math.min(size.height, y + height) - 1
  return rectangle({ x: left, y: top, width: right - left, height: bottom - top }, size)
}

function grown({ x, y, width, height }: PixelBox, by: number): PixelBox {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by }
}

function rectangle(box: PixelBox, size: Size): Rle {
  const top = Math.max(0, box.y)
  const bottom = Math.min(size.height, box.y + box.height)
  const runs: number[] = []
  if (bottom <= top) return canonicalise(runs)
  for (let x = Math.max(0, box.x); x < Math.min(size.width, box.x + box.width); x++) {
    runs.push(x * size.height + top + 1, bottom - top)
  }
  return canonicalise(runs)
}
