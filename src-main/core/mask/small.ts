import type { Rle, Size } from './runs.ts'

/** A small picture of masks: a byte a pixel, row by row, 0 for none, else the number of the mask's colour plus 1. */
export interface SmallMasks extends Size {
  data: Uint8Array
}

/**
 * Masks as they are seen from afar. Each pixel of a mask marks one of the small picture, and so that the smallest ones are seen too, the one beside and the
 * one below; later masks lie on earlier ones.
 * @param side the longer side of the small picture, px; a smaller image keeps its size
 */
export function smallMasks(
  size: Size,
  side: number,
  masks: Iterable<{ rle: Rle; colour: number }>,
): SmallMasks {
  const scale = Math.min(1, side / Math.max(size.width, size.height))
  const width = Math.max(1, Math.round(size.width * scale))
  const height = Math.max(1, Math.round(size.height * scale))
  const data = new Uint8Array(width * height)
  const across = width / size.width
  const down = height / size.height
  for (const { rle, colour } of masks) {
    for (let i = 0; i + 1 < rle.length; i += 2) {
      const first = rle[i]! - 1
      const x = Math.floor(Math.floor(first / size.height) * across)
      const top = first % size.height
      const right = Math.min(width - 1, x + 1)
      const last = Math.min(height - 1, Math.floor((top + rle[i + 1]! - 1) * down) + 1)
      for (let y = Math.floor(top * down); y <= last; y++) {
        data[y * width + x] = colour + 1
        data[y * width + right] = colour + 1
      }
    }
  }
  return { width, height, data }
}
