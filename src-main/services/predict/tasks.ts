import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { SparseInference } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { Calibration, ClusterSettings, HandChange, Prediction } from '../../contract/wire.ts'
import { Clusterer } from '../../core/cluster/clusterer.ts'
import { doubtOf } from '../../core/doubt.ts'
import { makeDraft } from '../../core/draft/draft.ts'
import { pickColours } from '../../core/edit/colours.ts'
import { areaOf, boundsOf, formatRle, parseRle } from '../../core/mask/rle.ts'
import { chooseSettings, sweepImage } from '../../core/tune/sweep.ts'
import type { SweepFound, Swept } from '../../core/tune/sweep.ts'
import { writeWhole } from '../../whole-file.ts'
import { readInference, writeInference } from './inference-file.ts'

/** What the worker threads do with inferences. */
export const predictTasks = {
  hasInference: async ({ file }: { file: string }): Promise<boolean> => (await readInference(file)) !== null,

  keepInference: ({ file, inference }: { file: string; inference: SparseInference }): Promise<void> =>
    writeInference(file, inference),

  /** the instances of a kept inference, with changes by hand after it */
  findInstances: async ({
    file,
    settings,
    calibration,
    changes = [],
  }: KeptInference): Promise<FoundInstances> => {
    const inference = await kept(file)
    const { instances, clusters } = makeDraft(new Clusterer(inference, calibration), settings, changes)
    const colours = pickColours(instances.map(({ rle }) => boundsOf(rle, inference.height)))
    const predictions = instances.map(({ rle, score, cluster }, i) => ({
      id: randomUUID(),
      rle: formatRle(rle),
      area: areaOf(rle),
      score,
      cluster,
      decision: null,
      colour: colours[i]!,
    }))
    const dropped = clusters.flatMap(({ instance, score }) => (instance === null ? [score] : []))
    const scores = instances.map(({ score }) => score)
    return { predictions, doubt: doubtOf(scores, dropped) }
  },

  /** the F2 of one image at every combination of settings, into a file */
  sweepImage: async ({ inference, truth, own, calibration, out }: WantedSweep): Promise<void> => {
    const masks = truth.map(parseRle).filter(({ length }) => length > 0)
    const f2 = sweepImage({ inference: await kept(inference), truth: masks }, { own, calibration })
    await writeWhole(out, new Uint8Array(f2.buffer))
  },

  /** what a sweep over images comes to */
  chooseSettings: async ({ rows, own }: SweptFiles): Promise<SweepFound> => {
    const images: Swept[] = []
    for (const { file, group } of rows) {
      // a copy begins at a multiple of 8
      const bytes = Uint8Array.from(await readFile(file))
      images.push({ f2: new Float64Array(bytes.buffer), group })
    }
    return chooseSettings(images, own)
  },
}

interface WantedSweep {
  /** file of the cache */
  inference: string
  /** run-length text */
  truth: readonly string[]
  own: ClusterSettings
  calibration: Calibration | null
  out: string
}

interface SweptFiles {
  rows: readonly { file: string; group: number }[]
  own: ClusterSettings
}

/** What a model finds in one image. */
export interface FoundInstances {
  predictions: Prediction[]
  /** see `core/doubt.ts` */
  doubt: number
}

interface KeptInference {
  /** of the cache */
  file: string
  settings: ClusterSettings
  /** of the model version that gave the inference; null: none */
  calibration: Calibration | null
  /** left out: none */
  changes?: readonly HandChange[]
}

async function kept(file: string): Promise<SparseInference> {
  const inference = await readInference(file)
  if (inference) return inference
  throw new DrydockError('not_found', 'The inference is not in the cache any more. Predict the image again.')
}

type PredictTasks = typeof predictTasks

declare module '../machinery/workers.ts' {
  interface Tasks extends PredictTasks {}
}
