import { z } from 'zod'
import { IMAGE_SORTS, IMAGE_STATUSES, SPLITS } from '../words.ts'

export type { Split } from '../words.ts'
import { category, uuid, imageId, runId, rleText } from './ids.ts'
import { instanceAttributes } from './instances.ts'

/** Images as the list and the canvas show them: truth, predictions and scores. */

export const imageStatus = z.enum(IMAGE_STATUSES)
export type ImageStatus = z.infer<typeof imageStatus>

export const split = z.enum(SPLITS)

/** Why an image is left out for good: in no count, score, training or review, whatever its status. null: it is not left out. */
export const leftOut = z.string().trim().min(1).max(500).nullable()

/** Who put an image into its split: chance (until the first training), a person, a folder or file that names it, or it is frozen. */
export const splitBy = z.enum(['chance', 'person', 'file', 'frozen'])
export type SplitBy = z.infer<typeof splitBy>

/** Finished images that are of one scene, and go to one side of a split together. */
export const similarGroup = z.object({
  group: z.number().int(),
  /** 'looks alike', 'same pixels', 'crops of one scene' ...; 'alone' where there is one */
  why: z.string(),
  images: z.array(
    z.object({
      id: imageId,
      path: z.string(),
      split: split.nullable(),
      /** this content was trained on in this project */
      trained: z.boolean(),
    }),
  ),
  /** images that are scored on, though the group is, or was, learnt from */
  leaks: z.array(z.object({ image: z.string(), split, like: z.string(), trained: z.boolean() })),
})
export type SimilarGroup = z.infer<typeof similarGroup>

/** `ok`: file as known. `pending`: not read yet. Others: shown as such in the list, with a sentence. */
export const fileState = z.enum(['ok', 'pending', 'missing', 'changed', 'unreadable'])
export type FileState = z.infer<typeof fileState>

/** Counts at one IoU threshold. */
export const thresholdScore = z.object({
  iou: z.number(),
  tp: z.number().int(),
  fp: z.number().int(),
  fn: z.number().int(),
  f2: z.number(),
})
export type ThresholdScore = z.infer<typeof thresholdScore>

/** F2 of one image against one run. `stale`: truth has changed since; recomputed on demand. */
export const imageScore = z.object({
  run: runId,
  f2: z.number(),
  thresholds: z.array(thresholdScore).length(10),
  /** without predictions that lie in areas to ignore (`core/metric/ignoring.ts`); null: the image has no such area */
  ignoringF2: z.number().nullable(),
  truthRevision: z.number().int(),
  stale: z.boolean(),
})
export type ImageScore = z.infer<typeof imageScore>

