import type { Planned } from '../../../../src-main/core/edit/edit.ts'
import { planSmartBox } from '../../../../src-main/core/edit/edit.ts'
import { boxShapeOf, headingOf } from '../../../../src-main/core/edit/shape.ts'
import type { ImagePoint } from '../../../../src-main/core/geometry/points.ts'
import type { Rle } from '../../../../src-main/core/mask/rle.ts'
import { EMPTY_RLE, areaOf, subtract, union } from '../../../../src-main/core/mask/rle.ts'
import type { BrushTip } from '../../../../src-main/core/mask/shapes.ts'
import { strokeMask } from '../../../../src-main/core/mask/shapes.ts'
import type { Side, TurnedBox } from '../../../../src-main/core/smart-box/turned-box.ts'
import { SIDES, boxAlong, boxWithin, cornersOf, isOutside, sameBox, sidesOf, toBox, withSideAt } from '../../../../src-main/core/smart-box/turned-box.ts' // prettier-ignore
import type { BoxSeen } from '../../../worker/box-desk.ts'
import type { Step, Tool, ToolContext, ToolEntry } from '../tool.ts'
import { PLAIN, near, run, stepOut } from '../tool.ts'
import type { Standing, Strokes } from './standing.ts'
import { lookInto, shown, stand } from './standing.ts'

type Press =
  /** `ahead`: what is dragged so far, looked into while the hand rests; null: it is no box yet */
  | { kind: 'box'; from: ImagePoint; ahead: Standing | null }
  | { kind: 'side'; side: Side }
  | { kind: 'stroke'; paints: keyof Strokes; last: ImagePoint; tip: BrushTip }

interface State {
  at: ImagePoint | null
  press: Press | null
  /** the first of two clicks */
  bow: ImagePoint | null
  standing: Standing | null
  /** brush or eraser was taken to correct what stands: each press paints; null: a press moves a side, paints or begins the next box */
  corrects: keyof Strokes | null
}

const START: State = { at: null, press: null, bow: null, standing: null, corrects: null }
const OUTSIDE: Planned = {
  refusal: 'The box lies outside the image. Drag it where there is a picture.',
}
const NOTHING: Strokes = { ship: EMPTY_RLE, water: EMPTY_RLE }
const OTHER = { ship: 'water', water: 'ship' } as const

/** A press that moves so far, in CSS pixels, drags a box. */
const DRAGS = 4
/** A side is taken hold of within so many CSS pixels of its middle; of a small box within less, or there was no room to paint. */
const HANDLE = 8
const HANDLE_LEAST = 3
/** of the box's shorter side */
const HANDLE_SHARE = 0.2
/** Strokes are as wide as this share of the ship: what is wrong of it is a part of it. */
const STROKE_SHARE = 0.25
/** Length by breadth of the box along two clicks. */
const ASPECT = 3.5

/**
 * Drag a rough box around a ship, or click its bow and stern; drag the sides; paint on the ship, with brush and eraser anywhere: it learns from what is painted. Enter
 * keeps what is seen, Escape drops it.
 */
const smartTool: Tool<State> = {
  start: START,
  step(state, event, context) {
    switch (event.type) {
      case 'down':
        return press(state, event.at, event.alt, context)
      case 'move':
        return { state: move({ ...state, at: event.at }, event.way, context) }
      case 'up':
        return release({ ...state, at: event.at }, context)
      case 'enter':
        return state.standing
          ? { state: { ...START, at: state.at }, ...keep(state.standing, context) }
          : { state }
      case 'escape':
        return escape(state, context)
      case 'back':
        return { state: stepBack(state, context) }
      case 'leave':
        return { state: { ...state, at: null, press: null } }
      default:
        return { state }
    }
  },
  corrects(state, tool) {
    if (!state.standing || state.press) return null
    const paints = { brush: 'ship', eraser: 'water', smart: null } as const
    return { ...state, corrects: paints[tool] }
  },
  view(state, context) {
    const { at, press: held, bow, standing, corrects } = state
    const dragged = held?.kind === 'box' ? held.ahead : null
    if (dragged) context.sight.ahead(() => dragged.ask(context))
    const seen = standing && lookInto(standing, context)
    const outline = (box: TurnedBox) => ({ points: cornersOf(box), closed: true })
    return {
      ...PLAIN,
      busy: held !== null || bow !== null || standing !== null,
      stepsBack: bow !== null || standing !== null,
      cursor: corrects ? 'none' : null,
      hint: hintFor(state, standing && { seen, there: standing.ask(context) !== null }),
      lines: [
        ...(dragged ? [outline(dragged.box)] : []),
        ...(bow && at ? [{ points: [bow, at], closed: false }] : []),
        ...(standing ? [outline(standing.box)] : []),
      ],
      dots: standing ? (corrects ? [] : Object.values(sidesOf(standing.box))) : bow ? [bow] : [],
      brush: at && standing && paints(state, at, context) ? { at, ...tipOf(state, standing, context) } : null,
      sign: at && corrects ? { at, kind: corrects === 'ship' ? 'plus' : 'minus' } : null,
      live: standing && seen ? planOf(standing, seen, context) : null,
    }
  },
}

