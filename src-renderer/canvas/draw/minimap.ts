import type { Box } from '../../../src-main/core/geometry/box.ts'
import type { Extent } from '../../../src-main/core/geometry/camera.ts'
import type { Frame } from './fit.ts'
import type { Pixels } from './pixels.ts'

/** CSS pixels */
const SIDE = 128
const MARGIN = 12

/** A small picture of the whole image with the view's frame, at the bottom left while part of the image is out of view. */
export class Minimap {
  #picture: OffscreenCanvas | null = null

  /** More pixels have come, or another image. */
  forget(): void {
    this.#picture = null
  }

  /** Where it stands, CSS pixels; null while the whole image is in view. */
  place(image: Extent, frame: Frame): Box | null {
    const { visible } = frame
    if (visible.width >= image.width && visible.height >= image.height) return null
    const scale = SIDE / Math.max(image.width, image.height)
    const width = Math.max(8, Math.round(image.width * scale))
    const height = Math.max(8, Math.round(image.height * scale))
    if (frame.width < 4 * width || frame.height < 3 * height) return null
    return { x: MARGIN, y: frame.height - MARGIN - height, width, height }
  }

  draw(context: CanvasRenderingContext2D, pixels: Pixels, image: Extent, frame: Frame): void {
    const place = this.place(image, frame)
    if (place === null) return
    context.save()
    context.beginPath()
    context.roundRect(place.x, place.y, place.width, place.height, 6)
    context.fillStyle = '#111113'
    context.fill()
    context.clip()
    context.drawImage(this.#pictureOf(pixels, image, place), place.x, place.y, place.width, place.height)
    context.restore()
    context.beginPath()
    context.roundRect(place.x - 0.5, place.y - 0.5, place.width + 1, place.height + 1, 6)
    context.lineWidth = 1
    context.strokeStyle = 'rgb(255 255 255 / 0.35)'
    context.stroke()
    const scale = place.width / image.width
    const { visible } = frame
    const view = [
      place.x + visible.x * scale + 0.5,
      place.y + visible.y * scale + 0.5,
      Math.max(3, visible.width * scale - 1),
      Math.max(3, visible.height * scale - 1),
    ] as const
    context.lineWidth = 3
    context.strokeStyle = 'rgb(0 0 0 / 0.55)'
    context.strokeRect(...view)
    context.lineWidth = 1.25
    context.strokeStyle = '#ffffff'
    context.strokeRect(...view)
  }

  #pictureOf(pixels: Pixels, image: Extent, place: Box): OffscreenCanvas {
    if (this.#picture) return this.#picture
    const picture = new OffscreenCanvas(place.width * 2, place.height * 2)
    const context = picture.getContext('2d')
    if (context) pixels.drawSmall(context, picture.width / image.width)
    this.#picture = picture
    return picture
  }
}