/** One row of the image list. `f2` is null where the image has no truth (status to do, in progress, or left out) or no prediction. */
export const imageRow = z.object({
  id: imageId,
  /** relative to the images folder, with `/` */
  path: z.string(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  status: imageStatus,
  /** null until the file has been read once: the split follows from a hash of its content */
  split: split.nullable(),
  flagged: z.boolean(),
  comment: z.string(),
  leftOut,
  fileState,
  /** what is wrong with the file, or to be known of it, as a sentence: "1 of 3 pages" also when it is `ok` */
  fileNote: z.string().nullable(),
  /** truth instances that count as object */
  truthCount: z.number().int(),
  /** null: the current run has not reached this image */
  predictionCount: z.number().int().nullable(),
  f2: z.number().nullable(),
  stale: z.boolean(),
  /** how unsure the current run is of it, 0..1 (`core/doubt.ts`); null: not reached, no model's run, or finished: a person was sure */
  doubt: z.number().nullable(),
  /** of the file, in ms since 1970 */
  modified: z.number(),
  revision: z.number().int(),
  /** changes when the pixels change; part of every pixel URL */
  content: z.string(),
})
export type ImageRow = z.infer<typeof imageRow>

export const imageSort = z.enum(IMAGE_SORTS)
export type ImageSort = z.infer<typeof imageSort>

/** Both ends belong to it; null: no end. What has no number lies in no range with an end. */
const range = z.object({ from: z.number().nullable(), to: z.number().nullable() })
export type Range = z.infer<typeof range>

/** Which images a list shows: those that meet all of it. */
export const imageFilter = z.object({
  /** part of the path, any case; spaces around it do not count */
  text: z.string().max(1000),
  /** null: any */
  status: imageStatus.nullable(),
  /** true: only those */
  flagged: z.boolean(),
  /** only images that are left out, or none of them; null: both */
  leftOut: z.enum(['only', 'none']).nullable(),
  /** true: only images with a score */
  scored: z.boolean(),
  split: split.nullable(),
  /** with a truth instance of this category; a ship is 'ship' */
  category: z.string().min(1).max(200).nullable(),
  /** edited by, as the system calls people */
  author: z.string().min(1).max(200).nullable(),
  f2: range,
  /** truth instances */
  ships: range,
  /** predictions of the current run */
  predictions: range,
  /** the longer side in px */
  side: range,
})
export type ImageFilter = z.infer<typeof imageFilter>

/** The truth of an image as it is seen on its small picture. */
export const thumbMarks = z.object({
  image: imageId,
  /** that it shows */
  revision: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  /** bytes as base64, row by row: 0 for none, else a colour plus 1 */
  data: z.string(),
})
export type ThumbMarks = z.infer<typeof thumbMarks>

/** What images of a project can be filtered by, as far as it is not the same everywhere. */
export const imageFacets = z.object({
  authors: z.array(z.string()),
  /** of truth, by their keys and names */
  categories: z.array(z.object({ key: z.string(), name: z.string() })),
})
export type ImageFacets = z.infer<typeof imageFacets>

/** The order of a list (`core/list`), bytes as base64: uint32 ids; float64 sort keys, empty where all are 0; a byte of marks each. */
export const packedOrder = z.object({ ids: z.string(), keys: z.string(), marks: z.string() })
export type PackedOrder = z.infer<typeof packedOrder>

/** Images whose files seem to have been renamed or moved, though it cannot be told which became which. */
export const movedImages = z.object({
  images: z.number().int(),
  /** the first few, by path: where it was, and where it is likely to be */
  some: z.array(z.object({ from: z.string(), to: z.string() })),
})
export type MovedImages = z.infer<typeof movedImages>

export const truthInstance = z.object({
  id: uuid,
  rle: rleText,
  area: z.number().int(),
  ...instanceAttributes.shape,
})
export type TruthInstance = z.infer<typeof truthInstance>

export const decision = z.enum(['accepted', 'rejected'])
export type Decision = z.infer<typeof decision>

export const prediction = z.object({
  id: uuid,
  rle: rleText,
  area: z.number().int(),
  /** 0..1, the probability that it is a hit where the model version has a calibration, else the mean foreground of its pixels */
  score: z.number(),
  /** which cluster of the stored inference it is; -1 for imported labels */
  cluster: z.number().int(),
  decision: decision.nullable(),
  colour: z.number().int().min(0).max(11),
  category: category.optional(),
})
export type Prediction = z.infer<typeof prediction>

/** One rectangle of the image's pixels, at one scale, by URL; `x y width height` in image pixels. */
export const pixelTile = z.object({
  url: z.string(),
  /** it may be transparent where the file has no data */
  gaps: z.boolean(),
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
})
export type PixelTile = z.infer<typeof pixelTile>

export const imageDetail = z.object({
  row: imageRow,
  tiles: z.array(pixelTile),
  truth: z.array(truthInstance),
  /** the current run's predictions; null where it has not reached this image */
  predictions: z.array(prediction).nullable(),
  /** keys of the categories that do not count as object */
  uncounted: z.array(category),
  score: imageScore.nullable(),
  canUndo: z.boolean(),
  canRedo: z.boolean(),
})
export type ImageDetail = z.infer<typeof imageDetail>

/** The same on its way: its instances as one text (`core/packed-detail.ts`). */
export const packedDetail = imageDetail
  .omit({ truth: true, predictions: true })
  .extend({ instances: z.string() })
export type PackedDetail = z.infer<typeof packedDetail>
