import { randomUUID } from 'node:crypto'
import { Piscina } from 'piscina'
import type { Calibration, RgbImage, SparseInference } from '../../contract/engine.ts'
import { DrydockError, toWireError } from '../../contract/errors.ts'
import type { WireError } from '../../contract/errors.ts'
import type { ClusterSettings, Prediction } from '../../contract/wire.ts'
import { clusterInference } from '../../core/cluster/cluster.ts'
import type { Cluster } from '../../core/cluster/cluster.ts'
import { pickColours } from '../../core/edit/colours.ts'
import { areaOf, boundsOf, formatRle, parseRle } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import type { ImageResult } from '../../core/metric/f2.ts'
import { assertSize, decodeImage, MAX_PIXELS, readSize } from '../../imaging/decode.ts'
import { contentHash } from '../../imaging/hash.ts'
import { makeThumbnail } from '../../imaging/thumbnail.ts'
import { makeTile } from '../../imaging/tiles.ts'
import type { ListedFile } from '../../store/images.ts'
import { trimFolder } from './cache.ts'
import { listImages } from '../images/folder-listing.ts'
import { readInference, writeInference } from '../predict/inference-file.ts'
import { matchLabels } from '../exchange/label-reading.ts'
import type { LabelTarget, ReadLabels } from '../exchange/label-reading.ts'
import { writePoints } from '../predict/points-file.ts'

/** What the worker threads do. Each task takes one value and answers with one; both are copied between threads. */
const tasks = {
  listImages: ({ root }: { root: string }): ListedFile[] => listImages(root),

  /** hash and size of an image file; one that is too large to decode fails here already */
  readContent: async ({ file }: { file: string }): Promise<ImageContent> => {
    const size = await readSize(file)
    assertSize(file, size, MAX_PIXELS)
    return { ...size, sha256: await contentHash(file) }
  },

  decode: ({ file }: { file: string }): Promise<RgbImage> => decodeImage(file),

  thumbnail: ({ file, out }: { file: string; out: string }): Promise<void> => makeThumbnail(file, out),

  tile: (t: { file: string; level: number; column: number; row: number; out: string }): Promise<void> =>
    makeTile(t.file, t.level, t.column, t.row, t.out),

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

  scoreImages: ({ images }: { images: MasksOfImage[] }): ImageResult[] =>
    images.map(({ truth, predictions }) => scoreImage(truth.map(parseRle), predictions.map(parseRle))),

  matchLabels: ({ file, targets }: { file: string; targets: LabelTarget[] }): Promise<ReadLabels> =>
    matchLabels(file, targets),

  trimFolder: ({ folder, bytes }: { folder: string; bytes: number }): Promise<number> =>
    trimFolder(folder, bytes),
}

export interface ImageContent {
  sha256: string
  /** in px, orientation applied */
  width: number
  height: number
}

/** Masks as run-length text. */
export interface MasksOfImage {
  truth: string[]
  predictions: string[]
}

interface KeptInference {
  /** of the cache */
  file: string
  settings: ClusterSettings
  /** of the model version that gave the inference; null: none */
  calibration: Calibration | null
}

export interface PlottedPoints {
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

export type Tasks = typeof tasks
export type TaskName = keyof Tasks
export type TaskInput<N extends TaskName> = Parameters<Tasks[N]>[0]
export type TaskOutput<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>
export type TaskAnswer = { value: unknown } | { error: WireError }

/** What the pool calls. Failures travel as values, since an error's class does not cross threads. */
export default async function answer(message: { task: TaskName; input: never }): Promise<TaskAnswer> {
  try {
    const task: (input: never) => unknown = tasks[message.task]
    return handedOver({ value: await task(message.input) })
  } catch (error) {
    return { error: toWireError(error) }
  }
}

/** The pixels of an image change hands without the receiving thread copying them. */
function handedOver(answer: { value: unknown }): TaskAnswer {
  const { value } = answer
  if (typeof value !== 'object' || value === null || !('data' in value)) return answer
  if (!(value.data instanceof Uint8Array)) return answer
  // memory that a decoder owns cannot be handed over, so it is copied here, off the main thread
  const data = new Uint8Array(value.data)
  const moved: unknown = Piscina.move({
    // what Piscina calls Transferable: it sends the value and hands over the buffer
    [Piscina.transferableSymbol]: data.buffer,
    [Piscina.valueSymbol]: { value: { ...value, data } },
  } as unknown as ArrayBuffer)
  return moved as TaskAnswer
}
