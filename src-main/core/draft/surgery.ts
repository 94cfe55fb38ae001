import type { HandChange } from '../../contract/wire.ts'
import type { Rle, Size } from '../mask/rle.ts'
import { areaOf, formatRle, fromPixels, pixelsOf, unionAll } from '../mask/rle.ts'
import type { Plane } from '../plane/plane.ts'
import { pixelIn } from './draft.ts'

/** Instances taken apart and put together by where their pixels point: changes by hand that a person makes in the plot of embeddings. */

/** A place in the plane of the plot. */
interface Place {
  x: number
  y: number
}

/** A cut goes through an instance when it has this share of the pixels beside it, and leaves this share on each side. */
const [BESIDE, LEFT] = [0.5, 0.04]

/**
 * A cut drawn through the embeddings of one instance: its pixels go to the side that they point at.
 * @returns null where the stroke does not go through it
 */
export function cutBy(
  plane: Plane & Size,
  rle: Rle,
  { from, to }: { from: Place; to: Place },
): HandChange | null {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = dx * dx + dy * dy
  if (length === 0) return null
  const { pixels, x, y } = pointedAt(plane, rle)
  const one = new Uint8Array(pixels.length)
  let [beside, ones] = [0, 0]
  for (let i = 0; i < pixels.length; i++) {
    const [px, py] = [x[i]! - from.x, y[i]! - from.y]
    const along = px * dx + py * dy
    if (along >= 0 && along <= length) beside++
    if (dx * py - dy * px > 0) {
      one[i] = 1
      ones++
    }
  }
  const least = Math.max(1, LEFT * pixels.length)
  const through = beside >= BESIDE * pixels.length && ones >= least && pixels.length - ones >= least
  return through ? splitInto(plane, rle, pixels, one) : null
}

/** The cut half way between two places that lie apart. @returns null where all pixels of the instance are nearer to one of them */
export function cutBetween(plane: Plane & Size, rle: Rle, a: Place, b: Place): HandChange | null {
  const { pixels, x, y } = pointedAt(plane, rle)
  const one = new Uint8Array(pixels.length)
  let ones = 0
  for (let i = 0; i < pixels.length; i++) {
    const nearer = (x[i]! - a.x) ** 2 + (y[i]! - a.y) ** 2 < (x[i]! - b.x) ** 2 + (y[i]! - b.y) ** 2
    if (!nearer) continue
    one[i] = 1
    ones++
  }
  return ones === 0 || ones === pixels.length ? null : splitInto(plane, rle, pixels, one)
}

/** Several instances as one. @param masks at least two */
export function joinAll(size: Size, masks: readonly Rle[]): HandChange {
  return {
    kind: 'join',
    at: masks.map((rle) => pixelIn(rle, size)),
    masks: [formatRle(unionAll(masks))],
  }
}

/** @param one [pixels] 1: of the first part */
function splitInto(size: Size, rle: Rle, pixels: Uint32Array, one: Uint8Array): HandChange {
  const parts = [1, 0].map((part) =>
    fromPixels(
      pixels.filter((_, i) => one[i] === part),
      size,
    ),
  )
  // the larger part first: it is what the instance was
  parts.sort((a, b) => areaOf(b) - areaOf(a))
  return { kind: 'split', at: [pixelIn(rle, size)], masks: parts.map(formatRle) }
}

/** Where the pixels of a mask lie in the plane; one that it lacks lies at its own place in the image. */
function pointedAt(plane: Plane & Size, rle: Rle): { pixels: Uint32Array; x: Float32Array; y: Float32Array } {
  const { width } = plane
  const pixels = pixelsOf(rle, plane).sort()
  const x = new Float32Array(pixels.length)
  const y = new Float32Array(pixels.length)
  let k = 0
  for (let i = 0; i < pixels.length; i++) {
    const pixel = pixels[i]!
    while (k < plane.pixel.length && plane.pixel[k]! < pixel) k++
    const has = plane.pixel[k] === pixel
    x[i] = has ? plane.x[k]! : pixel % width
    y[i] = has ? plane.y[k]! : Math.floor(pixel / width)
  }
  return { pixels, x, y }
}
