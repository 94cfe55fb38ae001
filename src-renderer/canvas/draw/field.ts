import type { OffsetField } from '../api.ts'
import { arrowsIn } from './field-arrows.ts'
import type { Frame } from './fit.ts'
import { inImageSpace } from './outlines.ts'

/** From one arrow to the next, CSS pixels at least. */
const PITCH = 14

/** Length of an arrow's head, CSS pixels. */
const HEAD = 4

/** Draws where pixels point, thinned to the zoom. */
export function drawField(context: CanvasRenderingContext2D, field: OffsetField, frame: Frame): void {
  const { scale } = frame.camera
  const arrows = arrowsIn(field, frame.visible, Math.max(1, Math.ceil(PITCH / scale)))
  inImageSpace(context, frame, (pixel) => {
    context.beginPath()
    for (let i = 0; i < arrows.length; i += 4) {
      const [x0, y0, x1, y1] = [arrows[i]!, arrows[i + 1]!, arrows[i + 2]!, arrows[i + 3]!]
      context.moveTo(x0, y0)
      context.lineTo(x1, y1)
      const length = Math.hypot(x1 - x0, y1 - y0)
      // what points at itself is a dot
      const [u, v] = length < pixel ? [pixel, 0] : [(x1 - x0) / length, (y1 - y0) / length]
      const head = Math.min(HEAD * pixel, length / 2)
      context.moveTo(x1 - head * (u + v / 2), y1 - head * (v - u / 2))
      context.lineTo(x1, y1)
      context.lineTo(x1 - head * (u - v / 2), y1 - head * (v + u / 2))
    }
    for (const [width, colour] of [
      [2.5, 'rgb(0 0 0 / 0.5)'],
      [1, 'rgb(255 255 255 / 0.9)'],
    ] as const) {
      context.lineWidth = width * pixel
      context.strokeStyle = colour
      context.stroke()
    }
  })
}
