import type { Camera } from '../../../src-main/core/geometry/camera.ts'

/** Pixels that dots are written into: 200,000 of them in a few milliseconds, on any machine. */
export interface Ground {
  /** [height * width] as `rgba` makes them */
  pixels: Uint32Array
  /** device pixels */
  width: number
  height: number
}

/** A colour as pixels of a canvas have it in memory. @param alpha 0..255 */
export function rgba([red, green, blue]: readonly [number, number, number], alpha: number): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0
}

/** From this side on dots are round, device pixels. */
const ROUND = 4

/**
 * Writes dots, each over what was there.
 * @param members indices of the points
 * @param camera from the plane to device pixels
 * @param side of a dot, device pixels
 */
export function writeDots(
  { pixels, width, height }: Ground,
  { x, y }: { x: Float32Array; y: Float32Array },
  members: Uint32Array,
  camera: Camera,
  side: number,
  colour: number,
): void {
  const half = (side - 1) / 2
  const cut = side >= ROUND ? 1 : 0
  for (let m = 0; m < members.length; m++) {
    const i = members[m]!
    const left = Math.round(x[i]! * camera.scale + camera.x - half)
    const top = Math.round(y[i]! * camera.scale + camera.y - half)
    if (left + side <= 0 || top + side <= 0 || left >= width || top >= height) continue
    for (let row = 0; row < side; row++) {
      if (top + row < 0 || top + row >= height) continue
      const inset = row === 0 || row === side - 1 ? cut : 0
      const from = Math.max(0, left + inset)
      const to = Math.min(width, left + side - inset)
      const line = (top + row) * width
      for (let at = line + from; at < line + to; at++) pixels[at] = colour
    }
  }
}
