import { z } from 'zod'
import { COORDINATES, CROP_STEP, LOSS_UNITS, NETWORK_SIZES } from '../words.ts'
import { modelId, rleText } from './ids.ts'
import { similarGroup } from './images.ts'

/** Model versions and what makes them. */

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() })

/** By how much a version is above another one, on the same images, in pairs; 95 % intervals. */
export const pairedScore = z.object({
  /** the other one; null: it is not in the project */
  against: modelId.nullable(),
  /** what they were compared on */
  on: z.enum(['validation', 'out of fold', 'hold-out']),
  images: z.number().int(),
  /** F2 of the version, and of the other one */
  f2: z.number(),
  before: z.number(),
  difference: estimate,
  /** over images with ships; null without such */
  differenceWithShips: estimate.nullable(),
})
export type PairedScore = z.infer<typeof pairedScore>

/** Instances of about one score, and how many of them are hits at IoU > 0.5. */
export const reliabilityBin = z.object({
  /** mean score */
  score: z.number(),
  instances: z.number().int(),
  hits: z.number().int(),
})
export type ReliabilityBin = z.infer<typeof reliabilityBin>

export const modelVersion = z.object({
  id: modelId,
  name: z.string(),
  parent: modelId.nullable(),
  createdAt: z.string(),
  /** 'base' ships with Drydock, 'trained' was made in this project */
  kind: z.enum(['base', 'trained']),
  current: z.boolean(),
  /** it was current before the one that is: what a roll-back goes to */
  previous: z.boolean(),
  parameters: z.number().int(),
  bytes: z.number().int(),
  trainedImages: z.number().int(),
  validationF2: z.number().nullable(),
  /** no step of its training was better than its parent: the weights are that one's, and only how instances are made may differ */
  startKept: z.boolean(),
  note: z.string(),
  /** against the version it was trained from, on images that it was not trained on; null: not compared */
  paired: pairedScore.nullable(),
  /** against the version that was current then, on the hold-out; null: nobody has looked */
  heldOut: pairedScore.nullable(),
  /** what a person has written of it */
  remark: z.string(),
})
export type ModelVersion = z.infer<typeof modelVersion>

/** What a version can be compared with the current one on, once, at the end. */
export const holdOutState = z.object({
  images: z.number().int(),
  withShips: z.number().int(),
  /** hold-out images that are left out: one of the two was trained on them or their scene; the first few, and how many */
  leaks: z.array(z.string()),
  leakCount: z.number().int(),
  /** how often the hold-out was looked at, for any version: each time makes its figure say less */
  looks: z.number().int(),
})
export type HoldOutState = z.infer<typeof holdOutState>

/** How F2 grew with the images that were trained on, and how it would go on. */
export const measuredCurve = z.object({
  at: z.string(),
  /** validation images */
  scoredOn: z.number().int(),
  points: z.array(
    z.object({
      images: z.number().int(),
      f2: estimate,
      /** ships of the validation images that are found at IoU > 0.5. Absent in curves from before it was counted */
      found: z.number().int().optional(),
      /** their share of all, with its interval over images; null: no ship. Absent in curves from before it was reckoned */
      recall: estimate.nullable().optional(),
    }),
  ),
  /** name of the version that each training started from. Absent in curves from before it was said */
  from: z.string().optional(),
  /** how many ships there are to find. Absent in curves from before it was counted */
  ships: z.number().int().optional(),
  /** what so many `more` images would bring */
  gain: estimate,
  more: z.number().int(),
  fit: z.array(z.object({ images: z.number(), f2: z.number() })),
})
export type MeasuredCurve = z.infer<typeof measuredCurve>

/** What the weights of one step of a training make of an image. */
export const filmFrame = z.object({
  step: z.number().int(),
  /** of the image, in px */
  width: z.number().int(),
  height: z.number().int(),
  /** probability of a ship, 0..255, row-major, at a smaller scale; base64 */
  foreground: z.object({ width: z.number().int(), height: z.number().int(), bytes: z.string() }),
  instances: z.array(z.object({ rle: rleText, score: z.number() })),
  /** null where the image has no truth */
  f2: z.number().nullable(),
})
export type FilmFrame = z.infer<typeof filmFrame>

/** A crop as a training sees it. */
export const trainCrop = z.object({
  /** px of a side */
  side: z.number().int(),
  /** RGB, row-major; base64 */
  rgb: z.string(),
  /** 1 where a ship's outline is, 2 where nothing is learnt from, row-major; base64 */
  outline: z.string(),
})
export type TrainCrop = z.infer<typeof trainCrop>

