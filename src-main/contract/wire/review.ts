import { z } from 'zod'
import { ERROR_KINDS, SUSPECT_VERDICTS } from '../words.ts'
import { category, imageId, runId, uuid } from './ids.ts'

/** What is wrong with a run, and what mending it is worth. */

export const errorKind = z.enum(ERROR_KINDS)
export type ErrorKind = z.infer<typeof errorKind>

/** How often each kind occurs, and hits under 0.75 beside them. */
export const errorCounts = z.object({
  /** FN, by kind */
  truth: z.record(errorKind, z.number().int()),
  /** FP, by kind */
  predictions: z.record(errorKind, z.number().int()),
  sloppy: z.number().int(),
})
export type ErrorCounts = z.infer<typeof errorCounts>

/** One error of an image mended on the model's side: what would become of its predictions. All by their places in the image, from 0. */
export const fix = z.object({
  act: z.enum(['split', 'merge', 'redraw', 'add', 'drop']),
  truths: z.array(z.number().int()),
  predictions: z.array(z.number().int()),
})
export type Fix = z.infer<typeof fix>

/** A fix, and the F2 of its image if it alone were made: 0..1, exact. */
export const worthOfFix = z.object({ fix, f2: z.number() })
export type WorthOfFix = z.infer<typeof worthOfFix>

/** The box around an instance, in px of the image. */
const pixelBox = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
})

/** An unmatched instance, or a sloppy hit, as a gallery shows it. */
export const errorItem = z.object({
  id: uuid,
  kind: z.enum([...ERROR_KINDS, 'sloppy']),
  side: z.enum(['truth', 'prediction']),
  /** in the image's list, from 0 */
  place: z.number().int(),
  /** px */
  area: z.number().int(),
  /** of a prediction */
  score: z.number().nullable(),
  category: category.optional(),
  box: pixelBox,
})
export type ErrorItem = z.infer<typeof errorItem>

/** Why truth is doubted: a ship is found that nobody marked, or one is marked that the model finds no trace of. */
export const suspicion = z.enum(['not marked', 'never found'])
export type Suspicion = z.infer<typeof suspicion>

/** What a person says of a suspect. */
export const suspectVerdict = z.enum(SUSPECT_VERDICTS)
export type SuspectVerdict = z.infer<typeof suspectVerdict>

/** What is decided on many instances at once. */
export const bulkAct = z.discriminatedUnion('act', [
  z.object({ act: z.literal('accept') }),
  z.object({ act: z.literal('reject') }),
  z.object({ act: z.literal('delete') }),
  z.object({ act: z.literal('category'), category }),
])
export type BulkAct = z.infer<typeof bulkAct>

/** How many suspects have got each verdict. */
export const suspectVerdicts = z.record(suspectVerdict, z.number().int())
export type SuspectVerdicts = z.infer<typeof suspectVerdicts>

/** Truth that a confident model contradicts. */
export const suspect = z.object({
  /** of the prediction that is not marked, or of the truth instance that is never found */
  id: uuid,
  suspicion,
  /** in the image's list, from 0 */
  place: z.number().int(),
  /** px */
  area: z.number().int(),
  /** how sure the model is: the score of what is not marked; of what is never found, how many ships of its size are found; 0..1 */
  confidence: z.number(),
  category: category.optional(),
  box: pixelBox,
})
export type Suspect = z.infer<typeof suspect>

/** How many ships of one size class there are, and how many were hit at 0.5. */
export const found = z.object({ ships: z.number().int(), found: z.number().int() })

/** What is wrong with one scored image. */
export const reviewedImage = z.object({
  image: imageId,
  path: z.string(),
  /** mean over the ten thresholds, 0..1 */
  f2: z.number(),
  counts: errorCounts,
  /** with the worth of each, most first */
  fixes: z.array(worthOfFix),
  errors: z.array(errorItem),
  suspects: z.array(suspect),
  /** by the size classes of `core/metric/report.ts` */
  recall: z.array(found),
  /** the model version, or one that it came from, was trained on this image: its predictions are no second opinion */
  trainedOn: z.boolean(),
})
export type ReviewedImage = z.infer<typeof reviewedImage>

/** A part of the scored images of a run, in the order of their ids. */
export const reviewPage = z.object({
  run: runId,
  images: z.array(reviewedImage),
  /** ask for what comes after this image; null: that was all */
  next: imageId.nullable(),
})
export type ReviewPage = z.infer<typeof reviewPage>

/** A mean with its 95 % bootstrap interval over images. */
export const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() })

/** Two runs against the same truth, on the finished images that both have reached. `first` and `second` are theirs. */
export const runComparison = z.object({
  runs: z.object({ first: runId, second: runId }),
  /** by how much the second is above the first, in pairs */
  difference: z.object({
    f2: estimate,
    /** over images with at least one truth instance; null without such */
    f2WithShips: estimate.nullable(),
  }),
  /** images on which the second is better, worse, and the same */
  wins: z.number().int(),
  losses: z.number().int(),
  unchanged: z.number().int(),
  /** F2 of each, by difference: what the second has lost most first */
  images: z.array(z.object({ image: imageId, path: z.string(), first: z.number(), second: z.number() })),
  /** ships by kind, and how many each run hits at 0.5 */
  groups: z.array(
    z.object({
      by: z.enum(['size', 'place', 'category']),
      name: z.string(),
      ships: z.number().int(),
      first: z.number().int(),
      second: z.number().int(),
    }),
  ),
  /** predictions that hit nothing at 0.5 */
  falseAlarms: z.object({ first: z.number().int(), second: z.number().int() }),
  /** how far both say the same, whoever is right: F1 of one against the other over the ten thresholds, mean over images; 0..1 */
  agreement: z.number(),
})
export type RunComparison = z.infer<typeof runComparison>
