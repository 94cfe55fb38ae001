import { z } from 'zod'
import { CROP_STEP, NETWORK_SIZES } from '../words.ts'
import { modelId } from './ids.ts'
import { similarGroup } from './images.ts'

/** Model versions and what makes them. */

export const modelVersion = z.object({
  id: modelId,
  name: z.string(),
  parent: modelId.nullable(),
  createdAt: z.string(),
  /** 'base' ships with Drydock, 'trained' was made in this project */
  kind: z.enum(['base', 'trained']),
  current: z.boolean(),
  parameters: z.number().int(),
  bytes: z.number().int(),
  trainedImages: z.number().int(),
  validationF2: z.number().nullable(),
  note: z.string(),
})
export type ModelVersion = z.infer<typeof modelVersion>

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
})
export type CurvePoint = z.infer<typeof curvePoint>

export const trainSettings = z
  .object({
    /** model to start from; null: from scratch */
    from: modelId.nullable(),
    /** of a network from scratch; one that starts from a model is as large as that. Absent in jobs from before there were two */
    size: z.enum(NETWORK_SIZES).default('base'),
    name: z.string().min(1).max(80),
    /** exactly one of the three limits is set */
    epochs: z.number().int().min(1).max(10_000).nullable(),
    minutes: z.number().positive().max(10_000).nullable(),
    steps: z.number().int().min(1).max(10_000_000).nullable(),
    batch: z.number().int().min(1).max(64),
    crop: z.number().int().multipleOf(CROP_STEP).min(64).max(1024),
    learningRate: z.number().positive().max(1),
    embeddingWeight: z.number().min(0).max(100),
    /** share of crops that are synthetic, 0..1 */
    syntheticShare: z.number().min(0).max(1),
    /** crops show an image enlarged up to so many times: teaches coarser images what finer ones look like */
    magnify: z.number().min(0.8).max(8),
    validateEvery: z.number().int().min(1),
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
  /** images that are scored on, though images of their scene are, or were, learnt from: the first few, and how many there are */
  leaks: similarGroup.shape.leaks,
  leakCount: z.number().int(),
  /** null: training can start; else why not, as a sentence */
  refusal: z.string().nullable(),
})
export type TrainPreview = z.infer<typeof trainPreview>
