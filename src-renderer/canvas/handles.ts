import type { Shape } from '../../src-main/contract/wire.ts'
import type { EditTruth, Planned } from '../../src-main/core/edit/edit.ts'
import { axisOf, boxShapeOf, directionOf, movedShape, outlineOf, planHeading, planReshape, turnedBoxOf, turnedShape } from '../../src-main/core/edit/edit.ts' // prettier-ignore
import type { ImagePoint } from '../../src-main/core/geometry/points.ts'
import { distance, imagePoint } from '../../src-main/core/geometry/points.ts'
import type { TurnedBox } from '../../src-main/core/smart-box/turned-box.ts'
import { SIDES, cornersOf, fromBox, sidesOf, toBox, withSideAt } from '../../src-main/core/smart-box/turned-box.ts' // prettier-ignore
import type { ToolContext, ToolEvent } from './tools/tool.ts'
import { near, selectedIds } from './tools/tool.ts'

/** The handles of the shape that the selected instance was drawn as, and of its heading: they are there before the tool in hand is. */

/** A handle is taken hold of within so many CSS pixels. */
const REACH = 6
/** The handle that turns a box lies so many CSS pixels before its bow. */
const TURN_AT = 22
/** Shapes that are smaller than this on the screen, in CSS pixels, show no handles between their corners. */
const SMALL = 40
const RIGHT_ANGLES = 15

/** What a handle makes of an instance: another shape, or another heading of a mask that is none. */
type Change = { shape: Shape } | { heading: number }

interface Handle {
  at: ImagePoint
  /** the change with this handle where the pointer is; `square`: right angles are wanted */
  drag(to: ImagePoint, square: boolean): Change
  /** the shape without this corner */
  without?: Shape
}

/** The handle that is held. */
interface Held {
  id: string
  handle: Handle
  /** where it was pressed */
  from: ImagePoint
  /** null: not moved yet */
  change: Change | null
}

/** What came of an event. */
export interface Handled {
  planned?: Planned
}

/** What is to be seen of handles. */
export interface HandlesView {
  places: readonly ImagePoint[]
  outline: readonly ImagePoint[]
  /** the pointer is on one, and a press there takes hold of it, or would with Ctrl */
  over: 'free' | 'with Ctrl' | null
  /** what the image would be if they were let go now */
  live: Planned | null
}

/** A press that moves less than this, in CSS pixels, is a click. */
const DRAGS = 3

export class Handles {
  #held: Held | null = null
  #at: ImagePoint | null = null
  #free = false

  get busy(): boolean {
    return this.#held !== null
  }

  /** Lets go without a change. */
  drop(): void {
    this.#held = null
  }

  /**
   * @param free a press on a handle takes hold of it; else only one with Ctrl does, since the next shape may begin there
   * @returns what came of it; null: the event is the tool's
   */
  send(event: ToolEvent, context: ToolContext, free: boolean): Handled | null {
    if ('at' in event) this.#at = event.at
    if ('ctrl' in event) this.#free = free || event.ctrl
    if (event.type === 'leave') this.#at = null
    if (event.type === 'down') return this.#free ? this.#take(event, context) : null
    if (!this.#held) return null
    if (event.type === 'move') {
      const { handle, from, change } = this.#held
      if (!change && near(from, event.at, DRAGS, context.scale)) return {}
      this.#held = { ...this.#held, change: handle.drag(event.at, event.shift) }
      return {}
    }
    const { id, change } = this.#held
    if (event.type === 'up') {
      this.#held = null
      return change ? { planned: planOf(context, id, change) } : {}
    }
    if (event.type === 'escape' || event.type === 'leave') this.#held = null
    return {}
  }

  #take(event: Extract<ToolEvent, { type: 'down' }>, context: ToolContext): Handled | null {
    const shown = chosen(context)
    const handle = shown && handleAt(shown, event.at, context)
    if (!shown || !handle) return null
    if (event.alt && handle.without) {
      return { planned: planReshape(context.content, shown.id, handle.without, context) }
    }
    this.#held = { id: shown.id, handle, from: event.at, change: null }
    return {}
  }

