import { parseRle } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import type { ImageResult } from '../../core/metric/f2.ts'

/** What the worker threads do for scores. */
export const scoreTasks = {
  scoreImages: ({ images }: { images: MasksOfImage[] }): ImageResult[] =>
    images.map(({ truth, predictions }) => scoreImage(truth.map(parseRle), predictions.map(parseRle))),
}

/** Masks as run-length text. */
interface MasksOfImage {
  truth: string[]
  predictions: string[]
}

type ScoreTasks = typeof scoreTasks

declare module '../machinery/workers.ts' {
  interface Tasks extends ScoreTasks {}
}
