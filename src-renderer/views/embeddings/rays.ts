import type { Plane } from '../../../src-main/core/plane/plane.ts'

const MOST = 240

/**
 * Lines from pixels to one place, or each to where it points; evenly picked where there are very many.
 * @param members indices of the points
 * @param to image px; null: each to its own place
 * @param width of the image, px
 * @returns x0, y0, x1, y1, ...
 */
export function raysFrom(
  { pixel, x, y }: Plane,
  members: Uint32Array,
  to: { x: number; y: number } | null,
  width: number,
): Float32Array {
  const every = Math.max(1, Math.ceil(members.length / MOST))
  const picked = members.filter((_, i) => i % every === 0)
  const rays = new Float32Array(picked.length * 4)
  picked.forEach((i, n) => {
    const at = pixel[i]!
    rays.set([(at % width) + 0.5, Math.floor(at / width) + 0.5, to?.x ?? x[i]!, to?.y ?? y[i]!], n * 4)
  })
  return rays
}
