import type { Box } from '../../../../src-main/core/geometry/box.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import { imagePoint } from '../../../../src-main/core/geometry/points.ts'
import { planMove } from '../../../../src-main/core/edit/edit.ts'
import type { Planned } from '../../../../src-main/core/edit/edit.ts'
import type { Step, Tool, ToolContext, ToolEntry } from '../tool.ts'
import { PLAIN, near, run, selectedIds, stepOut } from '../tool.ts'

type State =
  | { name: 'idle' }
  /** `holds`: on what is selected, which a drag moves */
  | { name: 'pressed'; from: ImagePoint; holds: boolean }
  | { name: 'frame'; from: ImagePoint; to: ImagePoint }
  | { name: 'moving'; from: ImagePoint; to: ImagePoint }

const IDLE: State = { name: 'idle' }

/** Click selects, Shift+click adds or takes out; a drag moves what is selected, else it selects what its frame encloses; double-click shows the instance. */
const selectTool: Tool<State> = {
  start: IDLE,
  step(state, event, context) {
    switch (event.type) {
      case 'down':
        return {
          state: { name: 'pressed', from: event.at, holds: !event.shift && isOnSelected(event.at, context) },
        }
      case 'move':
        return { state: dragged(state, event.at, context) }
      case 'up':
        if (state.name === 'pressed') return click(event.at, event.shift, context)
        if (state.name === 'frame') {
          const framed = context.inside(frameOf(state.from, state.to))
          const kept = event.shift ? context.selection : []
          return { state: IDLE, select: [...kept, ...framed.filter((f) => !kept.some((k) => k.id === f.id))] }
        }
        if (state.name === 'moving') {
          const planned = moved(state, context)
          return planned ? { state: IDLE, planned } : { state: IDLE }
        }
        return { state }
      case 'double': {
        const [hit] = context.hits(event.at)
        return hit ? { state: IDLE, show: hit } : { state: IDLE }
      }
      case 'escape':
        return state.name === 'idle' ? { ...stepOut(state, context), leave: false } : { state: IDLE }
      case 'leave':
        return { state: IDLE }
      default:
        return { state }
    }
  },
  view(state, context) {
    if (state.name === 'moving') {
      const hint = 'Release to move it, Escape drops it'
      return { ...PLAIN, busy: true, cursor: 'grabbing', hint, live: moved(state, context) }
    }
    if (state.name !== 'frame') return { ...PLAIN, hint: hintFor(context) }
    const { x, y, width, height } = frameOf(state.from, state.to)
    const points = [
      imagePoint(x, y),
      imagePoint(x + width, y),
      imagePoint(x + width, y + height),
      imagePoint(x, y + height),
    ]
    return {
      ...PLAIN,
      busy: true,
      hint: 'Release to select what lies inside',
      lines: [{ points, closed: true }],
    }
  },
}

function isOnSelected(at: ImagePoint, context: ToolContext): boolean {
  const ids = selectedIds(context)
  return context.hits(at).some(({ id }) => ids.includes(id))
}

function dragged(state: State, to: ImagePoint, { scale }: ToolContext): State {
  if (state.name === 'idle' || (state.name === 'pressed' && near(state.from, to, 4, scale))) return state
  const moves = state.name === 'moving' || (state.name === 'pressed' && state.holds)
  return { name: moves ? 'moving' : 'frame', from: state.from, to }
}

/** By whole pixels; null: by none. */
function moved({ from, to }: { from: ImagePoint; to: ImagePoint }, context: ToolContext): Planned | null {
  const step = { dx: Math.round(to.x - from.x), dy: Math.round(to.y - from.y) }
  if (step.dx === 0 && step.dy === 0) return null
  return planMove(context.content, selectedIds(context), step, context.policy)
}

function hintFor({ selection, content, edited }: ToolContext): string {
  const some = content.truth.length + content.predictions.length > 0
  if (selection.length === 0) return some ? 'Click an instance to select it' : ''
  if (selection.length > 1) return `${selection.length} selected`
  if (selection[0]!.kind === 'prediction') return 'Accept this prediction, reject it, or brush it'
  // where gestures change a draft, truth is only looked at
  return edited === 'truth' ? 'A drag moves it, brush and eraser change it' : ''
}

function click(at: ImagePoint, shift: boolean, { selection, hits }: ToolContext): Step<State> {
  const found = hits(at)
  if (found.length === 0) return shift ? { state: IDLE } : { state: IDLE, select: [] }
  const selected = found.findIndex((hit) => selection.some((s) => s.id === hit.id))
  if (shift) {
    const hit = found[0]!
    const without = selection.filter((s) => s.id !== hit.id)
    return { state: IDLE, select: without.length < selection.length ? without : [...selection, hit] }
  }
  // a second click at the same place selects what lies beneath
  const next = selection.length === 1 && selected >= 0 ? found[(selected + 1) % found.length]! : found[0]!
  return { state: IDLE, select: [next] }
}

function frameOf(a: ImagePoint, b: ImagePoint): Box {
  const x = Math.min(a.x, b.x)
  const y = Math.min(a.y, b.y)
  return { x, y, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) }
}

export const select: ToolEntry = {
  title: 'Select',
  key: 'V',
  icon: [
    [
      'path',
      {
        d: 'M4.037 4.688a.495.495 0 0 1 .651-.651l16 6.5a.5.5 0 0 1-.063.947l-6.124 1.58a2 2 0 0 0-1.438 1.435l-1.579 6.126a.5.5 0 0 1-.947.063z',
      },
    ],
  ],
  cursor: 'default',
  hovers: 'any',
  handles: true,
  looks: true,
  make: () => run(selectTool),
}
