import { chooseOutOfFold } from '../../core/tune/out-of-fold.ts'
import type { ChooseOn, OutOfFold } from '../../core/tune/out-of-fold.ts'
import type { TuneImage } from '../../core/tune/candidates.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import type { ImageResult } from '../../core/metric/f2.ts'
import { clusterInference } from '../../core/cluster/cluster.ts'
import type { SparseInference } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { Calibration, ClusterSettings, FilmFrame } from '../../contract/wire.ts'
import { formatRle } from '../../core/mask/rle.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { readInference } from '../predict/inference-file.ts'

/** What the worker threads do for trainings. */
export const trainTasks = {
  chooseOutOfFold: (on: ChooseOn): Promise<OutOfFold> => chooseOutOfFold(on),

  /** the exact score of an inference, made into instances as settings say */
  scoreInference: ({ inference, truth, settings, calibration }: WantedScore): ImageResult => {
    const { instances } = clusterInference(inference, settings, calibration)
    return scoreImage(
      truth,
      instances.map(({ rle }) => rle),
    )
  },

  /** what an inference shows of an image */
  filmFrame: async ({
    file,
    settings,
    calibration,
    truth,
    side,
  }: WantedFrame): Promise<Omit<FilmFrame, 'step'>> => {
    const inference = await readInference(file)
    if (!inference)
      throw new DrydockError('not_found', 'The inference is not in the cache any more. Try again.')
    const { instances } = clusterInference(inference, settings, calibration)
    const { width, height } = inference
    const scored =
      truth &&
      scoreImage(
        truth,
        instances.map(({ rle }) => rle),
      )
    return {
      ...{ width, height, foreground: smallForeground(inference, side), f2: scored?.f2 ?? null },
      instances: instances.map(({ rle, score }) => ({ rle: formatRle(rle), score })),
    }
  },
}

/** The highest foreground of each cell of a smaller picture. */
function smallForeground(
  { width, height, index, foreground }: SparseInference,
  side: number,
): FilmFrame['foreground'] {
  const scale = Math.min(1, side / Math.max(width, height))
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  const cells = new Uint8Array(w * h)
  index.forEach((pixel, k) => {
    const x = Math.min(w - 1, Math.floor(((pixel % width) * w) / width))
    const y = Math.min(h - 1, Math.floor((Math.floor(pixel / width) * h) / height))
    cells[y * w + x] = Math.max(cells[y * w + x]!, foreground[k]!)
  })
  return { width: w, height: h, bytes: Buffer.from(cells).toString('base64') }
}

interface WantedFrame {
  /** of the cache */
  file: string
  settings: ClusterSettings
  calibration: Calibration | null
  /** null: the image has none */
  truth: Rle[] | null
  /** longest side of the foreground, in px */
  side: number
}

interface WantedScore extends TuneImage {
  settings: ClusterSettings
  calibration: Calibration | null
}

type TrainTasks = typeof trainTasks

declare module '../machinery/workers.ts' {
  interface Tasks extends TrainTasks {}
}
