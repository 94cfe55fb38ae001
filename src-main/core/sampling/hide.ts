import type { RgbImage } from '../../contract/engine.ts'
import type { Rle } from '../mask/rle.ts'
import { eachColumnRun, subtract, unionAll } from '../mask/rle.ts'
import { meanColour } from './crop.ts'

/**
 * The image with its mean colour where nobody can tell what is there, as there is beyond its borders: what is not seen is not learned, neither as
 * ship nor as water. Ships that are marked in such an area stay.
 * @param ignored areas to ignore @param ships what is marked
 * @returns the same image where there is nothing to hide
 */
export function hideIgnored(image: RgbImage, ignored: readonly Rle[], ships: readonly Rle[]): RgbImage {
  const area = subtract(unionAll(ignored), unionAll(ships))
  if (area.length === 0) return image
  const data = Uint8Array.from(image.data)
  const mean = meanColour(image.data)
  eachColumnRun(area, image.height, (x, y, length) => {
    for (let row = y; row < y + length; row++) data.set(mean, (row * image.width + x) * 3)
  })
  return { ...image, data }
}
