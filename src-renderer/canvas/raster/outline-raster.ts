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
  const [r, g, b] = rgb.map((v) => Math.round((v * opacity) / alpha))
  return pack(r!, g!, b!, alpha)
}

/** Device pixels of a view, [height, width] row-major, to be put on a canvas as they are. */
export class OutlineRaster {
  readonly width: number
  readonly height: number
  /** RGBA, not premultiplied */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>
  readonly #pixels: Uint32Array

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.rgba = new Uint8ClampedArray(width * height * 4)
    this.#pixels = new Uint32Array(this.rgba.buffer)
  }

  clear(): void {
    this.#pixels.fill(0)
  }

  /** The black under an outline; drawn for all instances before any line, so that it darkens no neighbour's line. */
  under(points: Int32Array, camera: Camera, ratio: number, style: OutlineStyle): void {
    if (style.under === 0) return
    const half = Math.max(1, Math.round(style.under * ratio))
    const colour = pack(0, 0, 0, style.underOpacity)
    this.#eachSide(points, camera, ratio, (x0, y0, x1, y1) => {
      this.#fill(Math.min(x0, x1) - half, Math.min(y0, y1) - half, Math.max(x0, x1) + half, Math.max(y0, y1) + half, colour) // prettier-ignore
    })
  }

  /** The line itself, two CSS pixels wide at less than full opacity: as heavy as 1.5. */
  line(points: Int32Array, camera: Camera, ratio: number, style: OutlineStyle): void {
    const half = Math.max(1, Math.round(ratio))
    const colour = lineColour(style)
    const { dash } = style
    const [on, period] = dash ? [dash[0] * ratio, (dash[0] + dash[1]) * ratio] : [0, 0]
    let way = 0
    this.#eachSide(points, camera, ratio, (x0, y0, x1, y1) => {
      const length = Math.abs(x1 - x0) + Math.abs(y1 - y0)
      if (!dash) {
        this.#fill(Math.min(x0, x1) - half, Math.min(y0, y1) - half, Math.max(x0, x1) + half, Math.max(y0, y1) + half, colour) // prettier-ignore
        return
      }
      if (this.#outOfView(x0, y0, x1, y1, half)) {
        way += length
        return
      }
      const [dx, dy] = [Math.sign(x1 - x0), Math.sign(y1 - y0)]
      for (let done = 0; done < length;) {
        const phase = (way + done) % period
        const step = Math.min(length - done, phase < on ? on - phase : period - phase)
        if (phase < on) {
          const [ax, ay] = [x0 + dx * done, y0 + dy * done]
          const [bx, by] = [ax + dx * step, ay + dy * step]
          const [wx, wy] = dx !== 0 ? [0, half] : [half, 0]
          this.#fill(Math.min(ax, bx) - wx, Math.min(ay, by) - wy, Math.max(ax, bx) + wx, Math.max(ay, by) + wy, colour) // prettier-ignore
        }
        done += Math.max(step, 1e-3)
      }
      way += length
    })
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
    return (
      Math.max(x0, x1) < -margin ||
      Math.max(y0, y1) < -margin ||
      Math.min(x0, x1) > this.width + margin ||
      Math.min(y0, y1) > this.height + margin
    )
  }

  #fill(x0: number, y0: number, x1: number, y1: number, colour: number): void {
    const left = Math.max(0, Math.round(x0))
    const right = Math.min(this.width, Math.round(x1))
    const top = Math.max(0, Math.round(y0))
    const bottom = Math.min(this.height, Math.round(y1))
    for (let y = top; y < bottom; y++) {
      const row = y * this.width
      if (right - left > 24) this.#pixels.fill(colour, row + left, row + right)
      else for (let i = row + left; i < row + right; i++) this.#pixels[i] = colour
    }
  }
}
