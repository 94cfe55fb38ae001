import { z } from 'zod'
import type { BackendInfo, ClusterSettings, CurvePoint, PairedScore, ReliabilityBin } from './wire.ts'
import { calibration, clusterSettings, operatingPoint, pairedScore, reliabilityBin } from './wire.ts'
import { COORDINATES } from './words.ts'
import type { LossUnit } from './words.ts'

/** What the engine process does for whoever hosts the services (backend or command line). */

/** What the image itself shows at the pixels of a sparse inference. Light is the mean of the three bands, 0..255. */
export interface SparseLight {
  /** [n] of each pixel */
  own: Uint8Array
  /** [n] mean of the water (what is no foreground) around it */
  water: Uint8Array
  /** [n] standard deviation of the same, times 4, at most 255 */
  roughness: Uint8Array
  /** standard deviation over the whole image */
  whole: number
}

/**
 * Sparse form of an inference: only pixels with foreground >= 0.05.
 * `offset` holds embedding minus pixel coordinates, so that float16 suffices.
 */
export interface SparseInference {
  width: number
  height: number
  /** C >= 2 */
  channels: number
  /** [n] row-major pixel index y * width + x, ascending */
  index: Uint32Array
  /** [n * C] float16 bit patterns: embedding[c] minus x for c = 0, minus y for c = 1, itself otherwise */
  offset: Uint16Array
  /** [n] foreground probability * 255 */
  foreground: Uint8Array
  /** null: made without the image's pixels */
  light: SparseLight | null
}

/** An 8-bit RGB image, row-major, [height, width, 3]. */
export interface RgbImage {
  width: number
  height: number
  data: Uint8Array
}

/** One mini-batch as the host prepares it: augmented crops. */
export interface TrainBatch {
  /** [B, crop, crop, 3], 0..255 */
  images: Uint8Array
  /** [B, crop, crop] 0 = background, 1..N = instances of that crop, `IGNORED_LABEL` = not to be learnt from */
  labels: Uint16Array
  batch: number
  crop: number
}

/** One whole image to validate on, with its truth as RLE pairs (see core/mask). */
export interface ValidationImage {
  image: RgbImage
  truth: Uint32Array[]
  /** areas where nobody can tell: what is found there counts for nothing */
  ignored: Uint32Array[]
}

/** Where weights on the way see ships that are none: crops around them are trained on. */
export const falseAlarms = z.object({
  /** first step whose batch knows of them */
  from: z.number().int(),
  /** px of the image, counted as `validation` does from `validationImages + furtherImages` on */
  places: z.array(z.object({ image: z.number().int().min(0), x: z.number(), y: z.number() })),
})
export type FalseAlarms = z.infer<typeof falseAlarms>

export const architecture = z.object({
  family: z.literal('fast-unet'),
  /** channels of the levels at stride 2, 4, 8, ... */
  levels: z.array(z.number().int().min(4).max(512)).min(2).max(6),
  /** embedding channels, >= 2 */
  embedding: z.number().int().min(2).max(16),
  /** the offsets are multiplied by this before coordinates are added */
  offsetScale: z.number().positive(),
  coordinates: z.enum(COORDINATES),
})
export type Architecture = z.infer<typeof architecture>

/** model.json: everything that is needed to run weights.bin. */
export const modelFile = z.object({
  format: z.literal('drydock-model-1'),
  architecture,
  /** names and shapes of the float32 weights in weights.bin, in order, little endian */
  weights: z.array(z.object({ name: z.string(), shape: z.array(z.number().int().positive()) })),
  /** inputs are (rgb / 255 - mean) / std */
  normalise: z.object({
    mean: z.tuple([z.number(), z.number(), z.number()]),
    std: z.tuple([z.number(), z.number(), z.number()]),
  }),
  /** post-processing chosen on validation, the default for runs of this version */
  cluster: clusterSettings,
  /** absent: an instance's score is its mean foreground */
  calibration: calibration.optional(),
  /** other choices of minScore, from the cleanest; absent in versions made before there were any */
  operatingPoints: z.array(operatingPoint).optional(),
})
export type ModelFile = z.infer<typeof modelFile>

/** card.json: where a model version comes from. */
export const modelCard = z.object({
  name: z.string(),
  createdAt: z.string(),
  parent: z.string().nullable(),
  licence: z.string(),
  credits: z.array(z.string()),
  data: z.string(),
  /** how to make it again, a command line */
  reproduce: z.string(),
  settings: z.record(z.string(), z.unknown()),
  /** SHA-256 of the content of every image that it trained on, ancestors included */
  trainedOn: z.array(z.string()),
  steps: z.number().int(),
  seconds: z.number(),
  /** the step whose weights these are; 0: those of its parent, no step was better. Absent in cards of earlier releases */
  bestStep: z.number().int().optional(),
  validation: z
    .object({ f2: z.number(), f2WithShips: z.number().nullable(), images: z.number().int() })
    .nullable(),
  /** against its parent, in pairs; absent where they were not compared */
  paired: pairedScore.optional(),
  /** what scores mean, on instances that their calibration has not seen; absent where there is none */
  reliability: z.array(reliabilityBin).optional(),
  /** positions between clean empty images and more ships found, with figures where they were measured for these weights */
  positions: z.array(operatingPoint).optional(),
  /** how the post-processing in model.json came about; absent in versions that were never tuned */
  postProcessing: z.string().optional(),
  curve: z.array(z.object({ step: z.number(), loss: z.number().nullable(), f2: z.number().nullable() })),
  limits: z.string(),
})
export type ModelCard = z.infer<typeof modelCard>

