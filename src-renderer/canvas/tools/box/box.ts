import type { BoxShape } from '../../../../src-main/core/edit/edit.ts'
import { planBox } from '../../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import { boxFromAxis, distance } from '../../../../src-main/core/geometry/points.ts'
import type { Tool, ToolEntry } from '../tool.ts'
import { PLAIN, near, run, stepOut } from '../tool.ts'

interface State {
  bow: ImagePoint | null
  stern: ImagePoint | null
  at: ImagePoint | null
}

const START: State = { bow: null, stern: null, at: null }

function shapeOf(bow: ImagePoint, stern: ImagePoint, edge: ImagePoint): BoxShape {
  const [left, , , right] = boxFromAxis(bow, stern, edge) ?? [edge, edge, edge, edge]
  return { kind: 'box', bow: [bow.x, bow.y], stern: [stern.x, stern.y], breadth: distance(left, right) }
}

/** A rotated box in three clicks: bow, stern, width. */
const boxTool: Tool<State> = {
  start: START,
  step(state, event, context) {
    const { bow, stern } = state
    switch (event.type) {
      case 'down': {
        if (!bow) return { state: { bow: event.at, stern: null, at: event.at } }
        if (!stern) {
          if (near(bow, event.at, 3, context.scale)) return { state }
          return { state: { bow, stern: event.at, at: event.at } }
        }
        const corners = boxFromAxis(bow, stern, event.at)
        if (corners === null || near(stern, event.at, 3, context.scale)) return { state }
        return {
          state: { ...START, at: event.at },
          planned: planBox(context.content, shapeOf(bow, stern, event.at), context),
          selectCreated: true,
        }
      }
      case 'move':
        return { state: { bow, stern, at: event.at } }
      case 'escape':
      case 'back':
        if (stern) return { state: { bow, stern: null, at: state.at } }
        if (bow) return { state: { ...START, at: state.at } }
        return event.type === 'escape' ? stepOut(state, context) : { state }
      case 'leave':
        return { state: { bow, stern, at: null } }
      default:
        return { state }
    }
  },
  view({ bow, stern, at }) {
    const base = { ...PLAIN, busy: bow !== null }
    if (!bow) return { ...base, hint: 'Click the bow' }
    if (!stern) {
      const points = at ? [bow, at] : [bow]
      return { ...base, hint: 'Click the stern', lines: [{ points, closed: false }], dots: [bow] }
    }
    const corners = at && boxFromAxis(bow, stern, at)
    return {
      ...base,
      hint: 'Move for the width, click',
      lines: [
        { points: [bow, stern], closed: false },
        ...(corners ? [{ points: corners, closed: true }] : []),
      ],
      dots: [bow, stern],
    }
  },
}

export const box: ToolEntry = {
  title: 'Rotated box in three clicks',
  key: 'R',
  icon: [['rect', { width: '20', height: '12', x: '2', y: '6', rx: '2' }]],
  cursor: 'crosshair',
  handles: true,
  make: () => run(boxTool),
}
