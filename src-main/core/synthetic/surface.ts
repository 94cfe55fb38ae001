/** A scene while it is painted, and the few shapes that everything in it is made of. */

export type Colour = readonly [number, number, number]

export interface Surface {
  width: number
  height: number
  /** [height, width, 3], 0..255 and beyond while painting */
  rgb: Float32Array
  /** [height, width] 1 where there is land or something built: no ship there */
  ground: Uint8Array
  /** [height, width] 0 = background, else the ship's number */
  labels: Uint16Array
}

/** A place with a direction: local coordinates u along it, v to its right, in px. */
export interface Frame {
  x: number
  y: number
  cos: number
  sin: number
}

const buffers = new Map<string, Float32Array>()

/**
 * Working memory that is used again from scene to scene, since fresh memory costs more than what is painted on it.
 * It holds what the last user of this name left there; nothing of it may leave the making of a scene.
 */
export function scratch(name: string, length: number): Float32Array {
  let buffer = buffers.get(name)
  if (buffer?.length !== length) buffers.set(name, (buffer = new Float32Array(length)))
  return buffer
}

/** A surface with nothing on it; the sea that is painted first covers all of `rgb`. */
export function emptySurface(width: number, height: number): Surface {
  const pixels = width * height
  return {
    width,
    height,
    rgb: scratch('rgb', pixels * 3),
    ground: new Uint8Array(pixels),
    labels: new Uint16Array(pixels),
  }
}

export function frameAt(x: number, y: number, angle: number): Frame {
  return { x, y, cos: Math.cos(angle), sin: Math.sin(angle) }
}

/** The frame with its origin moved to local (u, v). */
export function shifted(frame: Frame, u: number, v: number): Frame {
  return {
    ...frame,
    x: frame.x + u * frame.cos - v * frame.sin,
    y: frame.y + u * frame.sin + v * frame.cos,
  }
}

/** Visits every pixel whose centre may lie in the local box u0..u1, v0..v1 (one px of margin). */
export function eachPixel(
  { width, height }: Surface,
  frame: Frame,
  [u0, u1, v0, v1]: readonly [number, number, number, number],
  visit: (pixel: number, u: number, v: number) => void,
): void {
  const middle = shifted(frame, (u0 + u1) / 2, (v0 + v1) / 2)
  const [a, b] = [(u1 - u0) / 2 + 1, (v1 - v0) / 2 + 1]
  const reachX = Math.abs(frame.cos) * a + Math.abs(frame.sin) * b
  const reachY = Math.abs(frame.sin) * a + Math.abs(frame.cos) * b
  const left = Math.max(0, Math.floor(middle.x - reachX))
  const right = Math.min(width - 1, Math.ceil(middle.x + reachX))
  const top = Math.max(0, Math.floor(middle.y - reachY))
  const bottom = Math.min(height - 1, Math.ceil(middle.y + reachY))
  for (let y = top; y <= bottom; y++) {
    const dy = y + 0.5 - frame.y
    for (let x = left; x <= right; x++) {
      const dx = x + 0.5 - frame.x
      const u = dx * frame.cos + dy * frame.sin
      const v = dy * frame.cos - dx * frame.sin
      if (u > u0 - 1 && u < u1 + 1 && v > v0 - 1 && v < v1 + 1) visit(y * width + x, u, v)
    }
  }
}

export function blend({ rgb }: Surface, pixel: number, colour: Colour, alpha: number): void {
  blendScaled(rgb, pixel, colour, 1, alpha)
}

/** `blend` with the colour times `light`; for loops over all pixels, where an array for each would cost. */
export function blendScaled(
  rgb: Float32Array,
  pixel: number,
  colour: Colour,
  light: number,
  alpha: number,
): void {
  const i = pixel * 3
  rgb[i] = rgb[i]! + (colour[0] * light - rgb[i]!) * alpha
  rgb[i + 1] = rgb[i + 1]! + (colour[1] * light - rgb[i + 1]!) * alpha
  rgb[i + 2] = rgb[i + 2]! + (colour[2] * light - rgb[i + 2]!) * alpha
}

export function darken({ rgb }: Surface, pixel: number, factor: number): void {
  const i = pixel * 3
  rgb[i] = rgb[i]! * factor
  rgb[i + 1] = rgb[i + 1]! * factor
  rgb[i + 2] = rgb[i + 2]! * factor
}

/** 0 outside, 1 inside, between on the edge; `distance` in px, negative inside. */
export function coverage(distance: number): number {
  return distance < -0.5 ? 1 : distance > 0.5 ? 0 : 0.5 - distance
}

/** A filled box in local coordinates with smooth edges. */
export function paintBox(
  surface: Surface,
  frame: Frame,
  box: readonly [u0: number, u1: number, v0: number, v1: number],
  colour: Colour,
  alpha = 1,
): void {
  const [u0, u1, v0, v1] = box
  const [um, vm, ul, vl] = [(u0 + u1) / 2, (v0 + v1) / 2, (u1 - u0) / 2, (v1 - v0) / 2]
  // what is thinner than a pixel covers only a part of it
  const thin = Math.min(1, 2 * ul) * Math.min(1, 2 * vl)
  const [lu, lv] = [Math.max(0.5, ul), Math.max(0.5, vl)]
  eachPixel(surface, frame, box, (pixel, u, v) => {
    const inside = coverage(Math.abs(u - um) - lu) * coverage(Math.abs(v - vm) - lv)
    if (inside > 0) blend(surface, pixel, colour, inside * alpha * thin)
  })
}

export function paintDisc(surface: Surface, frame: Frame, radius: number, colour: Colour, alpha = 1): void {
  const r = Math.max(0.5, radius)
  const thin = Math.min(1, (radius / 0.5) ** 2)
  eachPixel(surface, frame, [-r, r, -r, r], (pixel, u, v) => {
    const inside = coverage(Math.hypot(u, v) - r)
    if (inside > 0) blend(surface, pixel, colour, inside * alpha * thin)
  })
}

/** Marks a box as ground: nothing floats there. */
export function markGround(
  surface: Surface,
  frame: Frame,
  box: readonly [number, number, number, number],
): void {
  const [u0, u1, v0, v1] = box
  eachPixel(surface, frame, box, (pixel, u, v) => {
    if (u >= u0 && u <= u1 && v >= v0 && v <= v1) surface.ground[pixel] = 1
  })
}

export function scaled(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor]
}