export interface InferRequest {
  /** folder of the model version; the engine keeps the last few loaded */
  modelFolder: string
  image: RgbImage
  /** average over flips: slower, a little better */
  flips: boolean
  /** side of a tile's core in px, a multiple of the network's stride */
  tile: number
  /** pixels with less foreground are left out, 0..1; default: the 0.05 of all inferences that are kept; 0: every pixel */
  keepFrom?: number | undefined
}

export interface TrainRequest {
  /** null: fresh weights of `architecture` */
  fromFolder: string | null
  architecture: Architecture
  /** new files are written here: checkpoint (resumable, optimizer state included), which stays until the host has kept the version, and, at the end, model.json + weights.bin */
  outFolder: string
  /** go on from the checkpoint in outFolder where there is one */
  resume: boolean
  steps: number | null
  /** it ends after this step of `steps`, at the learning rate that it has there; null: at the last one */
  stopAfter: number | null
  /** it ends when so many validations in a row were no better than the best before; null: it goes on to its limit */
  patience: number | null
  /** the weights of each validation are kept as a model in `snapshotFolder` */
  keepSnapshots: boolean
  /** the weights of the last step are the outcome, however they and the start validate: for stages, and where too little validates to choose by */
  keepLast: boolean
  /** of training, from its first step on: what is chosen before takes its own time */
  seconds: number | null
  batch: number
  crop: number
  learningRate: number
  weights: { bce: number; dice: number; embedding: number; centre: number }
  lossUnit: LossUnit
  validateEvery: number
  /** what `validation` answers for below this: what the training is validated on */
  validationImages: number
  /** how many of them, from the first, are marked images: on those the outcome is compared with `fromFolder` */
  pairedImages: number
  /**
   * What `validation` answers for above: so many further images that `fromFolder` was not trained on. With those to validate on
   * they choose how that version makes instances of them, before the first step; after the last one that stays, unless the
   * validation images say otherwise by more than chance.
   */
  furtherImages: number
  /** what `validation` answers for above those: so many images that are trained on, to look for false alarms on; 0: that is not done */
  trainedImages: number
  cluster: ClusterSettings
  seed: number
}

export interface TrainOutcome {
  steps: number
  /** from the first step on */
  seconds: number
  /** 0: nothing validated better than what it started from, whose weights are kept */
  bestStep: number
  /** F2 of what it started from, on the same images; null: not validated */
  startF2: number | null
  validation: { f2: number; f2WithShips: number | null; images: number } | null
  /** against the version started from, each as it would run, on the first `pairedImages`; null: not compared */
  paired: Omit<PairedScore, 'against' | 'on'> | null
  /** how the post-processing in model.json came about, a sentence */
  postProcessing: string
  /** what scores mean; null: they have no calibration of these images */
  reliability: ReliabilityBin[] | null
  /** stopped early by cancel; what was learnt until then is in outFolder */
  cancelled: boolean
}

/** Folder in outFolder with a model for each validation. */
export const SNAPSHOTS = 'snapshots'

/** Where the weights of a validation lie. */
export function snapshotFolder(outFolder: string, step: number): string {
  return `${outFolder}/${SNAPSHOTS}/${step}`
}

/** The file in outFolder that a training goes on from. */
export const CHECKPOINT_FILE = 'checkpoint.bin'

/** What a training whose loss became infinite or undefined left in outFolder, in its error's data as `left`. */
export const leftBehind = modelCard
  .pick({ steps: true, seconds: true, validation: true })
  .extend({ postProcessing: z.string() })
export type LeftBehind = z.infer<typeof leftBehind>

export interface Progress {
  done: number
  total: number
}

export interface VerifyFinding {
  /** 'loss dense', 'loss segment', 'layer', 'layer and loss', 'metric exact', 'metric tensor' */
  kind: string
  case: string
  /** largest absolute error of the value, and of the gradient where there is one */
  valueError: number
  gradientError: number | null
  passed: boolean
  note: string | null
}

export type BackendName = 'tensorflow' | 'wasm' | 'cpu'

/** The engine as its host sees it. Every long call takes a signal; a dead engine rejects with `engine_died`. */
export interface Engine {
  info(): Promise<BackendInfo>
  infer(
    request: InferRequest,
    options: {
      signal?: AbortSignal
      onProgress?: (progress: Progress) => void
      /** once aborted, the call ends at once and the engine in its own time: it is not killed for being slow to end */
      spared?: boolean
    },
  ): Promise<SparseInference>
  train(
    request: TrainRequest,
    options: {
      signal?: AbortSignal
      /** the batch of a step depends on the step and the seed alone, so that a resumed training sees the same */
      batch: (step: number) => Promise<TrainBatch>
      validation: (index: number) => Promise<ValidationImage>
      onPoint: (point: CurvePoint) => void
      /** at each look, and again where a training goes on; before any batch is asked for that knows of them */
      onFalseAlarms?: (alarms: FalseAlarms) => void
    },
  ): Promise<TrainOutcome>
  /** `cases`: parsed JSON of reference files of either form */
  verify(cases: unknown[], options: { signal?: AbortSignal }): Promise<VerifyFinding[]>
  /** calls under way end in the process that there is; the next one starts a fresh process */
  renew(): void
  /** asks the process to end; kills it after 3 s */
  stop(): Promise<void>
}
