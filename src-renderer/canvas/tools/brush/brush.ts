import { planBrush, planTouchUp } from '../../../../src-main/core/edit/edit.ts'
import { EMPTY_RLE, intersectionArea } from '../../../../src-main/core/mask/rle.ts'
import type { Stroke } from '../paint.ts'
import { paintTool, predictionUnder } from '../paint.ts'
import type { ToolContext, ToolEntry } from '../tool.ts'
import { instanceNumber, run, selectedIds } from '../tool.ts'

/** The selected instance where the stroke touches it: then the stroke extends it, else it is a new one. */
function extended(stroke: Stroke, context: ToolContext): string | null {
  const [id, ...others] = selectedIds(context)
  if (id === undefined || others.length > 0) return null
  const instance = context.content.truth.find((t) => t.id === id)
  return instance && intersectionArea(instance.rle, stroke.reach) > 0 ? id : null
}

const brushTool = paintTool(
  (stroke, context) => {
    const options = { policy: context.policy, newId: () => stroke.id }
    const extend = extended(stroke, context)
    const prediction = extend === null ? predictionUnder(stroke, context) : null
    const change = { kind: 'brush', add: stroke.pixels, remove: EMPTY_RLE } as const
    return prediction === null
      ? planBrush(context.content, stroke.pixels, { ...options, extend })
      : planTouchUp(context.content, prediction, change, options)
  },
  {
    hint: (context, at) => {
      if (at && predictionUnder({ from: at, reach: EMPTY_RLE }, context) !== null) {
        return 'Paint from this prediction to accept and extend it'
      }
      const [id, ...others] = selectedIds(context)
      return id !== undefined && others.length === 0
        ? `Paint from ${instanceNumber(context, id)} to extend it, elsewhere for a new ship`
        : 'Paint a ship'
    },
    busy: 'Release to save, Escape to drop the stroke',
  },
  true,
)

export const brush: ToolEntry = {
  title: 'Brush',
  key: 'B',
  icon: [
    ['path', { d: 'm11 10 3 3' }],
    ['path', { d: 'M6.5 21A3.5 3.5 0 1 0 3 17.5a2.62 2.62 0 0 1-.708 1.792A1 1 0 0 0 3 21z' }],
    ['path', { d: 'M9.969 17.031 21.378 5.624a1 1 0 0 0-3.002-3.002L6.967 14.031' }],
  ],
  cursor: 'none',
  sized: true,
  make: () => run(brushTool),
}
