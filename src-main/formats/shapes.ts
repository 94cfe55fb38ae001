import { contoursOf } from '../core/mask/contours.ts'
import { EMPTY_RLE, boundsOf, eachColumnRun, unionAll } from '../core/mask/rle.ts'
import type { Rle, Size } from '../core/mask/rle.ts'
import { polygonMask } from '../core/mask/shapes.ts'
import type { Corner } from '../core/mask/shapes.ts'

/** Outlines of label files to masks and back. Coordinates are image pixels, whole numbers lie on pixel edges. */

/** A closed ring: x0, y0, x1, y1, ...; the last point joins the first. */
export type Ring = readonly number[]

/** Columns times corners of one ring; beyond that filling it would take seconds. */
const MOST_WORK = 1e8

/** Largest side and area of an image that a label file may speak of. */
const MAX_SIDE = 1 << 20
const MAX_AREA = 2 ** 30

/** A size as a label file gives it; null where it is none, or none that an image here can have. */
export function sizeFrom(width: unknown, height: unknown): Size | null {
  const [w, h] = [Number(width), Number(height)]
  if (!Number.isInteger(w) || !Number.isInteger(h)) return null
  return w > 0 && h > 0 && w <= MAX_SIDE && h <= MAX_SIDE && w * h <= MAX_AREA
    ? { width: w, height: h }
    : null
}

/**
 * The pixels inside any of the rings, cut to the image.
 * @returns a sentence without a full stop where that makes no mask
 */
export function ringsMask(rings: readonly Ring[], size: Size): Rle | string {
  if (rings.length === 0) return 'has no outline'
  const masks: Rle[] = []
  for (const ring of rings) {
    const corners = cornersOf(ring)
    if (typeof corners === 'string') return corners
    const xs = corners.map(({ x }) => x)
    const columns = Math.min(size.width, Math.max(...xs)) - Math.max(0, Math.min(...xs))
    if (columns * corners.length > MOST_WORK)
      return `has an outline of ${corners.length} corners, which is too many`
    masks.push(polygonMask(corners, size))
  }
  return covering(masks.length === 1 ? masks[0]! : unionAll(masks))
}

/** A mask, or why it is none. */
export function covering(rle: Rle): Rle | string {
  return rle.length > 0 ? rle : 'covers no pixel of the image'
}

function cornersOf(ring: Ring): Corner[] | string {
  if (ring.length % 2 !== 0) return `has ${ring.length} numbers, which are no pairs of x and y`
  if (ring.length < 6) return `has an outline of ${ring.length / 2} corners; it takes three`
  if (ring.length > 200_000) return `has an outline of ${ring.length / 2} corners, which is too many`
  const corners: Corner[] = []
  for (let i = 0; i < ring.length; i += 2) {
    const [x, y] = [ring[i]!, ring[i + 1]!]
    if (!Number.isFinite(x) || !Number.isFinite(y)) return 'has a corner that is no number'
    corners.push({ x, y })
  }
  return corners
}

/** The ring around a box. */
export function boxRing(left: number, top: number, right: number, bottom: number): Ring {
  return [left, top, right, top, right, bottom, left, bottom]
}

/** Outlines of a mask's parts along pixel edges, holes filled; they do not overlap. */
export function outerRings(rle: Rle, size: Size): Ring[] {
  const contours = contoursOf(rle, size.height)
  const outer = contours.filter(({ hole }) => !hole).map(({ points }) => [...points])
  if (outer.length === contours.length) return outer
  const filled = ringsMask(outer, size)
  return typeof filled === 'string' ? [] : outerRings(filled, size)
}

/** Outlines of a mask's parts, each followed by the outlines of its holes. */
export function partsWithHoles(rle: Rle, size: Size): Ring[][] {
  const contours = contoursOf(rle, size.height)
  const parts = contours.filter(({ hole }) => !hole).map(({ points }) => [[...points]])
  for (const { points, hole } of contours) {
    if (!hole) continue
    // the pixel to the right of the way is the part's own: holes run counter-clockwise, so it lies outside the hole
    const inside = pixelRightOf(points)
    const owner = parts
      .filter(([ring]) => encloses(ring!, inside))
      .toSorted((a, b) => span(a[0]!) - span(b[0]!))[0]
    owner?.push([...points])
  }
  return parts
}

