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

/**
 * Reads the points file that the contract describes (`embeddingPoints`).
 * @throws RangeError when the file is shorter than `count` points
 */
export function readPoints(file: ArrayBuffer, count: number): Points {
  // foreground is a byte each, so the int16 part may start at an odd place: copied, never viewed
  const part = (start: number, bytes: number) => file.slice(start, start + bytes)
  if (file.byteLength < count * 15) {
    throw new RangeError(`The points file holds ${file.byteLength} bytes, ${count * 15} are needed.`)
  }
  return {
    pixel: new Uint32Array(part(0, count * 4)),
    x: new Float32Array(part(count * 4, count * 4)),
    y: new Float32Array(part(count * 8, count * 4)),
    foreground: new Uint8Array(part(count * 12, count)),
    cluster: new Int16Array(part(count * 13, count * 2)),
  }
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