/** @param stands what is seen of the box that stands, and whether the picture is there to look at; null: none stands */
function hintFor(
  { bow, press: held, corrects }: State,
  stands: { seen: BoxSeen | null; there: boolean } | null,
): string {
  if (held?.kind === 'box' && held.ahead) return 'Release: the ship in the box appears'
  if (bow) return 'Click the stern'
  if (!stands) return 'Drag a box around a ship, or click its bow'
  if (held?.kind === 'stroke')
    return held.paints === 'ship' ? 'This belongs to the ship' : 'This does not belong to it'
  if (corrects === 'ship') return 'Paint what belongs to the ship, Enter keeps it'
  if (corrects === 'water') return 'Paint what does not belong to it, Enter keeps it'
  if (!stands.seen) return stands.there ? 'Looking into the box' : 'The picture is still loading here'
  if (stands.seen.rle.length === 0) return 'No ship is seen in it. Drag a side, paint it, or drag anew'
  return 'Enter keeps it. Drag a side; brush or eraser mend it'
}

/** One step back: the stroke that is under way, the brush, then all. */
function escape(state: State, context: ToolContext): Step<State> {
  const { at, press: held, bow, standing, corrects } = state
  if (held?.kind === 'stroke') return { state: stepBack(state, context) }
  if (corrects) return { state: { ...state, press: null, corrects: null } }
  return held || bow || standing ? { state: { ...START, at } } : stepOut(state, context)
}

/** What is painted with: by the ship's breadth, whatever the brush's size; the same for the whole of a stroke. */
function tipOf({ press: held }: State, standing: Standing, context: ToolContext): BrushTip {
  if (held?.kind === 'stroke') return held.tip
  const { box } = standing
  const rle = shown(standing, context)?.rle
  const breadth = rle?.length
    ? areaOf(rle) / Math.hypot(box.length, box.breadth)
    : Math.min(box.length, box.breadth) / 2
  return { diameter: Math.max(1, Math.round(breadth * STROKE_SHARE)), tip: 'round' }
}

function planOf({ id, along }: Standing, { rle, rectangle }: BoxSeen, context: ToolContext): Planned {
  const shape = rectangle && boxShapeOf(rectangle)
  // of a dragged box nobody has said where the bow is
  const drawn = shape ? { shape, heading: along ? headingOf(shape) : undefined } : {}
  return planSmartBox(context.content, rle, { policy: context.policy, newId: () => id, drawn })
}

function keep(standing: Standing, context: ToolContext): Pick<Step<State>, 'planned' | 'selectCreated'> {
  const ask = standing.ask(context)
  if (!ask)
    return { planned: { refusal: 'The pixels of this place are not loaded yet. Try again in a moment.' } }
  return { planned: planOf(standing, context.sight.now(ask), context), selectCreated: true }
}

/** On the box it is painted, beside it the next begins, and what stands is kept. */
function press(state: State, at: ImagePoint, alt: boolean, context: ToolContext): Step<State> {
  const { standing, bow, corrects } = state
  if (standing) {
    const side = corrects ? null : sideAt(standing.box, at, context)
    if (side) return { state: { ...state, at, press: { kind: 'side', side } } }
    if (paints(state, at, context)) {
      const kind = corrects ?? 'ship'
      const strokes = [...standing.strokes, NOTHING]
      const begun: State = {
        ...state,
        press: {
          ...{ kind: 'stroke', paints: alt ? OTHER[kind] : kind, last: at },
          tip: tipOf(state, standing, context),
        },
        standing: { ...standing, strokes },
      }
      return { state: move({ ...begun, at }, [at], context) }
    }
    return { state: { ...START, at, press: boxFrom(at) }, ...keep(standing, context) }
  }
  if (bow && !near(bow, at, DRAGS, context.scale)) {
    const along = { box: boxAlong(bow, at, ASPECT), along: true, id: context.newId() }
    return begin(at, stand(along, [], null), context)
  }
  return { state: { ...START, at, press: boxFrom(at) } }
}

