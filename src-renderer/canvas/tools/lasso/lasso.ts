import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import { polygonMask, strokeMask } from '../../../../src-main/core/mask/shapes.ts'
import type { Tool, ToolEntry } from '../tool.ts'
import { PLAIN, near, run, stepOut } from '../tool.ts'

interface State {
  at: ImagePoint | null
  /** null: the pointer is up */
  way: readonly ImagePoint[] | null
}

/** Points at pixels without changing them: what lies inside a drag, or under the brush where it is a click. */
const lassoTool: Tool<State> = {
  start: { at: null, way: null },
  step(state, event, context) {
    const { content, brush, scale } = context
    switch (event.type) {
      case 'down':
        return { state: { at: event.at, way: [event.at] } }
      case 'move':
        return { state: { at: event.at, way: state.way && [...state.way, ...event.way] } }
      case 'up': {
        const { way } = state
        const idle = { at: event.at, way: null }
        if (!way) return { state: idle }
        const isClick = way.every((point) => near(point, way[0]!, 3, scale))
        const picked = isClick ? strokeMask(event.at, event.at, brush, content) : polygonMask(way, content)
        return { state: idle, picked }
      }
      case 'escape':
        return state.way
          ? { state: { at: state.at, way: null } }
          : { ...stepOut(state, context), picked: null }
      case 'leave':
        return { state: { at: null, way: null } }
      default:
        return { state }
    }
  },
  view({ at, way }, { brush }) {
    return {
      ...PLAIN,
      busy: way !== null,
      hint: way
        ? 'Release: what lies inside lights up in the plot'
        : 'Drag round or click pixels to see where they point',
      lines: way ? [{ points: way, closed: true }] : [],
      brush: at && !way ? { at, ...brush } : null,
    }
  },
}

export const lasso: ToolEntry = {
  title: 'Lasso: pixels, and where they point',
  key: 'J',
  icon: [
    ['path', { d: 'M7 22a5 5 0 0 1-2-4' }],
    ['path', { d: 'M7 16.93c.96.43 1.96.74 2.99.91' }],
    ['path', { d: 'M3.34 14A6.8 6.8 0 0 1 2 10c0-4.42 4.48-8 10-8s10 3.58 10 8a7.19 7.19 0 0 1-.33 2' }],
    ['path', { d: 'M5 18a2 2 0 1 0 0-4 2 2 0 0 0 0 4z' }],
    [
      'path',
      {
        d: 'M14.33 22h-.09a.35.35 0 0 1-.24-.32v-10a.34.34 0 0 1 .33-.34c.08 0 .15.03.21.08l7.34 6a.33.33 0 0 1-.21.59h-4.49l-2.57 3.85a.35.35 0 0 1-.28.14z',
      },
    ],
  ],
  cursor: 'crosshair',
  sized: true,
  picks: true,
  looks: true,
  make: () => run(lassoTool),
}
