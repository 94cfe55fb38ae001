import { z } from 'zod'
import { uuid, runId, modelId } from './ids.ts'
import { thresholdScore } from './images.ts'

/** Runs, their clustering and their choice, and the plot of embeddings. */

/** How predictions are made from an inference. */
export const clusterSettings = z.object({
  /** pixels below this foreground probability are background, 0..1 */
  foreground: z.number().min(0.05).max(0.99),
  /** blur of the votes in px; null: from each component's size */
  sigma: z.number().min(0.5).max(20).nullable(),
  /** neighbouring regions join unless their embeddings lie further apart than alpha times the sum of their spreads */
  alpha: z.number().min(0).max(10),
  /** smallest instance in px */
  minArea: z.number().int().min(1).max(100_000),
  /** instances whose score is below this are dropped, 0..1 */
  minScore: z.number().min(0).max(1),
  /** false: plain connected components, for comparison */
  separate: z.boolean(),
  /** neighbouring regions also stay apart where the outline has a neck between them; absent in settings from before there was a choice */
  necks: z.boolean().default(false),
  /** each instance as the turned rectangle around it, as some labels are drawn; absent in settings from before there was a choice */
  rectangles: z.boolean().default(false),
})
export type ClusterSettings = z.infer<typeof clusterSettings>

/** From "no false alarm on empty images" to "no ship overlooked". */
export const OPERATING_POINTS = ['clean', 'balanced', 'ships'] as const

/** One position of the choice between clean empty images and more ships found: it differs from the others in minScore alone. */
export const operatingPoint = z.object({
  name: z.enum(OPERATING_POINTS),
  minScore: z.number().min(0).max(1),
  /** what it gave on the validation images; null where this version was not measured, but its parent was */
  validation: z
    .object({
      /** F2 over all images, 0..1 */
      f2: z.number(),
      /** null without images with ships */
      f2WithShips: z.number().nullable(),
      emptyImages: z.number().int(),
      /** empty images without a false alarm */
      emptyClean: z.number().int(),
      ships: z.number().int(),
      /** ships found at IoU > 0.5 */
      found: z.number().int(),
    })
    .nullable(),
})
export type OperatingPoint = z.infer<typeof operatingPoint>

/**
 * The choice between clean empty images and more ships found, for one run: from the cleanest. Positions without a name or
 * figures are offered where the model version was not measured.
 */
export const runChoice = z.object({
  /** these of the run */
  minScore: z.number(),
  rectangles: z.boolean(),
  necks: z.boolean(),
  positions: z.array(operatingPoint.extend({ name: operatingPoint.shape.name.nullable() })).min(1),
})
export type RunChoice = z.infer<typeof runChoice>

export const run = z.object({
  id: runId,
  name: z.string(),
  kind: z.enum(['model', 'labels']),
  model: modelId.nullable(),
  modelName: z.string().nullable(),
  settings: clusterSettings.nullable(),
  /** its inferences are averages over the four flips */
  flips: z.boolean(),
  createdAt: z.string(),
  images: z.number().int(),
  current: z.boolean(),
})
export type Run = z.infer<typeof run>

export const setScore = z.object({
  run: runId.nullable(),
  /** mean over images; null when no image is scored */
  f2: z.number().nullable(),
  /** over images that have at least one truth instance */
  f2WithShips: z.number().nullable(),
  pooledF2: z.number().nullable(),
  thresholds: z.array(thresholdScore),
  overImages: z.number().int(),
  totalImages: z.number().int(),
  staleImages: z.number().int(),
})
export type SetScore = z.infer<typeof setScore>

/** A named cluster of one image's embeddings, for the scatter plot. */
export const embeddingCluster = z.object({
  cluster: z.number().int(),
  /** null: dropped as too small or too faint */
  prediction: uuid.nullable(),
  centre: z.tuple([z.number(), z.number()]),
  spread: z.number(),
  pixels: z.number().int(),
})

/**
 * The points come as a file at `url`: little endian, `count` of each, one array after the other:
 * uint32 pixel index (row-major, y * width + x), float32 x, float32 y (embedding channels 0 and 1, image px),
 * uint8 foreground (0..255), then int16 cluster (-1: none).
 */
export const embeddingPoints = z.object({
  url: z.string(),
  count: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  clusters: z.array(embeddingCluster),
  settings: clusterSettings,
})
export type EmbeddingPoints = z.infer<typeof embeddingPoints>
