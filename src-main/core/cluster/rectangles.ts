import { overlapOf } from '../geometry/box.ts'
import type { PixelBox, Rle, Size } from '../mask/rle.ts'
import { areaOf, boundsOf, intersectionArea, pixelsOf, subtract } from '../mask/rle.ts'
import type { Corner } from '../mask/shapes.ts'
import { polygonMask } from '../mask/shapes.ts'
import { axesOf, momentsOf } from './moments.ts'

/**
 * Turned rectangles in the place of masks: where people mark ships so (the Airbus labels do), a rectangle around what the network
 * sees is nearer to what they would draw than its rounded bow and stern.
 */

/** Share of a mask's pixels that may lie beyond the ends, and beyond the sides: a rectangle is not for antennae and boats alongside. */
const BEYOND = { ends: 0.003, sides: 0.01 }

/** Where people see a ship, as a rectangle about the mean of its pixels. */
interface Frame {
  x: number
  y: number
  /** radians from the x axis to the length */
  angle: number
}

/** Pixels of a mask in the frame of its own second moments: along its length, and across. */
function turn(mask: Rle, size: Size) {
  const pixels = pixelsOf(mask, size)
  const xs = Float32Array.from(pixels, (pixel) => (pixel % size.width) + 0.5)
  const ys = Float32Array.from(pixels, (pixel) => Math.floor(pixel / size.width) + 0.5)
  const moments = momentsOf(new Int32Array(pixels.length), 1, xs, ys)[0]!
  const { angle, length, breadth } = axesOf(moments)
  const frame: Frame = { x: moments.x / moments.n, y: moments.y / moments.n, angle }
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const along = new Float64Array(pixels.length)
  const across = new Float64Array(pixels.length)
  for (let k = 0; k < pixels.length; k++) {
    const [dx, dy] = [xs[k]! - frame.x, ys[k]! - frame.y]
    along[k] = dx * cos + dy * sin
    across[k] = dy * cos - dx * sin
  }
  return { frame, along, across, length, breadth }
}

type Side = readonly [low: number, high: number]

/** Where pixels begin and end, but for a share of them on each side: half a pixel outside the outermost centres. */
function sideOf(positions: Float64Array, beyond: number): Side {
  const sorted = positions.slice().sort()
  const out = Math.floor(beyond * sorted.length)
  return [sorted[out]! - 0.5, sorted[sorted.length - 1 - out]! + 0.5]
}

export function cornersBetween({ x, y, angle }: Frame, [a0, a1]: Side, [b0, b1]: Side): Corner[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return (
    [
      [a0, b0],
      [a1, b0],
      [a1, b1],
      [a0, b1],
    ] as const
  ).map(([a, b]) => ({ x: x + a * cos - b * sin, y: y + a * sin + b * cos }))
}

/**
 * The rectangle that lies along a mask's principal axis and around its pixels, but for the few outermost.
 * @param mask not empty
 * @returns its corners in turn, image px
 */
export function rectangleAround(mask: Rle, size: Size): Corner[] {
  const { frame, along, across } = turn(mask, size)
  return cornersBetween(frame, sideOf(along, BEYOND.ends), sideOf(across, BEYOND.sides))
}

/**
 * Rectangles as masks, cut to the image. Where two overlap, the surer one has the pixels.
 * @param corners of each @param scores of each
 * @returns in the same order; of one that others cover wholly nothing is left
 */
export function rectanglesOf(
  corners: readonly (readonly Corner[])[],
  scores: readonly number[],
  size: Size,
): Rle[] {
  const placed: { mask: Rle; box: PixelBox }[] = []
  const rectangles = corners.map((one) => polygonMask(one, size))
  const order = rectangles.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b)
  for (const i of order) {
    const box = boundsOf(rectangles[i]!, size.height)
    if (box === null) continue
    for (const other of placed) {
      if (overlapOf(box, other.box)) rectangles[i] = subtract(rectangles[i]!, other.mask)
    }
    placed.push({ mask: rectangles[i]!, box })
  }
  return rectangles
}

/** Smaller masks are steps more than sides: they say nothing of how they were drawn. */
const LEAST_AREA = 100
const FEWEST_MASKS = 5

/** IoU with the rectangle of the same second moments: above for drawn rectangles, below (0.85 to 0.9) for ellipses and hulls. */
const RECTANGULAR = 0.93

/** Boats are drawn carelessly, and ships are cut by borders; labels of two kinds are not all rectangles, though. */
const MOST = 0.75

/**
 * Whether these masks were drawn as turned rectangles: most of those of at least 100 px are much like one. Null: too few to tell.
 * @param images masks of each, and its size
 */
export function areRectangles(images: readonly { masks: readonly Rle[]; size: Size }[]): boolean | null {
  const large = images.flatMap(({ masks, size }) =>
    masks.flatMap((mask) => (areaOf(mask) < LEAST_AREA ? [] : [{ mask, size }])),
  )
  if (large.length < FEWEST_MASKS) return null
  const alike = large.filter(({ mask, size }) => rectangularity(mask, size) >= RECTANGULAR)
  return alike.length >= MOST * large.length
}

/** IoU of a mask with the rectangle that has the same mean and second moments, 0..1. */
function rectangularity(mask: Rle, size: Size): number {
  const { frame, length, breadth } = turn(mask, size)
  const corners = cornersBetween(frame, [-length / 2, length / 2], [-breadth / 2, breadth / 2])
  const rectangle = polygonMask(corners, size)
  const common = intersectionArea(rectangle, mask)
  return common / (areaOf(rectangle) + areaOf(mask) - common)
}
