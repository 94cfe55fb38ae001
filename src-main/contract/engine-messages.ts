import { z } from 'zod'
import { architecture } from './engine.ts'
import type {
  BackendName,
  FalseAlarms,
  Progress,
  SparseInference,
  TrainOutcome,
  VerifyFinding,
} from './engine.ts'
import { ERROR_CODES } from './errors.ts'
import type { WireError } from './errors.ts'
import type { BackendInfo, CurvePoint } from './wire.ts'
import { clusterSettings } from './wire.ts'
import { LOSS_UNITS } from './words.ts'

/**
 * What the engine process and its host send each other (child-process IPC, `serialization: 'advanced'`).
 * Both ends check what arrives; a received typed array shares its message's memory.
 */

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes')
const words = z.custom<Uint16Array>((value) => value instanceof Uint16Array, 'expected 16-bit integers')
const runs = z.custom<Uint32Array>((value) => value instanceof Uint32Array, 'expected 32-bit integers')

const rgbImage = z
  .object({
    width: z.number().int().min(1),
    height: z.number().int().min(1),
    data: bytes,
  })
  .refine((image) => image.data.length === image.width * image.height * 3, {
    message: 'an RGB image holds width * height * 3 bytes',
  })

const trainBatch = z
  .object({
    images: bytes,
    labels: words,
    batch: z.number().int().min(1).max(64),
    crop: z.number().int().min(32).max(1024),
  })
  .refine((b) => b.labels.length === b.batch * b.crop * b.crop && b.images.length === 3 * b.labels.length, {
    message: 'a batch holds batch * crop * crop labels and three times as many bytes',
  })

const validationImage = z.object({ image: rgbImage, truth: z.array(runs), ignored: z.array(runs) })

export const inferRequest = z.object({
  modelFolder: z.string().min(1),
  image: rgbImage,
  flips: z.boolean(),
  tile: z.number().int().min(32).max(4096),
  keepFrom: z.number().min(0).max(1).optional(),
})

export const trainRequest = z.object({
  fromFolder: z.string().min(1).nullable(),
  architecture,
  outFolder: z.string().min(1),
  resume: z.boolean(),
  steps: z.number().int().min(1).nullable(),
  stopAfter: z.number().int().min(0).nullable(),
  patience: z.number().int().min(1).nullable(),
  keepSnapshots: z.boolean(),
  keepLast: z.boolean(),
  seconds: z.number().positive().nullable(),
  batch: z.number().int().min(1).max(64),
  crop: z.number().int().min(32).max(1024),
  learningRate: z.number().positive().max(1),
  weights: z.object({
    bce: z.number().min(0),
    dice: z.number().min(0),
    embedding: z.number().min(0),
    centre: z.number().min(0),
  }),
  lossUnit: z.enum(LOSS_UNITS),
  validateEvery: z.number().int().min(1),
  validationImages: z.number().int().min(0),
  pairedImages: z.number().int().min(0),
  furtherImages: z.number().int().min(0),
  trainedImages: z.number().int().min(0),
  cluster: clusterSettings,
  seed: z.number().int().min(0).max(0xffffffff),
})

const id = z.number().int().min(0)

export const hostMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('info'), id }),
  z.object({ kind: z.literal('infer'), id, input: inferRequest }),
  z.object({ kind: z.literal('train'), id, input: trainRequest }),
  z.object({ kind: z.literal('verify'), id, input: z.array(z.unknown()) }),
  z.object({ kind: z.literal('cancel'), id }),
  z.object({ kind: z.literal('batch'), id, index: id, batch: trainBatch }),
  z.object({ kind: z.literal('validation'), id, index: id, image: validationImage }),
  /** the host could not make what the training `id` asked for */
  z.object({
    kind: z.literal('pull-failed'),
    id,
    error: z.object({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  }),
  /** asks for a sign of life, which comes between two steps */
  z.object({ kind: z.literal('ping') }),
  z.object({ kind: z.literal('stop') }),
])
export type HostMessage = z.infer<typeof hostMessage>

export type EngineMessage =
  /** answer to `ping`, and once when a backend was chosen; null: none is yet */
  | { kind: 'alive'; backend: BackendName | null }
  | { kind: 'result'; id: number; value: BackendInfo | SparseInference | TrainOutcome | VerifyFinding[] }
  | { kind: 'failed'; id: number; error: WireError }
  | { kind: 'progress'; id: number; progress: Progress }
  | { kind: 'point'; id: number; point: CurvePoint }
  | { kind: 'false alarms'; id: number; alarms: FalseAlarms }
  | { kind: 'pull'; id: number; what: 'batch' | 'validation'; index: number }
