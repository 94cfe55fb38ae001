import type { Camera } from '../../../src-main/core/geometry/camera.ts'
import type { OutlineRaster, OutlineStyle } from './outline-raster.ts'

/** An instance's outlines in image pixels, and how they look. */
export interface Outline {
  rings: readonly Int32Array[]
  style: OutlineStyle
}

/** The clock is asked after so many outlines. */
const BETWEEN_LOOKS = 32

/**
 * Outlines on their way into a raster, a slice at a time. Groups lie over one another in their order; within one the black grounds lie
 * below all lines.
 */
export class OutlineDrawing {
  readonly #raster: OutlineRaster
  readonly #camera: Camera
  readonly #ratio: number
  readonly #steps: readonly { of: 'under' | 'line'; outlines: readonly Outline[] }[]
  #step = 0
  #next = 0

  constructor(
    raster: OutlineRaster,
    groups: readonly (readonly Outline[])[],
    { camera, ratio }: { camera: Camera; ratio: number },
  ) {
    this.#raster = raster
    this.#camera = camera
    this.#ratio = ratio
    this.#steps = groups.flatMap((outlines) => [
      { of: 'under' as const, outlines },
      { of: 'line' as const, outlines },
    ])
  }

  /** Draws on while there is time, and something in any case. @returns whether all is drawn */
  goOn(hasTime: () => boolean): boolean {
    for (; this.#step < this.#steps.length; this.#step++) {
      const { of, outlines } = this.#steps[this.#step]!
      while (this.#next < outlines.length) {
        const { rings, style } = outlines[this.#next++]!
        for (const ring of rings) this.#raster[of](ring, this.#camera, this.#ratio, style)
        if (this.#next % BETWEEN_LOOKS === 0 && !hasTime()) return false
      }
      this.#next = 0
    }
    return true
  }
}
