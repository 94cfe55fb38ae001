import type { BoxShape, Line } from '../../../../src-main/core/edit/edit.ts'
import { boxFromLines, outlineOf, planBox } from '../../../../src-main/core/edit/edit.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import type { Step, Tool, ToolContext, ToolEntry, ToolView } from '../tool.ts'
import { PLAIN, near, run, stepOut } from '../tool.ts'

interface State {
  /** of the instance that it becomes */
  id: string
  /** where the first line begins, and where it ends once that is known */
  bow: ImagePoint | null
  stern: ImagePoint | null
  /** where the button went down */
  press: ImagePoint | null
  at: ImagePoint | null
  /** where the box before was finished */
  done: ImagePoint | null
}

const START: State = { id: '', bow: null, stern: null, press: null, at: null, done: null }

/** A press that moves so far, in CSS pixels, draws a line; one that does not is a click. */
const DRAGS = 4
/** The second click of a double-click lies within so many CSS pixels of the first. */
const SAME_CLICK = 2

/** What the box would be with the pointer here. */
function boxAt({ bow, stern, press, at }: State, context: ToolContext): BoxShape | null {
  if (!bow || !stern || !at) return null
  return boxFromLines({ from: bow, to: stern }, lineTo(at, press, context))
}

/** From the press to the pointer, or a point where it is a click. */
function lineTo(at: ImagePoint, press: ImagePoint | null, { scale }: ToolContext): Line {
  return press && !near(press, at, DRAGS, scale) ? { from: press, to: at } : { from: at, to: at }
}

/**
 * A rotated box in two drags, along one side of the ship, bow first, and along the other; clicks do too: both ends of a side, then the other side. A drag across the
 * ship makes the first line its axis.
 */
const boxTool: Tool<State> = {
  start: START,
  step(state, event, context) {
    switch (event.type) {
      case 'down':
        return {
          state: state.bow
            ? { ...state, press: event.at, at: event.at }
            : { ...state, id: context.newId(), bow: event.at, press: event.at, at: event.at },
        }
      case 'move':
        return { state: { ...state, at: event.at } }
      case 'up':
        return state.press ? release({ ...state, at: event.at }, event.at, context) : { state }
      case 'double':
        // its second click is the bow of no ship
        return {
          state: state.bow && !state.stern && isSame(state, context) ? { ...START, at: event.at } : state,
        }
      case 'escape':
      case 'back':
        if (state.stern) return { state: { ...state, stern: null, press: null } }
        if (state.bow) return { state: { ...START, at: state.at } }
        return event.type === 'escape' ? stepOut(state, context) : { state }
      case 'leave':
        return { state: { ...state, at: null, press: null } }
      default:
        return { state }
    }
  },
  view(state, context) {
    const { bow, stern, at, press } = state
    const base = { ...PLAIN, busy: bow !== null, stepsBack: bow !== null }
    if (!bow) return { ...base, hint: 'Drag along one side, bow first, or click its ends' }
    if (!stern) {
      const hint = press ? 'Release at the stern' : 'Click the stern, on the same side'
      return { ...base, hint, lines: [{ points: at ? [bow, at] : [bow], closed: false }], dots: [bow] }
    }
    return { ...base, ...outlined(state, context), dots: [bow, stern] }
  },
}

/** The first line, the second while it is drawn, and what they come to. */
function outlined(state: State, context: ToolContext): Pick<ToolView, 'hint' | 'lines' | 'live'> {
  const { id, bow, stern, press, at } = state
  const box = boxAt(state, context)
  const second = press && at && !near(press, at, DRAGS, context.scale) ? [press, at] : null
  return {
    hint: press
      ? 'Release: along the other side, or across the ship'
      : 'Drag along the other side, or click it',
    lines: [
      ...(bow && stern ? [{ points: [bow, stern], closed: false }] : []),
      ...(second ? [{ points: second, closed: false }] : []),
      ...(box ? [{ points: outlineOf(box), closed: true }] : []),
    ],
    live: box && planBox(context.content, box, { policy: context.policy, newId: () => id }),
  }
}

/** A click that only ended the box before. */
function isSame({ bow, done }: State, { scale }: ToolContext): boolean {
  return bow !== null && done !== null && near(bow, done, SAME_CLICK, scale)
}

function release(state: State, at: ImagePoint, context: ToolContext): Step<State> {
  const { id, bow, stern, press } = state
  const released = { ...state, press: null }
  if (!bow || !press) return { state: released }
  // a second click at the same place is none
  if (!stern)
    return { state: near(bow, at, SAME_CLICK, context.scale) ? released : { ...released, stern: at } }
  const clicked = near(press, at, DRAGS, context.scale)
  const box = boxAt(state, context)
  if (!box || (clicked && near(stern, at, SAME_CLICK, context.scale))) return { state: released }
  return {
    state: { ...START, at, done: at },
    planned: planBox(context.content, box, { policy: context.policy, newId: () => id }),
    selectCreated: true,
  }
}

export const box: ToolEntry = {
  title: 'Rotated box: along both sides',
  key: 'R',
  icon: [['rect', { width: '20', height: '10', x: '2', y: '7', rx: '1.5', transform: 'rotate(-25 12 12)' }]],
  cursor: 'crosshair',
  handles: true,
  make: () => run(boxTool),
}
