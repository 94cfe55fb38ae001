import type { Mapping } from '../../contract/wire.ts'
import { agreeAnywhere } from '../../core/similar/crop-names.ts'
import type { GreyCrop } from '../../core/similar/crop-names.ts'
import { greyOf, lookOf } from '../../core/similar/look.ts'
import type { Look } from '../../core/similar/look.ts'
import { DrydockError } from '../../contract/errors.ts'
import { decodeImage } from '../../imaging/decode.ts'

/** An image file, and how its samples become 8 bits. */
export interface MappedFile {
  file: string
  /** null: the one that is chosen for it */
  mapping: Mapping | null
}

/** Two crops, and where the second may lie from the first. */
interface CropPair {
  first: MappedFile
  second: MappedFile
  offsets: { dx: number; dy: number }[]
}

/** What the worker threads do to tell which images are alike. */
export const similarTasks = {
  /** the look of each file, in their order; null: it cannot be read */
  looksOf: async ({ files }: { files: readonly MappedFile[] }): Promise<(Look | null)[]> => {
    const looks: (Look | null)[] = []
    for (const file of files) looks.push(await unlessUnreadable(async () => lookOf(await decoded(file))))
    return looks
  },

  /** whether pixels bear out that crops lie where their names say; null: nothing to tell it by */
  cropsAgree: async ({ pairs }: { pairs: readonly CropPair[] }): Promise<(boolean | null)[]> => {
    const answers: (boolean | null)[] = []
    for (const { first, second, offsets } of pairs) {
      const [a, b] = [await greyCrop(first), await greyCrop(second)]
      answers.push(a && b && agreeAnywhere(a, b, offsets))
    }
    return answers
  },
}

function greyCrop(file: MappedFile): Promise<GreyCrop | null> {
  return unlessUnreadable(async () => {
    const image = await decoded(file)
    return { width: image.width, height: image.height, grey: greyOf(image) }
  })
}

function decoded({ file, mapping }: MappedFile) {
  return decodeImage(file, { mapping: mapping ?? undefined })
}

async function unlessUnreadable<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DrydockError) return null
    throw error
  }
}
