import type { Size } from '../../../src-main/core/mask/rle.ts'
import type { ForegroundPixels } from '../api.ts'
import type { Frame } from './fit.ts'
import { drawPicture } from './fit.ts'

/** Foreground probability as a white veil: one canvas of the box that holds all of its pixels. */
export class Foreground {
  #surface: OffscreenCanvas | null = null
  #x = 0
  #y = 0

  set(pixels: ForegroundPixels | null, { width }: Size): void {
    this.#surface = null
    if (!pixels || pixels.index.length === 0) return
    let [left, top, right, bottom] = [Infinity, Infinity, 0, 0]
    for (const index of pixels.index) {
      const y = Math.floor(index / width)
      const x = index - y * width
      left = Math.min(left, x)
      right = Math.max(right, x + 1)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y + 1)
    }
    const data = new ImageData(right - left, bottom - top)
    pixels.index.forEach((index, i) => {
      const y = Math.floor(index / width)
      const at = ((y - top) * data.width + index - y * width - left) * 4
      data.data.fill(255, at, at + 3)
      data.data[at + 3] = pixels.value[i] ?? 0
    })
    this.#surface = new OffscreenCanvas(data.width, data.height)
    this.#surface.getContext('2d')?.putImageData(data, 0, 0)
    this.#x = left
    this.#y = top
  }

  draw(context: CanvasRenderingContext2D, frame: Frame, opacity: number): void {
    const image = this.#surface
    if (!image || opacity <= 0) return
    const { width, height } = image
    context.globalAlpha = opacity
    drawPicture(context, { image, width, height }, { x: this.#x, y: this.#y, width, height }, frame, 'always')
    context.globalAlpha = 1
  }
}
