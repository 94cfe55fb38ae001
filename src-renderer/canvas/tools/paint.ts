import type { Planned } from '../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../src-main/core/geometry/points.ts'
import type { Rle } from '../../../src-main/core/mask/rle.ts'
import { union } from '../../../src-main/core/mask/rle.ts'
import { brushMask } from '../../../src-main/core/mask/shapes.ts'
import type { Tool, ToolContext } from './tool.ts'
import { PLAIN, stepOut } from './tool.ts'

/** What the stroke has passed over, and the same one pixel wider, which tells whether it touches the selected instance. */
export interface Stroke {
  pixels: Rle
  reach: Rle
  /** of the instance that it may become */
  id: string
}

interface State {
  at: ImagePoint | null
  stroke: Stroke | null
}

type Plan = (stroke: Stroke, context: ToolContext) => Planned

interface Texts {
  hint(context: ToolContext): string
  busy: string
}

/** What brush and eraser share: one stroke from pointer-down to pointer-up; Escape drops it. */
export function paintTool(plan: Plan, texts: Texts, selectCreated: boolean): Tool<State> {
  return {
    start: { at: null, stroke: null },
    step(state, event, context) {
      switch (event.type) {
        case 'down':
          return {
            state: {
              at: event.at,
              stroke: extend({ pixels: NONE, reach: NONE, id: context.newId() }, event.at, event.at, context),
            },
          }
        case 'move': {
          if (!state.stroke) return { state: { at: event.at, stroke: null } }
          let { stroke } = state
          let last = state.at ?? event.at
          for (const point of event.way) {
            stroke = extend(stroke, last, point, context)
            last = point
          }
          return { state: { at: event.at, stroke } }
        }
        case 'up':
          if (!state.stroke) return { state: { at: event.at, stroke: null } }
          return {
            state: { at: event.at, stroke: null },
            planned: plan(state.stroke, context),
            selectCreated,
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
      return {
        ...PLAIN,
        hint: stroke ? texts.busy : texts.hint(context),
        busy: stroke !== null,
        brush: at ? { at, diameter: context.brush } : null,
        live: stroke ? plan(stroke, context) : null,
      }
    },
  }
}

const NONE: Rle = new Uint32Array(0)

function extend(stroke: Stroke, from: ImagePoint, to: ImagePoint, { brush, content }: ToolContext): Stroke {
  return {
    id: stroke.id,
    pixels: union(stroke.pixels, brushMask(from, to, brush, content)),
    reach: union(stroke.reach, brushMask(from, to, brush + 2, content)),
  }
}
