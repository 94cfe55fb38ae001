import type { ThresholdScore } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import { scoreIgnoring } from '../../core/metric/ignoring.ts'

/** What the worker threads do for scores. */
export const scoreTasks = {
  scoreImages: ({ images }: { images: MasksOfImage[] }): ScoresOfImage[] => images.map(scoresOf),
}

/** Masks as run-length text. */
interface MasksOfImage {
  truth: string[]
  predictions: string[]
  /** to ignore */
  areas: string[]
}

interface ScoresOfImage {
  f2: number
  thresholds: readonly ThresholdScore[]
  /** without what lies in areas to ignore; null: there are none */
  ignoringF2: number | null
}

function scoresOf(image: MasksOfImage): ScoresOfImage {
  const [truth, predictions] = [image.truth.map(parseRle), image.predictions.map(parseRle)]
  const { f2, thresholds } = scoreImage(truth, predictions)
  if (image.areas.length === 0) return { f2, thresholds, ignoringF2: null }
  return { f2, thresholds, ignoringF2: scoreIgnoring(truth, predictions, image.areas.map(parseRle)).f2 }
}

type ScoreTasks = typeof scoreTasks

declare module '../machinery/workers.ts' {
  interface Tasks extends ScoreTasks {}
}
