import type { PixelBox, Rle, Size } from '../mask/rle.ts'
import { areaOf, boundsOf, intersectionArea, pixelsOf, subtract } from '../mask/rle.ts'
import type { Corner } from '../mask/shapes.ts'
import { polygonMask } from '../mask/shapes.ts'
import { axesOf, momentsOf } from './moments.ts'

/**
 * Turned rectangles in the place of masks: where people mark ships so (the Airbus labels do), a rectangle around what the network
 * sees is nearer to what they would draw than its rounded bow and stern.
 */

/** Share of a mask's pixels that may lie beyond each side: antennae, and bits of wake. */
const BEYOND = 0.005

/** How finely the sides are placed, px. */
const STEP = 0.25

/** Turns that are tried first, degrees; then nearer ones to each side of the best, half as far each time. */
const FIRST_TURN = 6
const REFINEMENTS = 4

interface Side {
  low: number
  high: number
}

/** Where the pixels' centres lie along a direction, but for the outermost on each side. */
function extentAlong(xs: Float64Array, ys: Float64Array, cos: number, sin: number, beyond: number): Side {
  let low = Infinity
  let high = -Infinity
  for (let k = 0; k < xs.length; k++) {
    const along = xs[k]! * cos + ys[k]! * sin
    if (along < low) low = along
    if (along > high) high = along
  }
  if (beyond === 0) return { low, high }
  const counts = new Uint32Array(Math.floor((high - low) / STEP) + 1)
  for (let k = 0; k < xs.length; k++) {
    counts[Math.floor((xs[k]! * cos + ys[k]! * sin - low) / STEP)]!++
  }
  let first = 0
  for (let left = beyond - counts[0]!; left >= 0; left -= counts[first]!) first++
  let last = counts.length - 1
  for (let left = beyond - counts[last]!; left >= 0; left -= counts[last]!) last--
  return { low: low + first * STEP, high: Math.min(high, low + (last + 1) * STEP) }
}

/** A rectangle turned by `angle` (radians); its sides lie half a pixel outside the outermost centres. */
interface Turned {
  angle: number
  along: Side
  across: Side
  area: number
}

function turnedBy(degrees: number, xs: Float64Array, ys: Float64Array, beyond: number): Turned {
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const along = extentAlong(xs, ys, cos, sin, beyond)
  const across = extentAlong(xs, ys, -sin, cos, beyond)
  const area = (along.high - along.low + 1) * (across.high - across.low + 1)
  return { angle, along, across, area }
}

/**
 * The smallest turned rectangle around a mask, but for {@link BEYOND} of its pixels on each side: to about half a degree.
 * @param mask not empty
 * @returns its corners in turn, image px
 */
export function rectangleAround(mask: Rle, size: Size): Corner[] {
  const pixels = pixelsOf(mask, size)
  const xs = Float64Array.from(pixels, (pixel) => (pixel % size.width) + 0.5)
  const ys = Float64Array.from(pixels, (pixel) => Math.floor(pixel / size.width) + 0.5)
  const beyond = Math.floor(BEYOND * pixels.length)
  let best = turnedBy(0, xs, ys, beyond)
  let at = 0
  const tryTurn = (degrees: number): void => {
    const turned = turnedBy(degrees, xs, ys, beyond)
    if (turned.area < best.area) [best, at] = [turned, degrees]
  }
  for (let degrees = FIRST_TURN; degrees < 90; degrees += FIRST_TURN) tryTurn(degrees)
  for (let i = 1; i <= REFINEMENTS; i++) {
    const from = at
    for (const way of [-1, 1]) tryTurn(from + (way * FIRST_TURN) / 2 ** i)
  }
  return cornersOf(best)
}

function cornersOf({ angle, along, across }: Turned): Corner[] {
  const [a0, a1, b0, b1] = [along.low - 0.5, along.high + 0.5, across.low - 0.5, across.high + 0.5]
  return turnedCorners(angle, [
    [a0, b0],
    [a1, b0],
    [a1, b1],
    [a0, b1],
  ])
}

function turnedCorners(angle: number, corners: readonly (readonly [number, number])[]): Corner[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return corners.map(([a, b]) => ({ x: a * cos - b * sin, y: a * sin + b * cos }))
}

/**
 * Each mask's {@link rectangleAround}, cut to the image. Where two overlap, the surer one has the pixels.
 * @param masks not empty @param scores of each
 * @returns in the same order; of one that others cover wholly nothing is left
 */
export function rectanglesOf(masks: readonly Rle[], scores: readonly number[], size: Size): Rle[] {
  const placed: { mask: Rle; box: PixelBox }[] = []
  const rectangles = masks.map((mask) => polygonMask(rectangleAround(mask, size), size))
  const order = rectangles.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b)
  for (const i of order) {
    const box = boundsOf(rectangles[i]!, size.height)
    if (box === null) continue
    for (const other of placed) {
      if (meet(box, other.box)) rectangles[i] = subtract(rectangles[i]!, other.mask)
    }
    placed.push({ mask: rectangles[i]!, box })
  }
  return rectangles
}

function meet(a: PixelBox, b: PixelBox): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/** Smaller masks are steps more than sides: they say nothing of how they were drawn. */
const LEAST_AREA = 100
const FEWEST_MASKS = 5

/** IoU with the rectangle of the same second moments: above for drawn rectangles, below (0.85 to 0.9) for ellipses and hulls. */
const RECTANGULAR = 0.93

/**
 * Whether these masks were drawn as turned rectangles: half of those of at least 100 px are much like one. Null: too few to tell.
 * @param images masks of each, and its size
 */
export function areRectangles(images: readonly { masks: readonly Rle[]; size: Size }[]): boolean | null {
  const likeness = images
    .flatMap(({ masks, size }) =>
      masks.filter((mask) => areaOf(mask) >= LEAST_AREA).map((mask) => rectangularity(mask, size)),
    )
    .sort((a, b) => a - b)
  return likeness.length < FEWEST_MASKS ? null : likeness[likeness.length >> 1]! >= RECTANGULAR
}

/** IoU of a mask with the rectangle that has the same mean and second moments, 0..1. */
function rectangularity(mask: Rle, size: Size): number {
  const pixels = pixelsOf(mask, size)
  const group = new Int32Array(pixels.length)
  const xs = Float32Array.from(pixels, (pixel) => (pixel % size.width) + 0.5)
  const ys = Float32Array.from(pixels, (pixel) => Math.floor(pixel / size.width) + 0.5)
  const [moments] = momentsOf(group, 1, xs, ys)
  const { angle, length, breadth } = axesOf(moments!)
  const [x, y] = [moments!.x / moments!.n, moments!.y / moments!.n]
  const [a, b] = [length / 2, breadth / 2]
  const around = turnedCorners(angle, [
    [-a, -b],
    [a, -b],
    [a, b],
    [-a, b],
  ]).map((corner) => ({ x: corner.x + x, y: corner.y + y }))
  const rectangle = polygonMask(around, size)
  const common = intersectionArea(rectangle, mask)
  return common / (areaOf(rectangle) + pixels.length - common)
}
