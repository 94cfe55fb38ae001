import type { MapShapes } from '../../../src-main/contract/wire.ts'
import type { Extent } from '../../../src-main/core/geometry/camera.ts'
import type { Frame } from './fit.ts'
import { inImageSpace } from './outlines.ts'

/** No colour of an instance: lines of a map are seen on water and land, and taken for no mask. */
const INK = '#7df9ff'
const UNDER = 'rgb(0 0 0 / 0.55)'

/** Side of a point in CSS pixels. */
const POINT = 6

/** Lines and points of map layers on the image. */
export class MapDrawing {
  #shapes: MapShapes | null = null
  #lines: Path2D | null = null

  set(shapes: MapShapes | null): void {
    if (shapes === this.#shapes) return
    this.#shapes = shapes
    this.#lines = shapes && shapes.lines.length > 0 ? pathOf(shapes.lines) : null
  }

  draw(context: CanvasRenderingContext2D, image: Extent, frame: Frame): void {
    if (!this.#shapes) return
    const { points } = this.#shapes
    const lines = this.#lines
    inImageSpace(context, frame, (pixel) => {
      context.beginPath()
      context.rect(0, 0, image.width, image.height)
      context.clip()
      if (lines) {
        context.lineJoin = 'round'
        for (const [width, colour] of [
          [3, UNDER],
          [1.25, INK],
        ] as const) {
          context.lineWidth = width * pixel
          context.strokeStyle = colour
          context.stroke(lines)
        }
      }
      const { x, y, width, height } = frame.visible
      const path = new Path2D()
      const half = (POINT / 2) * pixel
      for (let i = 0; i + 1 < points.length; i += 2) {
        const [px, py] = [points[i]!, points[i + 1]!]
        const seen = px > x - half && py > y - half && px < x + width + half && py < y + height + half
        if (seen) path.rect(px - half, py - half, 2 * half, 2 * half)
      }
      context.fillStyle = INK
      context.fill(path)
      context.lineWidth = pixel
      context.strokeStyle = UNDER
      context.stroke(path)
    })
  }
}

function pathOf(lines: MapShapes['lines']): Path2D {
  const path = new Path2D()
  for (const line of lines) {
    for (let i = 0; i + 1 < line.length; i += 2) {
      if (i === 0) path.moveTo(line[0]!, line[1]!)
      else path.lineTo(line[i]!, line[i + 1]!)
    }
  }
  return path
}
