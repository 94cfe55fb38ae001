import type { EditState } from '../../src-main/core/edit/edit.ts'
import type { InstanceRef } from './instance-ref.ts'

/** What gestures change: truth, or the predictions of a draft run. */
export type Target = 'truth' | 'draft'

/** How instances that gestures change are called in selections and hits. */
export const EDITED: Readonly<Record<Target, InstanceRef['kind']>> = { truth: 'truth', draft: 'prediction' }

/** The image as tools see it: what gestures change stands where truth does, and tools need not know which it is. */
export function toEdited(content: EditState, target: Target): EditState {
  if (target === 'truth') return content
  const truth = content.predictions.map((one) => ({ ...one, origin: 'drawn' as const, edited: false }))
  return { ...content, truth, predictions: [] }
}

/** The image after a gesture. @param edited what `toEdited` gave, with the plan applied */
export function fromEdited(content: EditState, edited: EditState, target: Target): EditState {
  if (target === 'truth') return edited
  const known = new Map(content.predictions.map((one) => [one.id, one]))
  const predictions = edited.truth.map(({ id, rle, colour, category }) => {
    const before = known.get(id)
    return before ? { ...before, rle } : { id, rle, colour, category, decision: null }
  })
  return { ...content, predictions }
}
