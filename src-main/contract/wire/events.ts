import { z } from 'zod'
import { backendInfo } from './engine-info.ts'
import { imageId, modelId, jobId, runId } from './ids.ts'
import { imageRow } from './images.ts'
import { curvePoint } from './training.ts'

/** Jobs, and what a window is told without asking. */

export const jobState = z.enum(['queued', 'running', 'done', 'cancelled', 'failed', 'interrupted'])
export type JobState = z.infer<typeof jobState>

export const job = z.object({
  id: jobId,
  /** 'predict', 'train', 'score', 'import', 'scan', and what later versions add */
  kind: z.string(),
  /** 'Predicting', 'Training harbour-v2': shown in the status bar */
  title: z.string(),
  state: jobState,
  done: z.number(),
  total: z.number(),
  /** what the count counts: 'images', 'steps' */
  unit: z.string(),
  secondsLeft: z.number().nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** one sentence for what came out, e.g. 'Predicted 12 images, 2 could not be read.' */
  summary: z.string().nullable(),
  /** a training job's new version */
  model: modelId.nullable(),
  /** it ended early, and `jobs.resume` goes on with it */
  resumable: z.boolean(),
})
export type Job = z.infer<typeof job>

/** What a window is told without asking. Rows are sent whole; a view replaces what it has. */
export const projectEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('images'), rows: z.array(imageRow) }),
  /** images came or are missing, while a folder is looked at: ask for the order of the list again */
  z.object({ type: z.literal('list') }),
  /** so many images seem to have moved: ask, once for all (`images.moved`); 0: it was answered, by anyone */
  z.object({ type: z.literal('moved'), images: z.number().int() }),
  /**
   * The image's truth (to `revision`: a window that has it already made the change itself) or the current run's
   * predictions of it changed, by anyone: fetch it again.
   */
  z.object({
    type: z.literal('image-changed'),
    image: imageId,
    what: z.enum(['truth', 'predictions']),
    revision: z.number().int(),
  }),
  /** truth or predictions of very many images changed, by one act: ask for all that is shown again */
  z.object({ type: z.literal('many-changed') }),
  /** map layers came or went */
  z.object({ type: z.literal('map-layers') }),
  /** runs came, or another one is the current one */
  z.object({ type: z.literal('runs') }),
  /** a run has come to one more image by itself, which is so many now */
  z.object({ type: z.literal('run-grew'), run: runId, images: z.number().int() }),
  /** the project's categories, or which of them count */
  z.object({ type: z.literal('categories') }),
  /** a person has chosen what the smart box gives */
  z.object({ type: z.literal('label-form') }),
  z.object({ type: z.literal('models') }),
  z.object({ type: z.literal('score') }),
  z.object({ type: z.literal('job'), job }),
  z.object({ type: z.literal('curve'), job: jobId, points: z.array(curvePoint) }),
  z.object({ type: z.literal('engine'), engine: backendInfo.nullable() }),
])
export type ProjectEvent = z.infer<typeof projectEvent>
