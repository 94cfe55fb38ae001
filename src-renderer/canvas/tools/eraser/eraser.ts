import { planErase, planTouchUp } from '../../../../src-main/core/edit/edit.ts'
import { EMPTY_RLE } from '../../../../src-main/core/mask/rle.ts'
import { paintTool, predictionUnder } from '../paint.ts'
import type { ToolEntry } from '../tool.ts'
import { instanceNumber, run, selectedIds } from '../tool.ts'

const eraserTool = paintTool(
  (stroke, context) => {
    const targets = selectedIds(context)
    const prediction = targets.length === 0 ? predictionUnder(stroke, context) : null
    if (prediction !== null) {
      const change = { kind: 'erase', add: EMPTY_RLE, remove: stroke.pixels } as const
      return planTouchUp(context.content, prediction, change, {
        policy: context.policy,
        newId: () => stroke.id,
      })
    }
    return planErase(context.content, stroke.pixels, targets.length > 0 ? targets : null)
  },
  {
    hint: (context, at) => {
      const targets = selectedIds(context)
      if (targets.length === 0) {
        return at && predictionUnder({ from: at, reach: EMPTY_RLE }, context) !== null
          ? 'Erase from this prediction to accept the rest'
          : 'Erase from any ship'
      }
      return targets.length === 1
        ? `Erase from ${instanceNumber(context, targets[0]!)} only; Escape for any ship`
        : `Erase from the ${targets.length} selected only; Escape for any ship`
    },
    busy: 'Release to save, Escape to drop the stroke',
  },
  false,
)

export const eraser: ToolEntry = {
  title: 'Eraser',
  key: 'E',
  icon: [
    [
      'path',
      {
        d: 'M21 21H8a2 2 0 0 1-1.42-.587l-3.994-3.999a2 2 0 0 1 0-2.828l10-10a2 2 0 0 1 2.829 0l5.999 6a2 2 0 0 1 0 2.828L12.834 21',
      },
    ],
    ['path', { d: 'm5.082 11.09 8.828 8.828' }],
  ],
  cursor: 'none',
  sized: true,
  make: () => run(eraserTool),
}
