import type { Planned } from '../../../../src-main/core/edit/edit.ts'
import { planPolygon } from '../../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import type { Step, Tool, ToolContext, ToolEntry } from '../tool.ts'
import { PLAIN, near, run, stepOut } from '../tool.ts'

interface State {
  corners: readonly ImagePoint[]
  at: ImagePoint | null
  /** how many corners there were before each click and each stretch drawn by hand: where a step back leads */
  steps: readonly number[]
  /** the button is down since `from`; `drawing`: it has been moved since */
  press: { from: ImagePoint; drawing: boolean } | null
}

const START: State = { corners: [], at: null, steps: [], press: null }

/** A press that moves so far, in CSS pixels, draws by hand; then a corner stands each so many. */
const DRAWS = 6
const APART = 3

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

/** What is made of the corners, and how the hand is led to the first. */
interface Outlining {
  plan: (corners: readonly ImagePoint[], context: ToolContext) => Planned
  hint: string
}

/**
 * Click the corners, or draw by hand with the button down; Enter, a double-click or the first corner closes, and so does the end of a line
 * drawn all the way round. Escape goes one step back.
 */
export const outlineTool = ({ plan, hint }: Outlining): Tool<State> => ({
  start: START,
  step(state, event, context) {
    const { corners } = state
    switch (event.type) {
      case 'down': {
        if (closes(state, event.at, context)) return close(state, context, plan)
        return {
          state: {
            corners: [...corners, event.at],
            at: event.at,
            steps: [...state.steps, corners.length],
            press: { from: event.at, drawing: false },
          },
        }
      }
      case 'move':
        return { state: draw({ ...state, at: event.at }, event.way, context.scale) }
      case 'up': {
        const drawn = state.press?.drawing ?? false
        const released = { ...state, at: event.at, press: null }
        return drawn && closes(released, event.at, context)
          ? close(released, context, plan)
          : { state: released }
      }
      case 'double': {
        const [last, before] = [corners.at(-1), corners.at(-2)]
        // two corners set one soon after the other are no double-click
        if (before && last && !near(before, last, SAME_CLICK, context.scale)) return { state }
        // its second click is no corner of its own
        const shape = { ...stepBack(state), at: event.at }
        // a double-click on the first corner has closed the shape with its first click and begun another with its second
        return shape.corners.length >= 3 ? close(shape, context, plan) : { state: { ...START, at: event.at } }
      }
      case 'enter':
        return corners.length >= 3 ? close(state, context, plan) : { state }
      case 'escape':
      case 'back':
        if (corners.length === 0) return event.type === 'escape' ? stepOut(state, context) : { state }
        return { state: stepBack(state) }
      case 'leave':
        return { state: { ...state, at: null, press: null } }
      default:
        return { state }
    }
  },
  view(state, context) {
    const { corners, at, press } = state
    const closing = at !== null && press?.drawing !== true && closes(state, at, context)
    const points = at && !closing ? [...corners, at] : corners
    return {
      ...PLAIN,
      busy: corners.length > 0,
      stepsBack: corners.length > 0,
      hint: press?.drawing
        ? 'Release on the first corner to close the shape'
        : hintFor(corners.length, closing, hint),
      lines: corners.length > 0 ? [{ points, closed: points.length >= 3 }] : [],
      // of lines drawn by hand the ends alone
      dots: state.steps.flatMap((count) => corners[count] ?? []),
    }
  },
})

function hintFor(corners: number, closing: boolean, first: string): string {
  if (corners === 0) return first
  if (corners < 3) return 'Click the next corner'
  return closing ? 'Click to close the shape' : 'Click the next corner, Enter closes the shape'
}

/** Sets corners along a way drawn by hand. */
function draw(state: State, way: readonly ImagePoint[], scale: number): State {
  if (!state.press) return state
  let { corners } = state
  let { drawing } = state.press
  for (const point of way) {
    drawing ||= !near(state.press.from, point, DRAWS, scale)
    const last = corners.at(-1)
    if (drawing && last && !near(last, point, APART, scale)) corners = [...corners, point]
  }
  return { ...state, corners, press: { ...state.press, drawing } }
}

/** Whether a point so near to the first corner closes the shape. */
function closes({ corners }: State, at: ImagePoint, { scale }: ToolContext): boolean {
  const [first] = corners
  return first !== undefined && corners.length >= 3 && near(first, at, closingReach(corners, scale), scale)
}

function stepBack(state: State): State {
  return {
    ...state,
    corners: state.corners.slice(0, state.steps.at(-1) ?? 0),
    steps: state.steps.slice(0, -1),
    press: null,
  }
}

function close({ corners, at }: State, context: ToolContext, plan: Outlining['plan']): Step<State> {
  return {
    state: { ...START, at },
    planned: plan(corners, context),
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
  handles: true,
  make: () =>
    run(
      outlineTool({
        plan: (corners, context) => planPolygon(context.content, corners, context),
        hint: 'Click the first corner, or draw around the ship',
      }),
    ),
}
