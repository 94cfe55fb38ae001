import type { Mapping } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { decodeImage } from '../../imaging/decode.ts'
import { reviewPicture } from '../../imaging/overlay.ts'

/** What the worker threads do for reviews. */
export const reviewTasks = {
  /** an image with outlines, as JPEG in base64, its longer side 800 px at most */
  reviewPicture: async ({ file, mapping, outlines }: WantedPicture): Promise<string> => {
    const image = await decodeImage(file, { mapping: mapping ?? undefined })
    const drawn = outlines.map(({ rle, kind }) => ({ rle: parseRle(rle), kind }))
    return (await reviewPicture(image, drawn)).toString('base64')
  },
}

interface WantedPicture {
  file: string
  mapping: Mapping | null
  outlines: { rle: string; kind: 'truth' | 'hit' | 'missed' | 'false' }[]
}

type ReviewTasks = typeof reviewTasks

declare module '../machinery/workers.ts' {
  interface Tasks extends ReviewTasks {}
}
