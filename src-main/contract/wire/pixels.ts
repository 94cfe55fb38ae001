import { z } from 'zod'

/** What a file holds beneath its pixels, and how its samples become the 8 bits that a person and the model see. */

export const SAMPLE_TYPES = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float16',
  'float32',
  'float64',
] as const

/** One band of an image file. */
export const band = z.object({
  /** its description in the file, else what it stands for, else "Band 4" */
  name: z.string(),
  type: z.enum(SAMPLE_TYPES),
  /** of a sample that are used: 12 in a file of 12 bits, though its samples arrive as uint16 */
  bits: z.number().int().min(1).max(64),
  /** the value that the file says stands for missing data; null: none */
  nodata: z.number().nullable(),
  /** transparency, and whether the colours are multiplied by it already; null: a band like others */
  alpha: z.enum(['straight', 'multiplied']).nullable(),
})
export type Band = z.infer<typeof band>

/** Where the pixels lie on the earth. */
export const georeference = z.object({
  /** 'EPSG:32631', else the system's name or definition; null: not said */
  crs: z.string().nullable(),
  /**
   * a, b, c, d, e, f: the corner of pixel (x, y) lies at (a x + b y + c, d x + e y + f) of the reference system; c and f
   * are those of the image's corner, not of its first pixel's centre
   */
  transform: z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]),
})
export type Georeference = z.infer<typeof georeference>

/**
 * From samples to 8 bits: of a sample s, round(255 (s - low) / (high - low)), held between 0 and 255. 0 where low is
 * high, and for what is no number or stands for missing data. `low` may lie above `high`: the picture is inverted.
 */
export const mapping = z.object({
  /** the bands shown as red, green and blue, or the one shown as grey; the first is 1 */
  bands: z.array(z.number().int().min(1)).refine((bands) => bands.length === 1 || bands.length === 3),
  /** for each band shown */
  low: z.array(z.number()),
  high: z.array(z.number()),
  /** the sample that stands for missing data; null: none */
  nodata: z.number().nullable(),
  /** which rule chose, for people */
  rule: z.string(),
})
export type Mapping = z.infer<typeof mapping>
