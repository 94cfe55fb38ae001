import { planAccept, planMerge, planReject } from '../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../src-main/core/geometry/points.ts'
import type { InstanceRef } from '../api.ts'
import type { Outcome, Tool, ToolContext, ToolView } from './tool.ts'
import { PLAIN, numberOf, selectedTruth, stepOut } from './tool.ts'

/** Tools of single clicks on instances. */

interface State {
  at: ImagePoint | null
}

interface Pick {
  kind: InstanceRef['kind']
  sign: NonNullable<ToolView['sign']>['kind']
  hint(context: ToolContext): string
  click(id: string, context: ToolContext): Outcome
  enter?(context: ToolContext): Outcome
}

function pickTool(pick: Pick): Tool<State> {
  return {
    start: { at: null },
    step(state, event, context) {
      switch (event.type) {
        case 'down': {
          const hit = context.hits(event.at).find(({ kind }) => kind === pick.kind)
          return { state: { at: event.at }, ...(hit ? pick.click(hit.id, context) : {}) }
        }
        case 'move':
        case 'up':
          return { state: { at: event.at } }
        case 'enter':
          return { state, ...pick.enter?.(context) }
        case 'escape':
          return stepOut(state, context)
        case 'leave':
          return { state: { at: null } }
        default:
          return { state }
      }
    },
    view({ at }, context) {
      return {
        ...PLAIN,
        cursor: 'pointer',
        hint: pick.hint(context),
        sign: at && { at, kind: pick.sign },
      }
    },
  }
}

/** The first instance, clicked or selected before, keeps its id; each further click joins one to it. */
export const mergeTool = pickTool({
  kind: 'truth',
  sign: 'join',
  hint(context) {
    const [first, ...others] = selectedTruth(context)
    if (first === undefined) return 'Click the ship to keep'
    return others.length > 0
      ? `Enter merges the ${others.length + 1} selected`
      : `Click the ship to join to ${numberOf(context, first)}`
  },
  click(id, context) {
    const selected = selectedTruth(context)
    if (selected.length === 0) return { select: [{ kind: 'truth', id }] }
    return selected.includes(id) ? {} : { planned: planMerge(context.content, [...selected, id]) }
  },
  enter: (context) => {
    const selected = selectedTruth(context)
    return selected.length > 1 ? { planned: planMerge(context.content, selected) } : {}
  },
})

export const acceptTool = pickTool({
  kind: 'prediction',
  sign: 'tick',
  hint: () => 'Click a prediction to accept it',
  click: (id, context) => ({ planned: planAccept(context.content, [id], context) }),
})

export const rejectTool = pickTool({
  kind: 'prediction',
  sign: 'cross',
  hint: () => 'Click a prediction to reject it',
  click: (id, context) => ({ planned: planReject(context.content, [id]) }),
})
