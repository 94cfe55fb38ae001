import { writeFileSync } from 'node:fs'
import { DrydockError } from '../contract/errors.ts'
import { decodeImage } from '../imaging/decode.ts'
import { mutate } from './mutate.ts'
import { writeTiff } from './tiff.ts'
import type { TiffPicture } from './tiff.ts'

/** Ways to pack a small picture: directories, tiles, strips, both byte orders. */
const WHOLE = ([false, true] as const).flatMap((big) => {
  const form: TiffPicture = {
    ...{ width: 40, height: 30, bands: 3, bits: 16, format: 1 },
    sample: (x, y, band) => x * 50 + y * 3 + band,
    tags: { 33550: [10.5, 10.5, 0], 33922: [0, 0, 0, 0.5, 0.5, 0], 42113: '7' },
  }
  const small = { ...form, width: 20, height: 15, tags: { 254: 1 } }
  return [
    writeTiff([{ ...form, tile: 16, deflate: true, predictor: 2 }, small], { big }),
    writeTiff([{ ...form, stripRows: 4 }, form], { big }),
    writeTiff([{ ...form, bits: 32, format: 3, tile: 16, planar: true }], { big }),
  ]
})

/**
 * Decodes damaged TIFF files, one after the other under the same name.
 * @returns how each kind ended: 'read', or the code of the error; what is no DrydockError is thrown
 */
export async function decodeDamaged(file: string, from: number, count: number): Promise<Map<string, number>> {
  const ends = new Map<string, number>()
  for (let seed = from; seed < from + count; seed++) {
    writeFileSync(file, mutate(WHOLE[seed % WHOLE.length]!, seed))
    let end = 'read'
    try {
      await decodeImage(file)
    } catch (error) {
      if (!(error instanceof DrydockError)) throw new Error(`seed ${seed}`, { cause: error })
      end = error.code
    }
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  return ends
}
