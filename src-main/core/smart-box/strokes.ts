import type { Picture } from './field.ts'
import type { Asked } from './lean.ts'

/** How what was seen before a person painted changes by that: only the way of the stroke that lies nearest, so that no stroke makes anything worse but itself. */

/** What looks just like a stroke goes with it: log odds beside it, and how far that reaches, of the box's shorter side; what looks a little like it does not. */
const ALIKE = 12
const REACH = 0.7
const SHARPNESS = 3
/** Noise of 8-bit samples: colours are no nearer than this. */
const NOISE = 6

/**
 * @param before [area.height, area.width] log odds that a pixel is the ship's as they were without strokes
 * @param shown the same by whoever was shown the strokes
 * @returns as `before`; higher where the nearest stroke was painted on the ship, lower where it was painted beside it
 */
export function mendedBy(before: Float32Array, shown: Float32Array, asked: Asked): Float32Array {
  const { picture, ship, water, box } = asked
  const { width, height } = picture.area
  const reach = REACH * Math.min(box.length, box.breadth)
  const [toShip, toWater] = [ship, water].map((marks) => distancesTo(marks, width, height)) as [Float32Array, Float32Array] // prettier-ignore
  const shipLike = likeness(picture, ship, (p) => before[p]! <= 0 && ship[p] === 0)
  const waterLike = likeness(picture, water, (p) => before[p]! > 0 && water[p] === 0)
  return before.map((odds, p) => {
    const adds = toShip[p]! < toWater[p]!
    const sign = adds ? 1 : -1
    const learnt = Math.max(0, sign * (shown[p]! - odds))
    const near = Math.exp(-(((adds ? toShip : toWater)[p]! / reach) ** 2))
    return odds + sign * (learnt + ALIKE * near * (adds ? shipLike : waterLike)(p))
  })
}

/** How much more a pixel looks like what was painted than like the others, 0..1. */
function likeness(
  { pixels, step }: Picture,
  painted: Uint8Array,
  other: (p: number) => boolean,
): (p: number) => number {
  const colour = (holds: (p: number) => boolean) => {
    const mean = [0, 0, 0]
    let n = 0
    for (let p = 0; p < painted.length; p++) {
      if (!holds(p)) continue
      n++
      for (let c = 0; c < 3; c++) mean[c]! += pixels[p * step + c]!
    }
    return n === 0 ? null : mean.map((sum) => sum / n)
  }
  const [own, others] = [colour((p) => painted[p] === 1), colour(other)]
  if (!own || !others) return () => 0
  const away = (from: readonly number[], p: number) =>
    NOISE + Math.hypot(...from.map((mean, c) => pixels[p * step + c]! - mean))
  return (p) => {
    const [a, b] = [away(own, p), away(others, p)]
    return Math.max(0, (b - a) / (a + b)) ** SHARPNESS
  }
}

/** [height, width] how far the nearest marked pixel is, px (steps across count 1.4); Infinity where there is none. */
function distancesTo(marks: Uint8Array, width: number, height: number): Float32Array {
  const out = Float32Array.from(marks, (mark) => (mark === 1 ? 0 : Infinity))
  const sweep = (way: 1 | -1) => {
    const [first, last] = way === 1 ? [0, out.length] : [out.length - 1, -1]
    for (let p = first; p !== last; p += way) {
      const x = p % width
      const y = (p - x) / width
      const [back, ahead] = way === 1 ? [x > 0, x < width - 1] : [x < width - 1, x > 0]
      const above = way === 1 ? y > 0 : y < height - 1
      let least = out[p]!
      if (back) least = Math.min(least, out[p - way]! + 1)
      if (above) least = Math.min(least, out[p - way * width]! + 1)
      if (above && back) least = Math.min(least, out[p - way * (width + 1)]! + Math.SQRT2)
      if (above && ahead) least = Math.min(least, out[p - way * (width - 1)]! + Math.SQRT2)
      out[p] = least
    }
  }
  sweep(1)
  sweep(-1)
  return out
}
