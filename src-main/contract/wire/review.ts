import { z } from 'zod'
import type { ERROR_KINDS, FIX_ACTS } from '../words.ts'
import { SUSPECT_VERDICTS } from '../words.ts'
import { category, imageId, runId } from './ids.ts'

/** What is wrong with a run, and what mending it is worth. */

export type ErrorKind = (typeof ERROR_KINDS)[number]

/** How often each kind occurs, and hits under 0.75 beside them. */
export interface ErrorCounts {
  /** FN, by kind */
  truth: Record<ErrorKind, number>
  /** FP, by kind */
  predictions: Record<ErrorKind, number>
  sloppy: number
}

/** One error of an image mended on the model's side: what would become of its predictions. All by their places in the image, from 0. */
export interface Fix {
  act: (typeof FIX_ACTS)[number]
  truths: number[]
  predictions: number[]
}

/** A fix, and the F2 of its image if it alone were made: 0..1, exact. */
export interface WorthOfFix {
  fix: Fix
  f2: number
}

/** The box around an instance, in px of the image. */
export interface InstanceBox {
  x: number
  y: number
  width: number
  height: number
}

/** Kinds of what a gallery shows: of an error, or a hit. */
export type ItemKind = ErrorKind | 'sloppy' | 'hit'

/** An instance of a set, as a gallery shows it. */
export interface GalleryItem {
  image: number
  path: string
  id: string
  kind: ItemKind
  side: 'truth' | 'prediction'
  /** in the image's list, from 0 */
  place: number
  /** px */
  area: number
  /** of a prediction, 0..1 */
  score: number | null
  category?: string
  box: InstanceBox
}

/** Why truth is doubted: a ship is found that nobody marked, or one is marked that the model finds no trace of. */
export type Suspicion = 'not marked' | 'never found'

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
export interface Suspect {
  /** of the prediction that is not marked, or of the truth instance that is never found */
  id: string
  suspicion: Suspicion
  /** in the image's list, from 0: of truth, or of the predictions that contradict it */
  place: number
  /** px */
  area: number
  /** how sure the model is: the score of what is not marked; of what is never found, how many ships of its size are found; 0..1 */
  confidence: number
  /** what contradicts are predictions out of fold: by weights that had not seen the image */
  outOfFold: boolean
  category?: string
  box: InstanceBox
}

/** How many ships of one size class there are, and how many were hit at 0.5. */
export interface FoundShips {
  ships: number
  found: number
}

/** What is wrong with one scored image. */
export interface ReviewedImage {
  image: number
  path: string
  /** mean over the ten thresholds, 0..1 */
  f2: number
  counts: ErrorCounts
  /** with the worth of each, most first */
  fixes: WorthOfFix[]
  suspects: Suspect[]
  /** by the size classes of `core/metric/report.ts` */
  recall: FoundShips[]
  /** the model version, or one that it came from, was trained on this image: its predictions are no second opinion */
  trainedOn: boolean
}

/** A part of the scored images of a run, in the order of their ids. */
export const reviewPage = z.object({
  run: runId,
  /** what is wrong with them, packed by `core/metric/review-page.ts`: so many small values are as one text a tenth of the work */
  images: z.string(),
  /** ask for what comes after this image; null: that was all */
  next: imageId.nullable(),
})
export type ReviewPage = z.infer<typeof reviewPage>

/** A part of the instances of a run and of truth, by image: `items` is the JSON of `GalleryItem[]`. */
export const galleryPage = z.object({ run: runId, items: z.string(), next: imageId.nullable() })
export type GalleryPage = z.infer<typeof galleryPage>

/** A part of an image, in px. */
export const crop = z.object({
  image: imageId,
  x: z.number().int().min(0),
  y: z.number().int().min(0),
  width: z.number().int().min(1),
  height: z.number().int().min(1),
})
export type Crop = z.infer<typeof crop>

/** What reaches into a crop, as paths of SVG in px of the crop: outlines of truth, and of a run's predictions. */
export const cropOutlines = z.object({ truth: z.string(), predictions: z.string() })
export type CropOutlines = z.infer<typeof cropOutlines>

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
  /** F2 of each, by difference: what the second has lost most first; `groups`: of which of the groups below it holds ships, by their places */
  images: z.array(
    z.object({
      image: imageId,
      path: z.string(),
      first: z.number(),
      second: z.number(),
      /** as of all, for this image */
      agreement: z.number(),
      groups: z.array(z.number().int()),
    }),
  ),
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
  /** instances that both have, by an IoU over 0.5 of one with the other, and those that one alone has */
  shared: z.object({ both: z.number().int(), first: z.number().int(), second: z.number().int() }),
})
export type RunComparison = z.infer<typeof runComparison>