  /** Null where there are none. */
  view(context: ToolContext): HandlesView | null {
    const shown = chosen(context)
    if (!shown || (!shown.shape && shown.heading === undefined)) return null
    const change = this.#held?.id === shown.id ? this.#held.change : null
    const now = change ? { ...shown, ...change } : shown
    const over = this.#at !== null && handleAt(shown, this.#at, context) !== undefined
    return {
      places: handlesOf(now, context).map(({ at }) => at),
      outline: now.shape ? outlineOf(now.shape) : arrowOf(now, context),
      over: over ? (this.#free ? 'free' : 'with Ctrl') : null,
      live: change && planOf(context, shown.id, change),
    }
  }
}

function planOf(context: ToolContext, id: string, change: Change): Planned {
  return 'shape' in change
    ? planReshape(context.content, id, change.shape, context)
    : planHeading(context.content, [id], change.heading)
}

/** Moves the shape of the selected instance by pixels, or turns it by degrees. Null where it has none. */
export function adjusted(
  context: ToolContext,
  { dx, dy, degrees }: { dx: number; dy: number; degrees: number },
): Planned | null {
  const shown = chosen(context)
  if (!shown?.shape) return null
  const shape = turnedShape(movedShape(shown.shape, dx, dy), degrees)
  return planReshape(context.content, shown.id, shape, context)
}

/** The one instance that is selected. */
function chosen(context: ToolContext): EditTruth | null {
  const [id, ...others] = selectedIds(context)
  if (id === undefined || others.length > 0 || context.selection.length > 1) return null
  return context.content.truth.find((one) => one.id === id) ?? null
}

/** The handle within reach, the nearest of them. */
function handleAt(one: EditTruth, at: ImagePoint, context: ToolContext): Handle | undefined {
  return handlesOf(one, context)
    .filter((handle) => near(handle.at, at, REACH, context.scale))
    .sort((a, b) => distance(a.at, at) - distance(b.at, at))[0]
}

function handlesOf(one: EditTruth, context: ToolContext): Handle[] {
  const { shape, heading } = one
  if (shape?.kind === 'box') return boxHandles(turnedBoxOf(shape), context.scale)
  const corners = shape ? cornerHandles(shape.corners, context.scale) : []
  return heading === undefined ? corners : [...corners, headingHandle(one, context)]
}

/** Lies before the bow, and turns the heading alone: the pixels stay. */
function headingHandle({ rle, heading }: EditTruth, { content, scale }: ToolContext): Handle {
  const { x, y, half } = axisOf(rle, content.height)
  const ahead = directionOf(heading ?? 0)
  const reach = half + TURN_AT / scale
  return {
    at: imagePoint(x + ahead.x * reach, y + ahead.y * reach),
    drag: (to, square) => {
      const degrees = (Math.atan2(to.x - x, y - to.y) * 180) / Math.PI
      return { heading: square ? Math.round(degrees / RIGHT_ANGLES) * RIGHT_ANGLES : degrees }
    },
  }
}

/** From the middle to the handle of the heading. */
function arrowOf(one: EditTruth, context: ToolContext): ImagePoint[] {
  const { x, y } = axisOf(one.rle, context.content.height)
  return [imagePoint(x, y), headingHandle(one, context).at]
}

function boxHandles(box: TurnedBox, scale: number): Handle[] {
  const sides = sidesOf(box)
  const corners = cornersOf(box)
  const small = box.breadth * scale < SMALL
  return [
    ...corners.map((at, i) => ({
      at,
      drag: (to: ImagePoint) => ({ shape: withCornerAt(box, corners[(i + 2) % 4]!, to) }),
    })),
    ...SIDES.filter((side) => !small || side === 'left' || side === 'right').map((side) => ({
      at: sides[side],
      drag: (to: ImagePoint) => ({ shape: boxShapeOf(withSideAt(box, side, to)) }),
    })),
    {
      at: fromBox(box, -box.length / 2 - TURN_AT / scale, 0),
      drag: (to: ImagePoint, square: boolean) => {
        const angle = Math.atan2(box.y - to.y, box.x - to.x)
        const step = (RIGHT_ANGLES * Math.PI) / 180
        return { shape: boxShapeOf({ ...box, angle: square ? Math.round(angle / step) * step : angle }) }
      },
    },
  ]
}

/** The box between a corner that stays and one that is dragged, turned as before. */
function withCornerAt(box: TurnedBox, stays: ImagePoint, to: ImagePoint): Shape {
  const [a, b] = [toBox(box, stays), toBox(box, to)]
  const { x, y } = fromBox(box, (a.along + b.along) / 2, (a.across + b.across) / 2)
  return boxShapeOf({
    ...{ x, y, angle: box.angle },
    length: Math.max(1, Math.abs(a.along - b.along)),
    breadth: Math.max(1, Math.abs(a.across - b.across)),
  })
}

type Corners = readonly (readonly [number, number])[]

function cornerHandles(corners: Corners, scale: number): Handle[] {
  const polygon = (points: Corners): Shape => ({ kind: 'polygon', corners: points.map(([x, y]) => [x, y]) })
  const count = corners.length
  return corners.flatMap((corner, i) => {
    const [before, after] = [corners[(i + count - 1) % count]!, corners[(i + 1) % count]!]
    const without = count > 3 ? { without: polygon(corners.toSpliced(i, 1)) } : {}
    const handle: Handle = {
      at: imagePoint(...corner),
      drag: (to, square) => ({
        shape: polygon(corners.with(i, square ? onRightAngle(before, after, to) : [to.x, to.y])),
      }),
      ...without,
    }
    const middle: [number, number] = [(corner[0] + after[0]) / 2, (corner[1] + after[1]) / 2]
    const long = Math.hypot(after[0] - corner[0], after[1] - corner[1]) * scale >= SMALL
    const between: Handle = {
      at: imagePoint(...middle),
      drag: (to) => ({ shape: polygon(corners.toSpliced(i + 1, 0, [to.x, to.y])) }),
    }
    return long && count < MOST_DRAGGED ? [handle, between] : [handle]
  })
}

/** as many corners as a shape may have */
const MOST_DRAGGED = 200

/** The place nearest to `to` from which both neighbours are seen at a right angle (Thales' circle). */
function onRightAngle(
  before: readonly [number, number],
  after: readonly [number, number],
  to: ImagePoint,
): readonly [number, number] {
  const [mx, my] = [(before[0] + after[0]) / 2, (before[1] + after[1]) / 2]
  const radius = Math.hypot(after[0] - before[0], after[1] - before[1]) / 2
  const away = Math.hypot(to.x - mx, to.y - my)
  return away === 0 ? [to.x, to.y] : [mx + ((to.x - mx) * radius) / away, my + ((to.y - my) * radius) / away]
}
