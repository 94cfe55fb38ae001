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
  const own = membersOf({ group: new Int32Array(labels), count })
  const all = membersOf({ group, count })
  return clusters.map((cluster) => {
    const whole = surest(own[cluster]!, inference.foreground)
    return rectangleOf(sumsOf(all[cluster]!, inference, whole))
  })
}

/** The groups with the pixels around them that belong to none, each with the nearest: round by round, as {@link REACH} says. */
function withBorders({ index, width }: SparseInference, labels: Int16Array): Int32Array {
  const group = new Int32Array(labels)
  const { above, below } = aboveAndBelow(index, width)
  let edge: number[] = []
  for (let k = 0; k < group.length; k++) if (group[k]! >= 0) edge.push(k)
  for (let round = 0; round < REACH; round++) {
    const next: number[] = []
    const reach = (from: number, there: number): void => {
      if (there < 0 || group[there]! >= 0) return
      group[there] = group[from]!
      next.push(there)
    }
    for (const k of edge) {
      const column = index[k]! % width
      if (column > 0 && index[k - 1] === index[k]! - 1) reach(k, k - 1)
      if (column + 1 < width && index[k + 1] === index[k]! + 1) reach(k, k + 1)
      reach(k, above[k]!)
      reach(k, below[k]!)
    }
    edge = next
  }
  return group
}

/** Positions of the pixels straight above and below each; -1: it is not there. @param index [n] ascending @returns [n] */
function aboveAndBelow(index: Uint32Array, width: number): { above: Int32Array; below: Int32Array } {
  const [above, below] = [new Int32Array(index.length).fill(-1), new Int32Array(index.length).fill(-1)]
  let other = 0
  for (let k = 0; k < index.length; k++) {
    while (index[other]! + width < index[k]!) other++
    if (index[other]! + width !== index[k]) continue
    above[k] = other
    below[other] = k
  }
  return { above, below }
}

/** What the surest of a ship's own pixels have at least, 0..255. */
function surest(members: Uint32Array, foreground: Uint8Array): number {
  const values = new Uint8Array(members.length)
  for (let m = 0; m < members.length; m++) values[m] = foreground[members[m]!]!
  values.sort()
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
