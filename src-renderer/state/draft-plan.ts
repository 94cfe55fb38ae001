import { applyPlan, type EditState } from '../../src-main/core/edit/edit.ts'
import { pixelIn } from '../../src-main/core/draft/draft.ts'
import { formatRle } from '../../src-main/core/mask/rle.ts'
import type { EditPlan, HandChange } from '../../src-main/contract/wire.ts'
import { toEdited } from '../canvas/index.ts'

/**
 * The change by hand that a gesture on a draft's predictions comes to; null: it changes none.
 * @param content the image with the draft's predictions, on which the plan was made
 */
export function handChangeOf(content: EditState, plan: EditPlan): HandChange | null {
  const edited = toEdited(content, 'draft')
  const after = new Map(applyPlan(edited, plan).truth.map(({ id, rle }) => [id, rle]))
  const touched = new Set(plan.instances.map(({ instance }) => instance))
  if (touched.size === 0) return null
  const at = content.predictions.filter(({ id }) => touched.has(id)).map(({ rle }) => pixelIn(rle, content))
  const masks = [...after].filter(([id]) => touched.has(id)).map(([, rle]) => formatRle(rle))
  return { kind: kindOf(plan, at.length, masks.length), at, masks }
}

function kindOf({ kind }: EditPlan, gone: number, come: number): HandChange['kind'] {
  if (gone === 0) return 'add'
  if (come === 0) return 'drop'
  if (kind === 'merge') return 'join'
  return kind === 'split' ? 'split' : 'redraw'
}
