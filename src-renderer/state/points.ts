import type { SparseInference } from '../../src-main/contract/engine.ts'
import { embeddingsOf } from '../../src-main/core/cluster/sparse.ts'

/** The embedding of one image's predicted pixels, as the plot draws it. Arrays of equal length n. */
export interface Points {
  /** [n] row-major pixel index, y * width + x, ascending */
  pixel: Uint32Array
  /** [n] embedding channel 0, image px */
  x: Float32Array
  /** [n] embedding channel 1, image px */
  y: Float32Array
  /** [n] 0..255 */
  foreground: Uint8Array
  /** [n] -1: none */
  cluster: Int16Array
}

/** The points of an inference. @param cluster [n] of each sparse pixel, -1: none */
export function pointsOf(inference: SparseInference, cluster: Int16Array): Points {
  const { index, foreground } = inference
  return { pixel: index, ...embeddingsOf(inference), foreground, cluster }
}

/** Index of the point whose embedding lies nearest to (x, y) within `reach` px, -1 if none does. */
export function nearestPoint(points: Points, x: number, y: number, reach: number): number {
  let best = -1
  let least = reach * reach
  for (let i = 0; i < points.x.length; i++) {
    const [dx, dy] = [points.x[i]! - x, points.y[i]! - y]
    const d = dx * dx + dy * dy
    if (d <= least) {
      least = d
      best = i
    }
  }
  return best
}

/** A number from 0 to 1 that a pixel index always gives. */
function chance(pixel: number): number {
  return (Math.imul(pixel ^ 0x9e3779b9, 0x85ebca6b) >>> 0) / 2 ** 32
}

/**
 * The points of each cluster, -1 for those of none. A cluster of very many is thinned evenly, so that drawing stays quick.
 * @param most points kept of one cluster, about
 */
export function pointsByCluster(points: Points, most: number): Map<number, Uint32Array> {
  const counts = new Map<number, number>()
  for (const cluster of points.cluster) counts.set(cluster, (counts.get(cluster) ?? 0) + 1)
  const members = new Map<number, number[]>([...counts.keys()].map((cluster) => [cluster, []]))
  points.cluster.forEach((cluster, i) => {
    const share = most / (counts.get(cluster) ?? 1)
    if (share >= 1 || chance(points.pixel[i]!) < share) members.get(cluster)?.push(i)
  })
  return new Map([...members].map(([cluster, list]) => [cluster, Uint32Array.from(list)]))
}

/** Indices of the points that lie inside a polygon, by the even-odd rule. @param corners in the plane of the points */
export function pointsInside(
  { x, y }: Pick<Points, 'x' | 'y'>,
  corners: readonly { x: number; y: number }[],
): Uint32Array {
  const inside: number[] = []
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [x[i]!, y[i]!]
    // a point is inside where a ray from it crosses the outline an odd number of times
    const crossings = corners.filter((a, k) => {
      const b = corners[(k + 1) % corners.length]!
      return a.y > py !== b.y > py && px < ((b.x - a.x) * (py - a.y)) / (b.y - a.y) + a.x
    })
    if (crossings.length % 2 === 1) inside.push(i)
  }
  return Uint32Array.from(inside)
}
