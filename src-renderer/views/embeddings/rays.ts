import type { Points } from '../../state/points.ts'

const MOST = 240

/**
 * Lines from the pixels of a cluster to its mode, evenly picked where there are very many.
 * @param centre of the cluster, image px. @param width of the image, px. @returns x0, y0, x1, y1, ...
 */
export function raysTo(
  points: Points,
  cluster: number,
  centre: readonly [number, number],
  width: number,
): Float32Array {
  const members: number[] = []
  points.cluster.forEach((value, i) => {
    if (value === cluster) members.push(i)
  })
  const every = Math.max(1, Math.ceil(members.length / MOST))
  const picked = members.filter((_, i) => i % every === 0)
  const rays = new Float32Array(picked.length * 4)
  picked.forEach((i, n) => {
    const pixel = points.pixel[i]!
    rays.set([(pixel % width) + 0.5, Math.floor(pixel / width) + 0.5, centre[0], centre[1]], n * 4)
  })
  return rays
}
