import { z } from 'zod'
import { category } from './ids.ts'

/** What a project's instances can be. */

export const categoryName = z.string().trim().min(1).max(200)

export const projectCategory = z.object({
  /** what instances carry; it stays for life, whatever the category is called */
  key: category,
  name: categoryName,
  /** an instance colour, 0..11 */
  colour: z.number().int().min(0).max(11),
  /** counts as object: only those are trained on and scored, others are kept and shown */
  counts: z.boolean(),
  /** truth instances of it */
  instances: z.number().int(),
  /** it was merged into the category of this key: its marks are that one's */
  mergedInto: category.nullable(),
})
export type ProjectCategory = z.infer<typeof projectCategory>

/** What a category of a label file becomes in the project. */
export const categoryWish = z.object({
  /** as the file names it */
  from: z.string(),
  /** name of the category that its instances get; one that is not there is made */
  to: categoryName,
  /** where it is made: whether it counts as object */
  counts: z.boolean(),
})
export type CategoryWish = z.infer<typeof categoryWish>