const boxFrom = (from: ImagePoint): Press => ({ kind: 'box', from, ahead: null })

/** A new box stands, and is looked into at once: the next frame may be far. */
function begin(at: ImagePoint, standing: Standing, context: ToolContext): Step<State> {
  if (isOutside(standing.box, context.content)) return { state: { ...START, at }, planned: OUTSIDE }
  lookInto(standing, context)
  return { state: { ...START, at, standing } }
}

function sideAt(box: TurnedBox, at: ImagePoint, { scale }: ToolContext): Side | undefined {
  const share = Math.min(box.length, box.breadth) * scale * HANDLE_SHARE
  const reach = Math.max(HANDLE_LEAST, Math.min(HANDLE, share))
  return SIDES.find((name) => near(sidesOf(box)[name], at, reach, scale))
}

/** Whether a press here paints, or is painting. */
function paints({ standing, press: held, corrects }: State, at: ImagePoint, { scale }: ToolContext): boolean {
  if (!standing) return false
  if (corrects || held?.kind === 'stroke') return true
  const { box } = standing
  const { along, across } = toBox(box, at)
  const beside = 2 / scale
  return Math.abs(along) < box.length / 2 - beside && Math.abs(across) < box.breadth / 2 - beside
}

function move(state: State, way: readonly ImagePoint[], context: ToolContext): State {
  const { press: held, standing, at } = state
  if (held?.kind === 'box' && at) return { ...state, press: { ...held, ahead: draggedTo(held, at, context) } }
  if (!held || !standing || !at || held.kind === 'box') return state
  if (held.kind === 'side') {
    const box = withSideAt(standing.box, held.side, at)
    return { ...state, standing: stand({ ...standing, box }, standing.strokes, shown(standing, context)) }
  }
  const stroke = standing.strokes.at(-1) ?? NOTHING
  let painted: Rle = EMPTY_RLE
  let { last } = held
  for (const point of way) {
    painted = union(painted, strokeMask(last, point, held.tip, context.content))
    last = point
  }
  // what is painted last holds
  const other = OTHER[held.paints]
  const before = standing.strokes
    .slice(0, -1)
    .map((one) => ({ ...one, [other]: subtract(one[other], painted) }))
  const strokes = [...before, { ...NOTHING, [held.paints]: union(stroke[held.paints], painted) }]
  return { ...state, press: { ...held, last }, standing: stand(standing, strokes, shown(standing, context)) }
}

/** The same box is the same question, which may have been answered by now. */
function draggedTo(
  { from, ahead }: Extract<Press, { kind: 'box' }>,
  at: ImagePoint,
  { scale, content, newId }: ToolContext,
): Standing | null {
  if (near(from, at, DRAGS, scale)) return null
  const box = boxWithin(from, at, content)
  if (ahead && sameBox(ahead.box, box)) return ahead
  return stand({ box, along: false, id: newId() }, [], null)
}

function release(state: State, context: ToolContext): Step<State> {
  const { press: held, at } = state
  if (held?.kind !== 'box' || !at) return { state: { ...state, press: null } }
  const dragged = draggedTo(held, at, context)
  return dragged ? begin(at, dragged, context) : { state: { ...START, at, bow: held.from } }
}

function stepBack({ at, standing, corrects }: State, context: ToolContext): State {
  if (!standing || standing.strokes.length === 0) return { ...START, at }
  const before = shown(standing, context)
  return { ...START, at, corrects, standing: stand(standing, standing.strokes.slice(0, -1), before) }
}

export const smart: ToolEntry = {
  title: 'Smart box: a rough box finds the ship',
  key: 'S',
  icon: [
    ['path', { d: 'M5 3a2 2 0 0 0-2 2' }],
    ['path', { d: 'M19 3a2 2 0 0 1 2 2' }],
    ['path', { d: 'M21 19a2 2 0 0 1-2 2' }],
    ['path', { d: 'M5 21a2 2 0 0 1-2-2' }],
    ['path', { d: 'M9 3h1M9 21h1M14 3h1M14 21h1M3 9v1M21 9v1M3 14v1M21 14v1' }],
    ['path', { d: 'm7.5 14 2-4h5l2 4-2 1.5h-5z' }],
  ],
  cursor: 'crosshair',
  rectangles: true,
  handles: true,
  make: () => run(smartTool),
}
