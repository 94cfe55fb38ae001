import type { Box } from '../../../src-main/core/geometry/box.ts'
import type { Camera } from '../../../src-main/core/geometry/camera.ts'
import type { Rgb } from '../colours.ts'

/**
 * Draws pixel-edge outlines straight into device pixels. Such outlines run along rows and columns only, so that each side is a small
 * rectangle: thousands of instances cost a few milliseconds, where stroking them as paths costs hundreds.
 */

/** How an outline looks; lengths in CSS pixels. */
export interface OutlineStyle {
  rgb: Rgb
  /** opacity of the line, 0..1 */
  opacity: number
  /** half the width of the black under the line; 0: none */
  under: number
  /** opacity of that black, 0..1 */
  underOpacity: number
  /** on, off, on, off ... along the way; null: solid */
  dash: readonly [number, number] | null
}

export const OUTLINE = { opacity: 0.8, under: 2, underOpacity: 0.32, dash: null } as const

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

function pack(r: number, g: number, b: number, alpha: number): number {
  const a = Math.round(alpha * 255)
  return LITTLE_ENDIAN
    ? ((a << 24) | (b << 16) | (g << 8) | r) >>> 0
    : ((r << 24) | (g << 16) | (b << 8) | a) >>> 0
}

/** The line's colour lying over its black ground, in one value. */
function lineColour({ rgb, opacity, under, underOpacity }: OutlineStyle): number {
  const ground = under > 0 ? Math.min(1, underOpacity * 1.7) : 0
  const alpha = opacity + (1 - opacity) * ground
  const over = (value: number) => Math.round((value * opacity) / alpha)
  return pack(over(rgb[0]), over(rgb[1]), over(rgb[2]), alpha)
}

