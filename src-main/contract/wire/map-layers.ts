import { z } from 'zod'

/** Lines and points from a GeoJSON file that are shown on images and are never truth: a coast line, positions of ships. */

export const mapLayerId = z.number().int().positive()

export const mapLayer = z.object({
  id: mapLayerId,
  /** of its file, without the ending */
  name: z.string(),
  /** positions on the earth, else image pixels */
  onEarth: z.boolean(),
})
export type MapLayer = z.infer<typeof mapLayer>

/** What of the layers lies on one image, in image pixels: x, y, x, y, ... */
export const mapShapes = z.object({
  /** not closed by themselves */
  lines: z.array(z.array(z.number())),
  points: z.array(z.number()),
})
export type MapShapes = z.infer<typeof mapShapes>
