import type { Box } from '../../../src-main/core/geometry/box.ts'
import type { OffsetField } from '../api.ts'

/**
 * The arrows of every so many pixels that lie in a part of the image.
 * @param step image pixels from one to the next, along rows and columns
 * @returns x0, y0, x1, y1 of each, image px: from the middle of a pixel to where it points
 */
export function arrowsIn({ pixel, x, y, shows, width }: OffsetField, box: Box, step: number): number[] {
  const arrows: number[] = []
  for (let k = 0; k < pixel.length; k++) {
    if (shows[k]! < 0) continue
    const column = pixel[k]! % width
    if (column % step !== 0 || column < box.x || column >= box.x + box.width) continue
    const row = (pixel[k]! - column) / width
    if (row % step !== 0 || row < box.y || row >= box.y + box.height) continue
    arrows.push(column + 0.5, row + 0.5, x[k]! + 0.5, y[k]! + 0.5)
  }
  return arrows
}