/** Device pixels of a view, [height, width] row-major, to be put on a canvas as they are. */
export class OutlineRaster {
  readonly width: number
  readonly height: number
  /** RGBA, not premultiplied */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>
  readonly #pixels: Uint32Array
  /** nothing is drawn outside: from (left, top) to before (right, bottom) */
  #clip: { left: number; top: number; right: number; bottom: number }

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.rgba = new Uint8ClampedArray(width * height * 4)
    this.#pixels = new Uint32Array(this.rgba.buffer)
    this.#clip = { left: 0, top: 0, right: width, bottom: height }
  }

  /** Empties a part, to which all drawing is confined from now on. @param part device pixels, whole numbers; null: everything */
  clear(part: Box | null): void {
    if (part === null) {
      this.#clip = { left: 0, top: 0, right: this.width, bottom: this.height }
      this.#pixels.fill(0)
      return
    }
    const { x: left, y: top } = part
    const [right, bottom] = [left + part.width, top + part.height]
    this.#clip = { left, top, right, bottom }
    for (let y = top; y < bottom; y++) this.#pixels.fill(0, y * this.width + left, y * this.width + right)
  }

  /** The black under an outline; drawn for all instances before any line, so that it darkens no neighbour's line. */
  under(points: Int32Array, camera: Camera, ratio: number, style: OutlineStyle): void {
    if (style.under === 0) return
    const half = Math.max(1, Math.round(style.under * ratio))
    this.#solid(points, camera, ratio, half, pack(0, 0, 0, style.underOpacity))
  }

  /** The line itself, two CSS pixels wide at less than full opacity: as heavy as 1.5. */
  line(points: Int32Array, camera: Camera, ratio: number, style: OutlineStyle): void {
    const half = Math.max(1, Math.round(ratio))
    const colour = lineColour(style)
    if (!style.dash) return this.#solid(points, camera, ratio, half, colour)
    const on = style.dash[0] * ratio
    const period = on + style.dash[1] * ratio
    let way = 0
    this.#eachSide(points, camera, ratio, (x0, y0, x1, y1) => {
      if (!this.#outOfView(x0, y0, x1, y1, half)) this.#dashes(x0, y0, x1, y1, half, colour, way, on, period)
      way += Math.abs(x1 - x0) + Math.abs(y1 - y0)
    })
  }

  /** Written out, without a call for each side: most of a frame's outlines are drawn here. */
  #solid(points: Int32Array, camera: Camera, ratio: number, half: number, colour: number): void {
    const { scale, x: offsetX, y: offsetY } = camera
    const last = points.length - 2
    let x0 = Math.round((points[last]! * scale + offsetX) * ratio)
    let y0 = Math.round((points[last + 1]! * scale + offsetY) * ratio)
    for (let i = 0; i <= last; i += 2) {
      const x1 = Math.round((points[i]! * scale + offsetX) * ratio)
      const y1 = Math.round((points[i + 1]! * scale + offsetY) * ratio)
      const left = x0 < x1 ? x0 : x1
      const top = y0 < y1 ? y0 : y1
      this.#fill(left - half, top - half, x0 + x1 - left + half, y0 + y1 - top + half, colour)
      x0 = x1
      y0 = y1
    }
  }

  /** One side of which every `period` the first `on` are drawn; `way` is how far the outline has come before it. */
  #dashes(
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    half: number,
    colour: number,
    way: number,
    on: number,
    period: number,
  ): void {
    const length = Math.abs(x1 - x0) + Math.abs(y1 - y0)
    const dx = Math.sign(x1 - x0)
    const dy = Math.sign(y1 - y0)
    const wx = dx === 0 ? half : 0
    const wy = dx === 0 ? 0 : half
    for (let first = -(way % period); first < length; first += period) {
      const from = Math.max(0, first)
      const to = Math.min(length, first + on)
      if (to <= from) continue
      const [ax, bx] = dx < 0 ? [x0 - to, x0 - from] : [x0 + dx * from, x0 + dx * to]
      const [ay, by] = dy < 0 ? [y0 - to, y0 - from] : [y0 + dy * from, y0 + dy * to]
      this.#fill(Math.round(ax) - wx, Math.round(ay) - wy, Math.round(bx) + wx, Math.round(by) + wy, colour)
    }
  }

  /** Calls `draw` with the sides of a closed outline in device pixels. */
  #eachSide(
    points: Int32Array,
    { scale, x: offsetX, y: offsetY }: Camera,
    ratio: number,
    draw: (x0: number, y0: number, x1: number, y1: number) => void,
  ): void {
    const last = points.length - 2
    let x0 = Math.round((points[last]! * scale + offsetX) * ratio)
    let y0 = Math.round((points[last + 1]! * scale + offsetY) * ratio)
    for (let i = 0; i <= last; i += 2) {
      const x1 = Math.round((points[i]! * scale + offsetX) * ratio)
      const y1 = Math.round((points[i + 1]! * scale + offsetY) * ratio)
      draw(x0, y0, x1, y1)
      x0 = x1
      y0 = y1
    }
  }

  #outOfView(x0: number, y0: number, x1: number, y1: number, margin: number): boolean {
    const { left, top, right, bottom } = this.#clip
    return (
      Math.max(x0, x1) < left - margin ||
      Math.max(y0, y1) < top - margin ||
      Math.min(x0, x1) > right + margin ||
      Math.min(y0, y1) > bottom + margin
    )
  }

  /** @param x0 and the others whole numbers, x0 <= x1, y0 <= y1 */
  #fill(x0: number, y0: number, x1: number, y1: number, colour: number): void {
    const pixels = this.#pixels
    const width = this.width
    const clip = this.#clip
    const left = x0 < clip.left ? clip.left : x0
    const right = x1 > clip.right ? clip.right : x1
    const top = y0 < clip.top ? clip.top : y0
    const bottom = y1 > clip.bottom ? clip.bottom : y1
    const long = right - left > 24
    for (let y = top; y < bottom; y++) {
      const end = y * width + right
      if (long) pixels.fill(colour, y * width + left, end)
      else for (let i = y * width + left; i < end; i++) pixels[i] = colour
    }
  }
}
