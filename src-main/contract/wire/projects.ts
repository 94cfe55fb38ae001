import { z } from 'zod'
import { uuid, runId, projectId, modelId } from './ids.ts'

/** Projects, and labels that come into one. */

export const importPreview = z.object({
  token: uuid,
  file: z.string(),
  rows: z.number().int(),
  instances: z.number().int(),
  matchedImages: z.number().int(),
  emptyImages: z.number().int(),
  notFound: z.array(z.string()),
  notFoundCount: z.number().int(),
  overlapping: z.array(z.string()),
  overlappingCount: z.number().int(),
  outside: z.array(z.string()),
  outsideCount: z.number().int(),
  withTruth: z.array(z.string()),
  withTruthCount: z.number().int(),
  /** rows that cannot be read: 1-based line number in the file and why */
  broken: z.array(z.object({ line: z.number().int(), reason: z.string() })),
  brokenCount: z.number().int(),
})
export type ImportPreview = z.infer<typeof importPreview>

export const importResult = z.object({
  images: z.number().int(),
  instances: z.number().int(),
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
