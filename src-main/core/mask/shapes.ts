import type { Rle, Size } from './rle.ts'
import { canonicalise } from './rle.ts'

/** Shapes to pixels. A shape owns the pixels whose centres lie inside it. */

/** A corner, in image pixels. */
export interface Corner {
  readonly x: number
  readonly y: number
}

/**
 * Pixels of a closed polygon (non-zero rule, as a canvas fills it; rotated boxes are polygons), cut to the image. Where the outline runs
 * around a pixel twice or crosses itself, the pixel is inside all the same. Edges are half-open: of two polygons that share an edge
 * exactly one gets a pixel whose centre lies on it.
 */
export function polygonMask(corners: readonly Corner[], { width, height }: Size): Rle {
  const runs: number[] = []
  const xs = corners.map(({ x }) => x)
  const first = Math.max(0, Math.ceil(Math.min(...xs) - 0.5))
  const last = Math.min(width - 1, Math.ceil(Math.max(...xs) - 0.5) - 1)
  for (let x = first; x <= last; x++) {
    const crossings = crossingsAt(corners, x + 0.5)
    let winding = 0
    for (let i = 0; i + 1 < crossings.length; i++) {
      winding += crossings[i]!.turn
      if (winding === 0) continue
      const top = Math.max(0, Math.ceil(crossings[i]!.y - 0.5))
      const bottom = Math.min(height, Math.ceil(crossings[i + 1]!.y - 0.5))
      if (bottom > top) runs.push(x * height + top + 1, bottom - top)
    }
  }
  return canonicalise(runs)
}

/** Where a polygon's edges cross the vertical line at `x`, from top to bottom; `turn`: 1 for an edge to the right, -1 to the left. */
function crossingsAt(corners: readonly Corner[], x: number): { y: number; turn: 1 | -1 }[] {
  const crossings: { y: number; turn: 1 | -1 }[] = []
  corners.forEach((corner, i) => {
    const next = corners[(i + 1) % corners.length]!
    // always computed from left to right: a shared edge gives the same number to both polygons
    const right = corner.x <= next.x
    const [a, b] = right ? [corner, next] : [next, corner]
    if (a.x > x || x >= b.x) return
    crossings.push({ y: a.y + ((x - a.x) / (b.x - a.x)) * (b.y - a.y), turn: right ? 1 : -1 })
  })
  return crossings.sort((p, q) => p.y - q.y)
}

/**
 * Where a brush of this diameter sits when the pointer is at `point`: odd ones on a pixel's centre, even ones on a corner, so that
 * the brush has one shape and 1 px is one pixel.
 */
export function brushCentre(point: Corner, diameter: number): Corner {
  return diameter % 2 === 1
    ? { x: Math.floor(point.x) + 0.5, y: Math.floor(point.y) + 0.5 }
    : { x: Math.round(point.x), y: Math.round(point.y) }
}

/**
 * Pixels that a round brush passes over on the way from `from` to `to` (image pixels): those whose centres come within half of
 * `diameter` (whole pixels, >= 1) of the way between the brush's centres. Cut to the image.
 */
export function brushMask(from: Corner, to: Corner, diameter: number, { width, height }: Size): Rle {
  const a = brushCentre(from, diameter)
  const b = brushCentre(to, diameter)
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const squared = dx * dx + dy * dy
  const radius = diameter / 2
  const within = (x: number, y: number) => {
    const t = squared === 0 ? 0 : clamp01(((x - a.x) * dx + (y - a.y) * dy) / squared)
    const [ex, ey] = [x - a.x - t * dx, y - a.y - t * dy]
    return ex * ex + ey * ey <= radius * radius
  }
  const runs: number[] = []
  const firstColumn = Math.max(0, Math.floor(Math.min(a.x, b.x) - radius))
  const lastColumn = Math.min(width - 1, Math.ceil(Math.max(a.x, b.x) + radius))
  for (let x = firstColumn; x <= lastColumn; x++) {
    // the part of the way that can reach this column bounds its rows
    const rows = [-radius, radius].map((offset) =>
      dx === 0 ? (offset < 0 ? a.y : b.y) : a.y + clamp01((x + 0.5 + offset - a.x) / dx) * dy,
    )
    let top = Math.max(0, Math.floor(Math.min(...rows) - radius))
    let bottom = Math.min(height, Math.ceil(Math.max(...rows) + radius))
    while (top < bottom && !within(x + 0.5, top + 0.5)) top++
    while (bottom > top && !within(x + 0.5, bottom - 0.5)) bottom--
    if (bottom > top) runs.push(x * height + top + 1, bottom - top)
  }
  return canonicalise(runs)
}

/** The brush: `diameter` in whole pixels, >= 1; of a square one it is the side. */
export interface BrushTip {
  diameter: number
  tip: 'round' | 'square'
}

/** Pixels that a brush passes over on the way from `from` to `to`, image pixels. Cut to the image. */
export function strokeMask(from: Corner, to: Corner, { diameter, tip }: BrushTip, size: Size): Rle {
  return tip === 'round' ? brushMask(from, to, diameter, size) : squareMask(from, to, diameter, size)
}

/** As {@link brushMask} with a square that stands upright: those whose centres it covers anywhere on its way. */
function squareMask(from: Corner, to: Corner, side: number, size: Size): Rle {
  const a = brushCentre(from, side)
  const b = brushCentre(to, side)
  const half = side / 2
  const right = b.x >= a.x ? 1 : -1
  const down = b.y >= a.y ? 1 : -1
  const corner = (at: Corner, x: number, y: number) => ({ x: at.x + x * half, y: at.y + y * half })
  // the hull of both squares: each side's corners but the one that the way hides
  return polygonMask(
    [
      corner(a, -right, -down),
      corner(a, right, -down),
      corner(b, right, -down),
      corner(b, right, down),
      corner(b, -right, down),
      corner(a, -right, down),
    ],
    size,
  )
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value))
}