function pixelRightOf(points: Int32Array): Corner {
  const [x0, y0, x1, y1] = [points[0]!, points[1]!, points[2]!, points[3]!]
  const [dx, dy] = [Math.sign(x1 - x0), Math.sign(y1 - y0)]
  return { x: x0 + dx * 0.5 - dy * 0.5, y: y0 + dy * 0.5 + dx * 0.5 }
}

function encloses(ring: Ring, { x, y }: Corner): boolean {
  let inside = false
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [ring[i]!, ring[i + 1]!, ring[j]!, ring[j + 1]!]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}

/** Width of a ring, px. */
function span(ring: Ring): number {
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < ring.length; i += 2) {
    low = Math.min(low, ring[i]!)
    high = Math.max(high, ring[i]!)
  }
  return high - low
}

/**
 * Rings as one ring: from the first corner of the first a line leads to each other one and back the same way, so that
 * the even-odd rule fills the same pixels.
 */
export function joined(rings: readonly Ring[]): Ring {
  const [first, ...others] = rings
  if (!first) return []
  if (others.length === 0) return first
  const home = first.slice(0, 2)
  return [...first, ...home, ...others.flatMap((ring) => [...ring, ...ring.slice(0, 2), ...home])]
}

/** The smallest rectangle around a mask, of any direction: four corners; one along the axes where that is as small. */
export function smallestRectangle(rle: Rle, height: number): Ring {
  const bounds = boundsOf(rle, height)
  if (!bounds) return []
  const { x, y, width, height: rows } = bounds
  let best: Ring = boxRing(x, y, x + width, y + rows)
  let area = width * rows
  const hull = hullOf(rle, height)
  for (const [i, from] of hull.entries()) {
    const to = hull[(i + 1) % hull.length]!
    const length = Math.hypot(to.x - from.x, to.y - from.y)
    if (length === 0) continue
    const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length]
    let [low, high, far] = [Infinity, -Infinity, 0]
    for (const corner of hull) {
      const along = (corner.x - from.x) * ux + (corner.y - from.y) * uy
      low = Math.min(low, along)
      high = Math.max(high, along)
      far = Math.max(far, (corner.y - from.y) * ux - (corner.x - from.x) * uy)
    }
    if ((high - low) * far >= area - 1e-6) continue
    area = (high - low) * far
    const at = (along: number, across: number): number[] => [
      from.x + along * ux - across * uy,
      from.y + along * uy + across * ux,
    ]
    best = [...at(low, 0), ...at(high, 0), ...at(high, far), ...at(low, far)]
  }
  return best
}

/** The convex hull of a mask's pixels, in the direction in which the mask lies on the side of growing `across`. */
function hullOf(rle: Rle, height: number): Corner[] {
  /** column edge -> rows from .. to */
  const ends = new Map<number, [number, number]>()
  const widen = (x: number, top: number, bottom: number): void => {
    const known = ends.get(x)
    if (known) ends.set(x, [Math.min(known[0], top), Math.max(known[1], bottom)])
    else ends.set(x, [top, bottom])
  }
  eachColumnRun(rle, height, (x, y, length) => {
    widen(x, y, y + length)
    widen(x + 1, y, y + length)
  })
  const points = [...ends].sort(([a], [b]) => a - b)
  const chain = (corners: readonly Corner[]): Corner[] => {
    const kept: Corner[] = []
    for (const corner of corners) {
      while (kept.length > 1 && turn(kept.at(-2)!, kept.at(-1)!, corner) <= 0) kept.pop()
      kept.push(corner)
    }
    return kept
  }
  const upper = chain(points.map(([x, [top]]) => ({ x, y: top })))
  const lower = chain(points.toReversed().map(([x, [, bottom]]) => ({ x, y: bottom })))
  return [...upper, ...lower]
}

function turn(a: Corner, b: Corner, c: Corner): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/** The box around a mask: its left, top, right and bottom edges; null for the empty mask. */
export function edgesOf(rle: Rle, height: number): [number, number, number, number] | null {
  const bounds = boundsOf(rle, height)
  return bounds && [bounds.x, bounds.y, bounds.x + bounds.width, bounds.y + bounds.height]
}

/** Whether a mask has holes. */
export function hasHoles(rle: Rle, height: number): boolean {
  return rle !== EMPTY_RLE && contoursOf(rle, height).some(({ hole }) => hole)
}
