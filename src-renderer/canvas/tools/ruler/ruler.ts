import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import { metresText } from '../../../../src-main/core/places/metres.ts'
import type { Tool, ToolContext, ToolEntry } from '../tool.ts'
import { PLAIN, near, run, stepOut } from '../tool.ts'

interface State {
  /** what was measured last, or is being measured */
  line: { from: ImagePoint; to: ImagePoint } | null
  /** along a drag, or from click to click */
  drawing: 'drag' | 'clicks' | null
}

const START: State = { line: null, drawing: null }

/** A press that moves less than this, in CSS pixels, is a click. */
const DRAGS = 3

/** Measures along a drag, or from one click to the next; the line stays until the next one. It changes nothing. */
const rulerTool: Tool<State> = {
  start: START,
  step(state, event, context) {
    switch (event.type) {
      case 'down':
        if (state.drawing === 'clicks' && state.line)
          return { state: { line: { from: state.line.from, to: event.at }, drawing: null } }
        return { state: { line: { from: event.at, to: event.at }, drawing: 'drag' } }
      case 'move':
        if (!state.drawing || !state.line) return { state }
        return { state: { ...state, line: { from: state.line.from, to: event.at } } }
      case 'up': {
        const clicked = state.line && near(state.line.from, event.at, DRAGS, context.scale)
        return { state: { ...state, drawing: state.drawing === 'drag' && clicked ? 'clicks' : null } }
      }
      case 'leave':
        return { state: { ...state, drawing: state.drawing === 'drag' ? null : state.drawing } }
      case 'escape':
        return state.line ? { state: START } : stepOut(state, context)
      default:
        return { state }
    }
  },
  view({ line, drawing }, context) {
    if (!line) return { ...PLAIN, hint: 'Drag from one end to the other, or click both' }
    const text = lengthText(line.from, line.to, context)
    return {
      ...PLAIN,
      busy: drawing !== null,
      hint: text,
      lines: [{ points: [line.from, line.to], closed: false }],
      dots: [line.from, line.to],
      labels: [{ at: line.to, text }],
    }
  },
}

/** Pixels, and metres where a pixel's size on the ground is known. */
function lengthText(a: ImagePoint, b: ImagePoint, { ground }: ToolContext): string {
  const pixels = `${Math.hypot(b.x - a.x, b.y - a.y).toFixed(1)} px`
  if (!ground) return pixels
  return `${pixels}, ${metresText(Math.hypot((b.x - a.x) * ground.x, (b.y - a.y) * ground.y))}`
}

export const ruler: ToolEntry = {
  title: 'Ruler: pixels and metres',
  key: 'U',
  icon: [
    [
      'path',
      {
        d: 'M21.3 15.3a2.4 2.4 0 0 1 0 3.4l-2.6 2.6a2.4 2.4 0 0 1-3.4 0L2.7 8.7a2.41 2.41 0 0 1 0-3.4l2.6-2.6a2.41 2.41 0 0 1 3.4 0Z',
      },
    ],
    ['path', { d: 'm14.5 12.5 2-2' }],
    ['path', { d: 'm11.5 9.5 2-2' }],
    ['path', { d: 'm8.5 6.5 2-2' }],
    ['path', { d: 'm17.5 15.5 2-2' }],
  ],
  cursor: 'crosshair',
  looks: true,
  make: () => run(rulerTool),
}
