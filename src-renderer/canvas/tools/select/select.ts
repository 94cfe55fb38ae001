import type { Box } from '../../../../src-main/core/geometry/box.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import { imagePoint } from '../../../../src-main/core/geometry/points.ts'
import type { Step, Tool, ToolContext, ToolEntry } from '../tool.ts'
import { PLAIN, near, run, stepOut } from '../tool.ts'

type State =
  | { name: 'idle' }
  | { name: 'pressed'; from: ImagePoint }
  | { name: 'frame'; from: ImagePoint; to: ImagePoint }

const IDLE: State = { name: 'idle' }

/** Click selects, Shift+click adds or takes out, a drag selects what its frame encloses; double-click shows the instance. */
const selectTool: Tool<State> = {
  start: IDLE,
  step(state, event, context) {
    switch (event.type) {
      case 'down':
        return { state: { name: 'pressed', from: event.at } }
      case 'move':
        if (
          state.name === 'idle' ||
          (state.name === 'pressed' && near(state.from, event.at, 4, context.scale))
        )
          return { state }
        return { state: { name: 'frame', from: state.from, to: event.at } }
      case 'up':
        if (state.name === 'pressed') return click(event.at, event.shift, context)
        if (state.name === 'frame') {
          const framed = context.inside(frameOf(state.from, state.to))
          const kept = event.shift ? context.selection : []
          return { state: IDLE, select: [...kept, ...framed.filter((f) => !kept.some((k) => k.id === f.id))] }
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

function hintFor({ selection, content, edited }: ToolContext): string {
  const some = content.truth.length + content.predictions.length > 0
  if (selection.length === 0) return some ? 'Click an instance to select it' : ''
  if (selection.length > 1) return `${selection.length} selected`
  if (selection[0]!.kind === 'prediction') return 'A accepts, X rejects this prediction'
  // where gestures change a draft, truth is only looked at
  return edited === 'truth' ? 'Brush and eraser change this instance' : ''
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
