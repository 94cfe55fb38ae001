import { z } from 'zod'
import { modelId, rleText, runId } from './ids.ts'
import { thresholdScore } from './images.ts'

/** Runs, their clustering and their choice, and the inference of an image. */

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
  /** rectangles are fitted to the foreground's probabilities, finer than a pixel, instead of drawn around what is above the threshold; absent: not */
  fitted: z.boolean().optional(),
})
export type ClusterSettings = z.infer<typeof clusterSettings>

/**
 * How probable it is that an instance is a hit (IoU > 0.5 with a truth instance): a logistic regression on what is known
 * of it. P = 1 / (1 + exp(-(intercept + sum of weight * feature))); the features are in `core/cluster/features.ts`,
 * a weight that is absent is 0: those after the border belong to a second opinion, which also goes by what the image shows.
 */
export const calibration = z.object({
  intercept: z.number(),
  weights: z.object({
    foreground: z.number(),
    peak: z.number(),
    logArea: z.number(),
    border: z.number(),
    elongation: z.number().optional(),
    contrast: z.number().optional(),
    clarity: z.number().optional(),
    roughness: z.number().optional(),
    unrest: z.number().optional(),
  }),
  /** validation instances that it was fitted on, and how many of them were hits */
  instances: z.number().int(),
  hits: z.number().int(),
})
export type Calibration = z.infer<typeof calibration>

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
  /** of a draft run: the run whose predictions a person changed; null: it is none */
  parent: runId.nullable(),
  /** the model version whose training images these predictions are of, by weights that had not seen them; null: they are others */
  outOfFoldOf: modelId.nullable(),
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
  /** without predictions that lie in areas to ignore, over the same images; `images` have such areas. null: none has */
  ignoring: z
    .object({ f2: z.number(), f2WithShips: z.number().nullable(), images: z.number().int() })
    .nullable(),
  totalImages: z.number().int(),
  /** left out for good: in none of these figures */
  leftOutImages: z.number().int(),
  staleImages: z.number().int(),
})
export type SetScore = z.infer<typeof setScore>

/**
 * A change by hand of one image's predictions in a draft run: the instances that hold the pixels `at` go, `masks` come. The kind says
 * what a person meant by it.
 */
export const handChange = z.object({
  kind: z.enum(['join', 'split', 'drop', 'add', 'redraw']),
  /** row-major pixel indices, y * width + x */
  at: z.array(z.number().int().min(0)).max(1000),
  masks: z.array(rleText).max(1000),
})
export type HandChange = z.infer<typeof handChange>

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() })

/** What trying settings on the validation images of a run found. Nothing is changed by it. */
export const sweepResult = z.object({
  at: z.string(),
  /** validation images that it was tried on, and finished images of the hold-out, which had no part in it */
  images: z.number().int(),
  heldOut: z.number().int(),
  /** the run's own settings, and their mean F2, 0..1 */
  own: clusterSettings,
  ownF2: z.number(),
  /** the highest mean F2 on the images that it was chosen on */
  best: clusterSettings,
  bestF2: z.number(),
  /** F2 above the run's own on images that had no say in the choice, with its 95 % interval */
  gain: estimate,
  /** the gain is more than chance */
  better: z.boolean(),
  /** each setting by itself, the others being the best; `gain` over the run's own settings, in pairs */
  curves: z.array(
    z.object({
      setting: z.enum(['foreground', 'sigma', 'alpha', 'minArea', 'minScore']),
      points: z.array(z.object({ value: z.number().nullable(), f2: z.number(), gain: estimate })),
    }),
  ),
})
export type SweepResult = z.infer<typeof sweepResult>

/** The inference of one image, and what instances are made of it by. */
export const imageInference = z.object({
  /** of its bytes: see `core/cluster/inference-bytes.ts` */
  url: z.string(),
  /** another one for other pixels, another version, or with flips and without */
  key: z.string(),
  /** the current run, where it has looked at these pixels; null: its predictions are of others, or there are none */
  run: runId.nullable(),
  settings: clusterSettings,
  /** made by hand after that, in a draft run */
  changes: z.array(handChange),
  /** null: an instance's score is its mean foreground */
  calibration: calibration.nullable(),
})
export type ImageInference = z.infer<typeof imageInference>
