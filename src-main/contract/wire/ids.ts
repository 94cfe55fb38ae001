import { z } from 'zod'
import { LABEL_FORMATS } from '../label-formats.ts'

/** What names a thing, and masks as text. */

export const uuid = z.uuid()
export const imageId = z.number().int().positive()
export const runId = z.number().int().positive()
export const projectId = z.string().min(1).max(64)
export const modelId = z.string().regex(/^[0-9a-f]{64}$/)
export const jobId = z.uuid()
/** what an instance is, where it is more than a ship; left out: a ship */
export const category = z.string().min(1).max(200)
export const labelFormatId = z.enum(LABEL_FORMATS.map(({ id }) => id))

/** Airbus run-length text: `start length` pairs, starts 1-based, column-major (down, then right). '' = empty. */
export const rleText = z
  .string()
  .max(4_000_000)
  .regex(/^$|^\d+ \d+( \d+ \d+)*$/)
