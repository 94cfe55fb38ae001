import { DrydockError } from '../../contract/errors.ts'
import type { Rle, Size } from './runs.ts'
import { eachColumnRun, fitsIn } from './runs.ts'

/** Masks <-> label maps: [H, W] row-major integers, 0 = background, i + 1 = mask i. */

/**
 * Paints masks into a label map [H, W]; where masks overlap the later one shows.
 * Uint16Array up to 65,535 masks, Int32Array beyond.
 * @throws DrydockError `bad_input` where a mask reaches beyond the image.
 */
export function toLabelMap(masks: readonly Rle[], size: Size): Uint16Array | Int32Array {
  const pixels = size.width * size.height
  const labels = masks.length > 0xffff ? new Int32Array(pixels) : new Uint16Array(pixels)
  masks.forEach((mask, index) => {
    if (!fitsIn(mask, size)) {
      throw new DrydockError(
        'bad_input',
        `Mask ${index + 1} reaches beyond the image of ${size.width} x ${size.height}.`,
        {
          mask: index,
        },
      )
    }
    eachColumnRun(mask, size.height, (x, y, length) => {
      for (let row = y; row < y + length; row++) labels[row * size.width + x] = index + 1
    })
  })
  return labels
}

/**
 * The masks of a label map [height, width]: element i holds the pixels labelled i + 1, empty where that label is absent.
 * Negative labels and 0 are background.
 */
export function labelMapToRles(labels: ArrayLike<number>, width: number, height: number): Rle[] {
  const runs: number[][] = []
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const label = labels[y * width + x]!
      if (label <= 0) continue
      while (runs.length < label) runs.push([])
      const own = runs[label - 1]!
      const position = x * height + y + 1
      if (own.length > 0 && own.at(-2)! + own.at(-1)! === position) own[own.length - 1]!++
      else own.push(position, 1)
    }
  }
  return runs.map((own) => Uint32Array.from(own))
}
