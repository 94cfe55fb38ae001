import { z } from 'zod'
import { category } from './ids.ts'

/** Where a truth instance came from; it stays with it for life. */
export const origin = z.enum(['drawn', 'imported', 'accepted'])
export type Origin = z.infer<typeof origin>

/** What people have noted of an instance, as text by name. */
export const attributes = z
  .record(z.string().min(1).max(100), z.string().max(1000))
  .refine((all) => Object.keys(all).length <= 50, { message: 'An instance has 50 attributes at most.' })

const point = z.tuple([z.number(), z.number()])

/** What a mask was drawn as, in image pixels (x, y): it can be taken hold of again. */
export const shape = z.discriminatedUnion('kind', [
  /** `bow` and `stern`: the middles of its short sides */
  z.object({ kind: z.literal('box'), bow: point, stern: point, breadth: z.number().positive() }),
  z.object({ kind: z.literal('polygon'), corners: z.array(point).min(3).max(200) }),
])
export type Shape = z.infer<typeof shape>

/**
 * What an instance is beside its pixels. What comes later comes here: whatever stands here is saved, taken back and
 * done again.
 */
export const instanceAttributes = z.object({
  origin,
  /** an accepted or imported instance that a person has changed since */
  edited: z.boolean(),
  /** stable colour index 0..11, given so that neighbours differ */
  colour: z.number().int().min(0).max(11),
  /** key of its category; left out: a ship */
  category: category.optional(),
  /** an area where nobody can tell (COCO's iscrowd): no object, not trained on. Left out: an object */
  ignore: z.literal(true).optional(),
  /** where the bow points: degrees clockwise from the top of the image, 0 <= heading < 360 */
  heading: z.number().min(0).lt(360).optional(),
  attributes: attributes.optional(),
  /** left out: it is its mask and nothing else */
  shape: shape.optional(),
})
export type InstanceAttributes = z.infer<typeof instanceAttributes>
