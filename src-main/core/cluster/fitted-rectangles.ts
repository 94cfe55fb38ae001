import type { SparseInference } from '../../contract/engine.ts'
import type { Corner } from '../mask/shapes.ts'
import { membersOf } from './groups.ts'
import { covarianceOf } from './moments.ts'
import type { Moments } from './moments.ts'
import { cornersBetween } from './rectangles.ts'

/**
 * Rectangles fitted to probabilities. Of a boat five pixels wide a threshold takes away or adds half a pixel on each side, which is half of its IoU; what lies below the
 * threshold says where between two pixels the side is.
 */

/** Fainter pixels up to so far away are the ship's own blurred border, in px. */
const REACH = 3

/** This share of a ship's own pixels is surer than what counts as whole. */
const SUREST = 0.25

/**
 * @param labels [n] cluster of each pixel of the inference, -1: none
 * @param clusters which of them
 * @returns corners of each in turn, image px
 */
export function fittedRectangles(
  inference: SparseInference,
  labels: Int16Array,
  clusters: readonly number[],
): Corner[][] {
  const count = clusters.reduce((most, cluster) => Math.max(most, cluster + 1), 0)
  const group = withBorders(inference, labels)
  const own = membersOf({ group: Int32Array.from(labels), count })
  const all = membersOf({ group, count })
  return clusters.map((cluster) => {
    const whole = surest(own[cluster]!, inference.foreground)
    return rectangleOf(sumsOf(all[cluster]!, inference, whole))
  })
}

/** The groups with the pixels around them that belong to none, each with the nearest: round by round, as {@link REACH} says. */
function withBorders({ index, width }: SparseInference, labels: Int16Array): Int32Array {
  const group = Int32Array.from(labels)
  const positions = new Map(Array.from(index, (pixel, k) => [pixel, k]))
  let edge = Array.from(group.keys()).filter((k) => group[k]! >= 0)
  for (let round = 0; round < REACH; round++) {
    const next: number[] = []
    for (const k of edge) {
      const pixel = index[k]!
      const column = pixel % width
      for (const beside of [
        ...(column > 0 ? [pixel - 1] : []),
        ...(column + 1 < width ? [pixel + 1] : []),
        pixel - width,
        pixel + width,
      ]) {
        const there = positions.get(beside)
        if (there === undefined || group[there]! >= 0) continue
        group[there] = group[k]!
        next.push(there)
      }
    }
    edge = next
  }
  return group
}

/** What the surest of a ship's own pixels have at least, 0..255. */
function surest(members: Uint32Array, foreground: Uint8Array): number {
  const values = Uint8Array.from(members, (k) => foreground[k]!).sort()
  return values[Math.floor((1 - SUREST) * values.length)]!
}

/** Each pixel by its probability, as a share of `whole`. */
function sumsOf(members: Uint32Array, { index, foreground, width }: SparseInference, whole: number): Moments {
  const sums = { n: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 }
  for (const k of members) {
    const weight = Math.min(1, foreground[k]! / whole)
    const [x, y] = [(index[k]! % width) + 0.5, Math.floor(index[k]! / width) + 0.5]
    sums.n += weight
    sums.x += weight * x
    sums.y += weight * y
    sums.xx += weight * x * x
    sums.xy += weight * x * y
    sums.yy += weight * y * y
  }
  return sums
}

/**
 * The rectangle that was blurred to these sums. Blur keeps the area, n = length * breadth, and adds one and the same variance s to both axes:
 * length^2 / 12 + s and breadth^2 / 12 + s are the variances along them. Three equations, three unknowns:
 * s = (u + v - sqrt((u - v)^2 + n^2 / 36)) / 2.
 */
function rectangleOf(sums: Moments): Corner[] {
  const { n } = sums
  const { xx: vxx, xy: vxy, yy: vyy } = covarianceOf(sums)
  const half = (vxx + vyy) / 2
  const away = Math.hypot((vxx - vyy) / 2, vxy)
  const angle = Math.atan2(2 * vxy, vxx - vyy) / 2
  // below 0: sharper than any rectangle of this area
  const blur = Math.max(0, half - Math.sqrt(4 * away * away + (n * n) / 36) / 2)
  // whole pixels, without any blur, are squares and no points
  const more = blur > 0 ? -blur : 1 / 12
  const shape = Math.sqrt((half + away + more) / (half - away + more))
  const [length, breadth] = [Math.sqrt(n * shape), Math.sqrt(n / shape)]
  return cornersBetween(
    { x: sums.x / n, y: sums.y / n, angle },
    [-length / 2, length / 2],
    [-breadth / 2, breadth / 2],
  )
}
