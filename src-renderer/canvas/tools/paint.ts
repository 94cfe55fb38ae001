import type { Planned } from '../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../src-main/core/geometry/points.ts'
import type { Rle } from '../../../src-main/core/mask/rle.ts'
import { EMPTY_RLE, intersectionArea, union } from '../../../src-main/core/mask/rle.ts'
import { strokeMask } from '../../../src-main/core/mask/shapes.ts'
import type { Tool, ToolContext } from './tool.ts'
import { PLAIN, stepOut } from './tool.ts'

/** Pixels passed over, and the same one pixel wider, which tells whether they touch an instance. */
interface Swept {
  pixels: Rle
  reach: Rle
}

/** One stroke from pointer-down on. */
export interface Stroke extends Swept {
  /** of the instance that it may become */
  id: string
  from: ImagePoint
}

interface Painting extends Stroke {
  /** what has been painted by hand */
  drawn: Swept
  /** where that ends: with Shift a straight line goes on from here to the pointer */
  last: ImagePoint
  /** where the stroke ends with that line */
  end: ImagePoint
}

interface State {
  at: ImagePoint | null
  stroke: Painting | null
}

type Plan = (stroke: Stroke, context: ToolContext) => Planned

interface Texts {
  hint(context: ToolContext, at: ImagePoint | null): string
  busy: string
}

/** What brush and eraser share: one stroke from pointer-down to pointer-up, straight while Shift is held; Escape drops it. */
export function paintTool(plan: Plan, texts: Texts, selectCreated: boolean): Tool<State> {
  return {
    start: { at: null, stroke: null },
    step(state, event, context) {
      switch (event.type) {
        case 'down': {
          const drawn = sweep(NOTHING, event.at, event.at, context)
          const stroke = {
            id: context.newId(),
            from: event.at,
            last: event.at,
            end: event.at,
            drawn,
            ...drawn,
          }
          return { state: { at: event.at, stroke } }
        }
        case 'move': {
          const { stroke } = state
          if (!stroke) return { state: { at: event.at, stroke: null } }
          const next = event.shift
            ? straight(stroke, event.at, context)
            : byHand(stroke, event.way.length > 0 ? event.way : [event.at], context)
          return { state: { at: event.at, stroke: next } }
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
      const live = stroke ? plan(stroke, context) : null
      const loss = live && 'plan' in live ? live.note : undefined
      return {
        ...PLAIN,
        hint: loss ?? (stroke ? texts.busy : texts.hint(context, at)),
        busy: stroke !== null,
        brush: at ? { at, ...context.brush } : null,
        live,
      }
    },
  }
}

const NOTHING: Swept = { pixels: EMPTY_RLE, reach: EMPTY_RLE }

function sweep(swept: Swept, from: ImagePoint, to: ImagePoint, { brush, content }: ToolContext): Swept {
  const wider = { ...brush, diameter: brush.diameter + 2 }
  return {
    pixels: union(swept.pixels, strokeMask(from, to, brush, content)),
    reach: union(swept.reach, strokeMask(from, to, wider, content)),
  }
}

function straight(stroke: Painting, to: ImagePoint, context: ToolContext): Painting {
  return { ...stroke, end: to, ...sweep(stroke.drawn, stroke.last, to, context) }
}

/** What was straight until now stays. */
function byHand(stroke: Painting, way: readonly ImagePoint[], context: ToolContext): Painting {
  let drawn: Swept = { pixels: stroke.pixels, reach: stroke.reach }
  let last = stroke.end
  for (const point of way) {
    drawn = sweep(drawn, last, point, context)
    last = point
  }
  return { ...stroke, drawn, last, end: last, ...drawn }
}

/**
 * The prediction that a stroke from here works on: the one that is selected alone where the stroke touches it; else the open one that lies
 * under its beginning.
 */
export function predictionUnder(
  { from, reach }: Pick<Stroke, 'from' | 'reach'>,
  context: ToolContext,
): string | null {
  const { content, selection, edited } = context
  if (edited === 'prediction') return null
  const [only, ...others] = selection
  const chosen = others.length === 0 ? content.predictions.find(({ id }) => id === only?.id) : undefined
  if (chosen && intersectionArea(chosen.rle, reach) > 0) return chosen.id
  const [hit] = context.hits(from)
  const prediction = content.predictions.find(({ id }) => id === hit?.id)
  const spot = strokeMask(from, from, { diameter: 1, tip: 'square' }, content)
  return prediction?.decision === null && intersectionArea(prediction.rle, spot) > 0 ? prediction.id : null
}
