import type { Planned } from '../../../src-main/core/edit/edit.ts'
import { planBrush, planErase } from '../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../src-main/core/geometry/points.ts'
import type { Rle } from '../../../src-main/core/mask/rle.ts'
import { intersectionArea, union } from '../../../src-main/core/mask/rle.ts'
import { brushMask } from '../../../src-main/core/mask/shapes.ts'
import type { Tool, ToolContext } from './tool.ts'
import { PLAIN, numberOf, selectedTruth, stepOut } from './tool.ts'

/** What the stroke has passed over, and the same one pixel wider, which tells whether it touches the selected instance. */
interface Stroke {
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

/** Brush and eraser: one stroke from pointer-down to pointer-up; Escape drops it. */
function paintTool(plan: Plan, texts: Texts, selectCreated: boolean): Tool<State> {
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
        cursor: 'none',
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

/** The selected instance where the stroke touches it: then the stroke extends it, else it is a new one. */
function extended(stroke: Stroke, context: ToolContext): string | null {
  const [id, ...others] = selectedTruth(context)
  if (id === undefined || others.length > 0) return null
  const instance = context.content.truth.find((t) => t.id === id)
  return instance && intersectionArea(instance.rle, stroke.reach) > 0 ? id : null
}

export const brushTool = paintTool(
  (stroke, context) =>
    planBrush(context.content, stroke.pixels, {
      policy: context.policy,
      newId: () => stroke.id,
      extend: extended(stroke, context),
    }),
  {
    hint: (context) => {
      const [id, ...others] = selectedTruth(context)
      return id !== undefined && others.length === 0
        ? `Paint from ${numberOf(context, id)} to extend it, elsewhere for a new ship`
        : 'Paint a ship'
    },
    busy: 'Release to save, Escape to drop the stroke',
  },
  true,
)

export const eraserTool = paintTool(
  (stroke, context) => {
    const targets = selectedTruth(context)
    return planErase(context.content, stroke.pixels, targets.length > 0 ? targets : null)
  },
  {
    hint: (context) => {
      const targets = selectedTruth(context)
      if (targets.length === 0) return 'Erase from any ship'
      return targets.length === 1
        ? `Erase from ${numberOf(context, targets[0]!)} only; Escape for any ship`
        : `Erase from the ${targets.length} selected only; Escape for any ship`
    },
    busy: 'Release to save, Escape to drop the stroke',
  },
  false,
)
