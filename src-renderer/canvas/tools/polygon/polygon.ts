import { planPolygon } from '../../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import type { Step, Tool, ToolContext, ToolEntry } from '../tool.ts'
import { PLAIN, near, run, stepOut } from '../tool.ts'

interface State {
  corners: readonly ImagePoint[]
  at: ImagePoint | null
}

/** A click within so many CSS pixels of the first corner closes the shape; within less where the shape itself is small. */
const CLOSING = 8
/** of the shape's shorter side, but no less than a hand can hit */
const CLOSING_SHARE = 0.2
const CLOSING_LEAST = 2
/** The second click of a double-click lies within so many CSS pixels of the first. */
const SAME_CLICK = 2

/** How far a click may lie from the first corner to close the shape, CSS pixels. */
function closingReach(corners: readonly ImagePoint[], scale: number): number {
  const spread = (values: readonly number[]) => Math.max(...values) - Math.min(...values)
  const side = Math.min(spread(corners.map(({ x }) => x)), spread(corners.map(({ y }) => y)))
  return Math.min(CLOSING, Math.max(CLOSING_LEAST, side * scale * CLOSING_SHARE))
}

/** Click the corners; Enter, a click on the first corner or a double-click closes; Escape goes one corner back. */
const polygonTool: Tool<State> = {
  start: { corners: [], at: null },
  step(state, event, context) {
    const { corners } = state
    switch (event.type) {
      case 'down': {
        const [first] = corners
        if (
          first &&
          corners.length >= 3 &&
          near(first, event.at, closingReach(corners, context.scale), context.scale)
        ) {
          return close(state, context)
        }
        return { state: { corners: [...corners, event.at], at: event.at } }
      }
      case 'move':
        return { state: { corners, at: event.at } }
      case 'double': {
        const [last, before] = [corners.at(-1), corners.at(-2)]
        // two corners set one soon after the other are no double-click
        if (before && last && !near(before, last, SAME_CLICK, context.scale)) return { state }
        // its second click is no corner of its own
        const shape = { corners: corners.slice(0, -1), at: event.at }
        // a double-click on the first corner has closed the shape with its first click and begun another with its second
        return shape.corners.length >= 3 ? close(shape, context) : { state: { corners: [], at: event.at } }
      }
      case 'enter':
        return corners.length >= 3 ? close(state, context) : { state }
      case 'escape':
      case 'back':
        if (corners.length === 0) return event.type === 'escape' ? stepOut(state, context) : { state }
        return { state: { corners: corners.slice(0, -1), at: state.at } }
      case 'leave':
        return { state: { corners, at: null } }
      default:
        return { state }
    }
  },
  view({ corners, at }, { scale }) {
    const [first] = corners
    const closing = first && at && corners.length >= 3 && near(first, at, closingReach(corners, scale), scale)
    const points = at && !closing ? [...corners, at] : corners
    return {
      ...PLAIN,
      busy: corners.length > 0,
      hint: hintFor(corners.length, Boolean(closing)),
      lines: corners.length > 0 ? [{ points, closed: points.length >= 3 }] : [],
      dots: corners,
    }
  },
}

function hintFor(corners: number, closing: boolean): string {
  if (corners === 0) return 'Click the first corner'
  if (corners < 3) return 'Click the next corner'
  return closing ? 'Click to close the shape' : 'Click the next corner, Enter closes the shape'
}

function close({ corners, at }: State, context: ToolContext): Step<State> {
  return {
    state: { corners: [], at },
    planned: planPolygon(context.content, corners, context),
    selectCreated: true,
  }
}

export const polygon: ToolEntry = {
  title: 'Polygon',
  key: 'P',
  icon: [
    [
      'path',
      {
        d: 'M10.83 2.38a2 2 0 0 1 2.34 0l8 5.74a2 2 0 0 1 .73 2.25l-3.04 9.26a2 2 0 0 1-1.9 1.37H7.04a2 2 0 0 1-1.9-1.37L2.1 10.37a2 2 0 0 1 .73-2.25z',
      },
    ],
  ],
  cursor: 'crosshair',
  make: () => run(polygonTool),
}
