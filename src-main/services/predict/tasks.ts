import { randomUUID } from 'node:crypto'
import type { Calibration, SparseInference } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { ClusterSettings, Prediction } from '../../contract/wire.ts'
import { clusterInference } from '../../core/cluster/cluster.ts'
import type { Cluster } from '../../core/cluster/cluster.ts'
import { pickColours } from '../../core/edit/colours.ts'
import { areaOf, boundsOf, formatRle } from '../../core/mask/rle.ts'
import { readInference, writeInference } from './inference-file.ts'
import { writePoints } from './points-file.ts'

/** What the worker threads do with inferences. */
export const predictTasks = {
  hasInference: async ({ file }: { file: string }): Promise<boolean> => (await readInference(file)) !== null,

  keepInference: ({ file, inference }: { file: string; inference: SparseInference }): Promise<void> =>
    writeInference(file, inference),

  /** the instances of a kept inference */
  findInstances: async ({ file, settings, calibration }: KeptInference): Promise<Prediction[]> => {
    const inference = await kept(file)
    const { instances } = clusterInference(inference, settings, calibration)
    const colours = pickColours(instances.map(({ rle }) => boundsOf(rle, inference.height)))
    return instances.map(({ rle, score, cluster }, i) => ({
      id: randomUUID(),
      rle: formatRle(rle),
      area: areaOf(rle),
      score,
      cluster,
      decision: null,
      colour: colours[i]!,
    }))
  },

  /** writes the scatter plot of a kept inference to `out` */
  plotPoints: async (wanted: KeptInference & { out: string }): Promise<PlottedPoints> => {
    const inference = await kept(wanted.file)
    const { clusters, labels } = clusterInference(inference, wanted.settings, wanted.calibration)
    await writePoints(wanted.out, inference, labels)
    return { count: inference.index.length, width: inference.width, height: inference.height, clusters }
  },
}

interface KeptInference {
  /** of the cache */
  file: string
  settings: ClusterSettings
  /** of the model version that gave the inference; null: none */
  calibration: Calibration | null
}

interface PlottedPoints {
  count: number
  width: number
  height: number
  clusters: Cluster[]
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
