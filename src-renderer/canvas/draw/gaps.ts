import type { Box } from '../../../src-main/core/geometry/box.ts'
import { overlapOf } from '../../../src-main/core/geometry/box.ts'
import type { Frame } from './fit.ts'

/** Between two stripes, in CSS pixels. */
const STEP = 8

/**
 * Fills a part of the image with what stands for missing data: fine stripes that no picture has, as wide at every zoom. What is drawn
 * over it shows where there are data.
 */
export function drawGaps(context: CanvasRenderingContext2D, box: Box, frame: Frame): void {
  const seen = overlapOf(box, frame.visible)
  if (seen === null) return
  const { camera, ratio } = frame
  const snap = (value: number) => Math.round(value * ratio) / ratio
  const [left, top] = [snap(seen.x * camera.scale + camera.x), snap(seen.y * camera.scale + camera.y)]
  const right = snap((seen.x + seen.width) * camera.scale + camera.x)
  const bottom = snap((seen.y + seen.height) * camera.scale + camera.y)
  context.save()
  context.beginPath()
  context.rect(left, top, right - left, bottom - top)
  context.clip()
  context.fillStyle = '#2b2b2b'
  context.fill()
  // they go along with the image, and from one tile to the next
  const first = Math.floor((left + top - camera.x - camera.y) / STEP) * STEP + camera.x + camera.y
  context.beginPath()
  for (let at = first; at < right + bottom; at += STEP) {
    context.moveTo(at - top, top)
    context.lineTo(at - bottom, bottom)
  }
  context.lineWidth = 1.5
  context.strokeStyle = '#6b6b6b'
  context.stroke()
  context.restore()
}
