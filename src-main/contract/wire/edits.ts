import { z } from 'zod'
import { uuid, imageId, rleText } from './ids.ts'
import { imageStatus, leftOut, split, imageScore, imageRow, decision } from './images.ts'
import { instanceAttributes } from './instances.ts'

/** What a gesture changes, and what comes back. */

/** How one instance changes in one edit. `added` and `removed` are disjoint; `removed` lies inside, `added` outside. */
export const instanceChange = z.object({
  instance: uuid,
  /** null: it appears with this edit, and `added` is all of it */
  before: instanceAttributes.nullable(),
  /** null: it goes with this edit, and `removed` is all of it */
  after: instanceAttributes.nullable(),
  added: rleText,
  removed: rleText,
})
export type InstanceChange = z.infer<typeof instanceChange>

export const EDIT_KINDS = [
  'polygon',
  'box',
  'smart box',
  'shape',
  'brush',
  'wand',
  'erase',
  'delete',
  'merge',
  'split',
  'fill',
  'grow',
  'shrink',
  'smooth',
  'paste',
  'move',
  'accept',
  'reject',
  'status',
  'flag',
  'leave out',
  'attributes',
  'import',
] as const
export const editKind = z.enum(EDIT_KINDS)
export type EditKind = z.infer<typeof editKind>

/**
 * What one gesture changes on one image: enough to apply it and, with every before/after and from/to swapped, to take it back.
 * Made by `core/edit` in the window, checked and committed by the backend.
 */
export const editPlan = z.object({
  /** left out: `PLAN_VERSION` of `words.ts`; what is stored says it */
  version: z.number().int().optional(),
  kind: editKind,
  instances: z.array(instanceChange),
  decisions: z.array(z.object({ prediction: uuid, from: decision.nullable(), to: decision.nullable() })),
  status: z.object({ from: imageStatus, to: imageStatus }).nullable(),
  flag: z
    .object({
      from: z.object({ flagged: z.boolean(), comment: z.string() }),
      to: z.object({ flagged: z.boolean(), comment: z.string() }),
    })
    .nullable(),
  /** the reason why the image is left out for good; null: it is not. Absent: that stays as it is */
  leftOut: z.object({ from: leftOut, to: leftOut }).optional(),
})
export type EditPlan = z.infer<typeof editPlan>

/** What a person does to several images at once. */
export const imagesAct = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: imageStatus }),
  z.object({ kind: z.literal('flag'), flagged: z.boolean(), comment: z.string().max(2000) }),
  /** for good, with a reason; null: not any more */
  z.object({ kind: z.literal('leave out'), reason: leftOut }),
  /** the undecided predictions of the current run from this score on; pixels that are marked stay whose they are */
  z.object({ kind: z.literal('accept'), least: z.number().min(0).max(1) }),
  /** of the images and all of their groups */
  z.object({ kind: z.literal('split'), split }),
])
export type ImagesAct = z.infer<typeof imagesAct>

/** What became of it; `group` takes all of it back at once. */
export const imagesOutcome = z.object({
  group: uuid,
  images: z.number().int(),
  /** images that it did not change, and the first reason */
  kept: z.number().int(),
  why: z.string().nullable(),
})
export type ImagesOutcome = z.infer<typeof imagesOutcome>

/**
 * Answer to a gesture, an undo or a redo; `plan` is what was done to the image (for undo: the inverse). Undo and redo of
 * an edit that belongs to a group (an import) do the same on all images of the group: their `image-changed` events follow.
 */
export const editResult = z.object({
  gestureId: uuid,
  image: imageId,
  revision: z.number().int(),
  plan: editPlan,
  /** the row after the change, its score against the current run included */
  row: imageRow,
  score: imageScore.nullable(),
  canUndo: z.boolean(),
  canRedo: z.boolean(),
})
export type EditResult = z.infer<typeof editResult>