/** One figure of a training curve; a JSON line of the training log. */
export const curvePoint = z.object({
  step: z.number().int(),
  /** 'train': every few steps. 'validation': at each validation */
  kind: z.enum(['train', 'validation']),
  loss: z.number().nullable(),
  /** parts of the loss by name: bce, dice, embedding */
  parts: z.record(z.string(), z.number()),
  f2: z.number().nullable(),
  f2WithShips: z.number().nullable(),
  seconds: z.number(),
  learningRate: z.number().nullable(),
  /** of a validation: ships by area (under 100, 400, 1,500 px and above), and how many are found at IoU > 0.5 */
  found: z.array(z.object({ ships: z.number().int(), found: z.number().int() })).optional(),
  /** of a validation: what it was on; logs of earlier releases lack it */
  on: z
    .object({
      images: z.number().int(),
      /** scenes */
      synthetic: z.number().int(),
      /** each image by a training that has not seen it */
      outOfFold: z.boolean(),
    })
    .optional(),
})
export type CurvePoint = z.infer<typeof curvePoint>

export const trainSettings = z
  .object({
    /** model to start from; null: from scratch */
    from: modelId.nullable(),
    /** of a network from scratch; one that starts from a model is as large as that. Absent in jobs from before there were two */
    size: z.enum(NETWORK_SIZES).default('base'),
    /** of a network from scratch; one that starts from a model has its. Absent in jobs from before there were two */
    coordinates: z.enum(COORDINATES).default('pixel'),
    name: z.string().min(1).max(80),
    /** exactly one of the three limits is set */
    epochs: z.number().int().min(1).max(10_000).nullable(),
    minutes: z.number().positive().max(10_000).nullable(),
    steps: z.number().int().min(1).max(10_000_000).nullable(),
    batch: z.number().int().min(1).max(64),
    crop: z.number().int().multipleOf(CROP_STEP).min(64).max(1024),
    learningRate: z.number().positive().max(1),
    embeddingWeight: z.number().min(0).max(100),
    /** Absent in jobs from before there were two */
    lossUnit: z.enum(LOSS_UNITS).default('pixel'),
    /** crops are centred on ships drawn by their area to the minus this: 0 draws each alike, more the smaller ones. Absent in jobs from before there was one */
    sizeExponent: z.number().min(0).max(1).default(0),
    /** share of the crops of marked images that are around what the weights of then take for ships wrongly. Absent in jobs from before there was one */
    falseAlarmShare: z.number().min(0).max(0.4).default(0),
    /** share of crops that are synthetic, 0..1 */
    syntheticShare: z.number().min(0).max(1),
    /** crops show an image enlarged up to so many times: teaches coarser images what finer ones look like */
    magnify: z.number().min(0.8).max(8),
    validateEvery: z.number().int().min(1),
    /** it ends when so many validations in a row were no better; null: it goes on to its limit. Absent in jobs from before there was one */
    patience: z.number().int().min(1).max(1000).nullable().default(null),
    seed: z.number().int().min(0).max(0xffffffff),
  })
  .refine((s) => [s.epochs, s.minutes, s.steps].filter((v) => v !== null).length === 1, {
    message: 'Set exactly one of epochs, minutes and steps.',
  })
export type TrainSettings = z.infer<typeof trainSettings>

/** What a training would use, and what it would leave out and why. */
export const trainPreview = z.object({
  used: z.number().int(),
  validation: z.number().int(),
  holdOut: z.number().int(),
  instances: z.number().int(),
  leftOut: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  /** groups of similar images among the finished ones: each is on one side of the split */
  groups: z.number().int(),
  /** finished images whose pixels have not been compared with the others' yet */
  unlooked: z.number().int(),
  /** false: finished images are still dealt anew as more are finished; the first training freezes it */
  frozen: z.boolean(),
  /** what it is validated on: validation images; the images to train on, each left out in turn; nothing, since all are of one scene */
  validates: z.enum(['images', 'folds', 'nothing']),
  /** where images take turns in being left out: versions that have learnt from some of them, and from how many; what starts from one has seen them all the same */
  known: z.array(z.object({ model: modelId, images: z.number().int() })),
  /** images that are scored on, though images of their scene are, or were, learnt from: the first few, and how many there are */
  leaks: similarGroup.shape.leaks,
  leakCount: z.number().int(),
  /** null: training can start; else why not, as a sentence */
  refusal: z.string().nullable(),
})
export type TrainPreview = z.infer<typeof trainPreview>
