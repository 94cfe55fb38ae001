import { z } from 'zod'
import { RANGE_WAYS } from '../words.ts'

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

/** The bands shown as red, green and blue, or the one shown as grey. The first is 1. */
export const shownBands = z
  .array(z.number().int().min(1))
  .refine((bands) => bands.length === 1 || bands.length === 3, { message: 'one band, or three' })

/**
 * From samples to 8 bits: of a sample s, round(255 (s - low) / (high - low)), held between 0 and 255. 0 where low is
 * high, and for what is no number or stands for missing data. `low` may lie above `high`: the picture is inverted.
 */
export const mapping = z.object({
  bands: shownBands,
  /** for each band shown */
  low: z.array(z.number()),
  high: z.array(z.number()),
  /** the sample that stands for missing data; null: none */
  nodata: z.number().nullable(),
  /** which rule chose, for people */
  rule: z.string(),
  /** a person has chosen it: it stays when the file is read again */
  byHand: z.boolean(),
})
export type Mapping = z.infer<typeof mapping>

/** What a file holds beneath its pixels. */
export const imageFacts = z.object({
  bands: z.array(band).min(1),
  pages: z.number().int(),
  georeference: georeference.nullable(),
  /** the same for files whose bands agree in number, type and name */
  kind: z.string(),
})
export type ImageFacts = z.infer<typeof imageFacts>

/** How often samples of one band lie where: `counts` over equal parts from `from` to `to`. */
export const histogram = z.object({ from: z.number(), to: z.number(), counts: z.array(z.number().int()) })
export type Histogram = z.infer<typeof histogram>

const range = z.object({ low: z.number(), high: z.number() })
export type SampleRange = z.infer<typeof range>

/** What a way gives for the bands shown. */
export const wayRanges = z.object({
  way: z.enum(RANGE_WAYS),
  /** one range for all of them */
  all: range,
  /** of each by itself */
  each: z.array(range),
})
export type WayRanges = z.infer<typeof wayRanges>

/** The mapping of an image, with all that is needed to choose another. */
export const imageMapping = z.object({
  mapping,
  /** of the image's row, when this was its mapping */
  content: z.string(),
  bands: z.array(band),
  pages: z.number().int(),
  /** of each band shown */
  histograms: z.array(histogram),
  /** by each way */
  ranges: z.array(wayRanges),
  /** images of the project whose bands agree with this one's, itself included */
  sameKind: z.number().int(),
  /** how many of these a person has chosen the mapping of */
  sameKindByHand: z.number().int(),
})
export type ImageMapping = z.infer<typeof imageMapping>

/** What a person asks for: the rest of a mapping follows. */
export const wantedMapping = mapping.omit({ rule: true, byHand: true })
export type WantedMapping = z.infer<typeof wantedMapping>

/** What is known of an image's file for readout and list. */
export const imageAbout = z.object({
  bands: z.array(band),
  /** numbers of those shown */
  shown: shownBands,
  pages: z.number().int(),
  georeference: georeference.nullable(),
  /** of a pixel on the ground, from the file's place on the earth or given by a person; null: not known */
  pixelMetres: z.object({ x: z.number(), y: z.number() }).nullable(),
  /** a person has given it */
  givenByHand: z.boolean(),
})
export type ImageAbout = z.infer<typeof imageAbout>
