import { z } from 'zod'
import { LABEL_FORMS } from '../words.ts'
import { categoryWish } from './categories.ts'
import { uuid, runId, projectId, modelId } from './ids.ts'

/** Projects, and labels that come into one. */

export const importPreview = z.object({
  token: uuid,
  file: z.string(),
  /** name of its format, for people */
  format: z.string(),
  /** instances, images without one, and what cannot be read */
  rows: z.number().int(),
  instances: z.number().int(),
  matchedImages: z.number().int(),
  emptyImages: z.number().int(),
  /** instances that are there already, to the pixel: never doubled */
  identical: z.number().int(),
  /** areas of many objects (COCO's iscrowd): never truth */
  crowds: z.number().int(),
  /** instances with a score */
  scored: z.number().int(),
  /** those of the file, each with what it becomes where nobody says otherwise */
  categories: z.array(z.object({ name: z.string(), instances: z.number().int(), wish: categoryWish })),
  /** how names were brought together with images where they are not their paths: 'b.png is sub/b.png: without its folders' */
  matchedOtherwise: z.array(z.string()),
  matchedOtherwiseCount: z.number().int(),
  /** names that may mean several images: 'a may be a.jpg or a.png'; left out */
  ambiguous: z.array(z.string()),
  ambiguousCount: z.number().int(),
  /** images of another size than the labels were made for; left out */
  resized: z.array(z.string()),
  resizedCount: z.number().int(),
  /** images with masks that make compact shapes only when read row by row */
  rowByRow: z.array(z.string()),
  rowByRowCount: z.number().int(),
  notFound: z.array(z.string()),
  notFoundCount: z.number().int(),
  overlapping: z.array(z.string()),
  overlappingCount: z.number().int(),
  outside: z.array(z.string()),
  outsideCount: z.number().int(),
  withTruth: z.array(z.string()),
  withTruthCount: z.number().int(),
  /** what cannot be read: 1-based line or record in its file, null where it is the file itself, and a sentence that says where and why */
  broken: z.array(z.object({ line: z.number().int().nullable(), reason: z.string() })),
  brokenCount: z.number().int(),
})
export type ImportPreview = z.infer<typeof importPreview>

export const importResult = z.object({
  images: z.number().int(),
  /** that were added */
  instances: z.number().int(),
  /** that were there already, to the pixel */
  identical: z.number().int(),
  /** images that had truth already and stayed as they were */
  skipped: z.number().int(),
  /** images whose file could not be read, with the sentence that says why: the first few, and how many there are */
  leftOut: z.array(z.object({ image: z.string(), reason: z.string() })),
  leftOutCount: z.number().int(),
  /** undoing this group takes the whole import back; null for predictions, and where no image has any of it */
  group: uuid.nullable(),
  run: runId.nullable(),
})
export type ImportResult = z.infer<typeof importResult>

/** What an export would write. */
export const exportPreview = z.object({
  images: z.number().int(),
  instances: z.number().int(),
  /** images that are marked but not finished, and so not in it unless asked for */
  unfinishedImages: z.number().int(),
  unfinishedInstances: z.number().int(),
  /** images that are left out for good, and so never in it; for truth */
  leftOutImages: z.number().int(),
  /** what the format cannot hold: 'holes of 3 instances', 'scores' */
  lost: z.array(z.string()),
})
export type ExportPreview = z.infer<typeof exportPreview>

export const projectSummary = z.object({
  id: projectId,
  name: z.string(),
  /** for display only; never sent back */
  location: z.string(),
  imagesLocation: z.string(),
  sample: z.boolean(),
  /** true where the project folder cannot be written: look, but nothing is saved */
  readOnly: z.boolean(),
  images: z.number().int(),
  finished: z.number().int(),
  currentRun: runId.nullable(),
  currentModel: modelId.nullable(),
  /** predictions from now on average over the four flips: four times the work */
  flips: z.boolean(),
})
export type ProjectSummary = z.infer<typeof projectSummary>

/** What the smart box gives in a project. */
export const labelForms = z.object({
  /** what a person has chosen; null: as the project's labels are */
  chosen: z.enum(LABEL_FORMS).nullable(),
  /** what most of its finished labels are; null: too few to tell */
  labels: z.enum(LABEL_FORMS).nullable(),
})
export type LabelForms = z.infer<typeof labelForms>

export const recentProject = z.object({
  /** opens it, as a grant does */
  key: z.string(),
  name: z.string(),
  location: z.string(),
  images: z.number().int(),
  finished: z.number().int(),
  f2: z.number().nullable(),
  openedAt: z.string(),
  exists: z.boolean(),
})
export type RecentProject = z.infer<typeof recentProject>
