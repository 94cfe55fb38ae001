import { z } from 'zod'
import { clusterSettings, thresholdScore } from '../../contract/wire.ts'

/** The folder of a result: a figure for a paper, with all that it follows from. */

export const RESULT_FORMAT = 'drydock-result-1'
export const RESULT_FILE = 'result.json'
export const TRUTH_FILE = 'truth.csv'
export const PREDICTIONS_FILE = 'predictions.csv'
export const IMAGES_FILE = 'images.csv'
export const CARD_FILE = 'card.json'

/** result.json: scores at full precision, what they were made by, and the SHA-256 of each file beside it. */
export const resultFile = z.object({
  format: z.literal(RESULT_FORMAT),
  createdAt: z.string(),
  project: z.string(),
  run: z.object({
    name: z.string(),
    kind: z.enum(['model', 'labels']),
    createdAt: z.string(),
    flips: z.boolean(),
    settings: clusterSettings.nullable(),
  }),
  /** null: labels that were read in */
  model: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  backend: z.object({ name: z.string(), device: z.string() }).nullable(),
  versions: z.record(z.string(), z.string()),
  images: z.number().int(),
  scores: z.object({
    f2: z.number(),
    f2WithShips: z.number().nullable(),
    pooledF2: z.number(),
    thresholds: z.array(thresholdScore).length(10),
  }),
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
})
export type ResultFile = z.infer<typeof resultFile>
