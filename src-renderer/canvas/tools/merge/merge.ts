import { planMerge } from '../../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import type { Outcome, Tool, ToolContext, ToolEntry } from '../tool.ts'
import { PLAIN, instanceNumber, run, selectedIds, stepOut } from '../tool.ts'

interface State {
  at: ImagePoint | null
}

/** The first instance, clicked or selected before, keeps its id; each further click joins one to it. */
const mergeTool: Tool<State> = {
  start: { at: null },
  step(state, event, context) {
    switch (event.type) {
      case 'down': {
        const hit = context.hits(event.at).find(({ kind }) => kind === context.edited)
        return { state: { at: event.at }, ...(hit ? click(hit.id, context) : {}) }
      }
      case 'move':
      case 'up':
        return { state: { at: event.at } }
      case 'enter': {
        const selected = selectedIds(context)
        return selected.length > 1 ? { state, planned: planMerge(context.content, selected) } : { state }
      }
      case 'escape':
        return stepOut(state, context)
      case 'leave':
        return { state: { at: null } }
      default:
        return { state }
    }
  },
  view: ({ at }, context) => ({ ...PLAIN, hint: hintFor(context), sign: at && { at, kind: 'join' } }),
}

function hintFor(context: ToolContext): string {
  const [first, ...others] = selectedIds(context)
  if (first === undefined) return 'Click the ship to keep'
  return others.length > 0
    ? `Enter merges the ${others.length + 1} selected`
    : `Click the ship to join to ${instanceNumber(context, first)}`
}

function click(id: string, context: ToolContext): Outcome {
  const selected = selectedIds(context)
  if (selected.length === 0) return { select: [{ kind: context.edited, id }] }
  return selected.includes(id) ? {} : { planned: planMerge(context.content, [...selected, id]) }
}

export const merge: ToolEntry = {
  title: 'Merge the selected',
  key: 'M',
  icon: [
    ['path', { d: 'm8 6 4-4 4 4' }],
    ['path', { d: 'M12 2v10.3a4 4 0 0 1-1.172 2.872L4 22' }],
    ['path', { d: 'm20 22-5-5' }],
  ],
  cursor: 'pointer',
  hovers: 'edited',
  make: () => run(mergeTool),
}
