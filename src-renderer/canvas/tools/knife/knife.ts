import { planSplit } from '../../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import type { Tool, ToolEntry } from '../tool.ts'
import { PLAIN, near, run, selectedIds, stepOut } from '../tool.ts'

interface State {
  at: ImagePoint | null
  /** null: the pointer is up */
  stroke: readonly ImagePoint[] | null
}

/** A stroke across a ship splits it; with a selection only what is selected. */
const knifeTool: Tool<State> = {
  start: { at: null, stroke: null },
  step(state, event, context) {
    switch (event.type) {
      case 'down':
        return { state: { at: event.at, stroke: [event.at] } }
      case 'move':
        return { state: { at: event.at, stroke: state.stroke && [...state.stroke, ...event.way] } }
      case 'up': {
        const { stroke } = state
        const idle = { at: event.at, stroke: null }
        if (!stroke || stroke.every((point) => near(point, stroke[0]!, 3, context.scale))) {
          return { state: idle }
        }
        const targets = selectedIds(context)
        const planned = planSplit(context.content, stroke, targets.length > 0 ? targets : null, context.newId)
        return { state: idle, planned }
      }
      case 'escape':
        return state.stroke ? { state: { at: state.at, stroke: null } } : stepOut(state, context)
      case 'leave':
        return { state: { at: null, stroke: null } }
      default:
        return { state }
    }
  },
  view({ at, stroke }, context) {
    const only = selectedIds(context).length
    return {
      ...PLAIN,
      busy: stroke !== null,
      hint: stroke
        ? 'Release on the other side'
        : only > 0
          ? 'Drag a line across the selected ship'
          : 'Drag a line across a ship, from side to side',
      lines: stroke ? [{ points: stroke, closed: false }] : [],
      sign: at && { at, kind: 'cut' },
    }
  },
}

export const knife: ToolEntry = {
  title: 'Knife: a stroke that splits',
  key: 'K',
  icon: [
    ['circle', { cx: '6', cy: '6', r: '3' }],
    ['path', { d: 'M8.12 8.12 12 12' }],
    ['path', { d: 'M20 4 8.12 15.88' }],
    ['circle', { cx: '6', cy: '18', r: '3' }],
    ['path', { d: 'M14.8 14.8 20 20' }],
  ],
  cursor: 'crosshair',
  make: () => run(knifeTool),
}
