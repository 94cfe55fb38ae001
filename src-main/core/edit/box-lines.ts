import type { ImagePoint } from '../geometry/points.ts'
import { distance } from '../geometry/points.ts'
import type { TurnedBox } from '../smart-box/turned-box.ts'
import { fromBox, toBox } from '../smart-box/turned-box.ts'
import type { BoxShape } from './shape.ts'
import { boxShapeOf } from './shape.ts'

/** A line drawn by hand, image pixels; of a click both ends are one. */
export interface Line {
  readonly from: ImagePoint
  readonly to: ImagePoint
}

/** A second line that runs along less than this share of the first is no side: its middle tells the width alone. */
const SIDE_SHARE = 0.5

/**
 * The turned box that two lines mean. The first runs along one side, bow first; a click tells where the other side is. A second line along the other side counts as
 * much as the first in place, turn and length, whichever way it runs; one across the ship, from side to side, makes the first its axis. Null where the first has no
 * length.
 */
export function boxFromLines(first: Line, second: Line): BoxShape | null {
  const length = distance(first.from, first.to)
  if (length === 0) return null
  const frame = frameOf(first, Math.atan2(first.to.y - first.from.y, first.to.x - first.from.x))
  const [from, to] = [toBox(frame, second.from), toBox(frame, second.to)]
  const run = Math.abs(to.along - from.along)
  const rise = Math.abs(to.across - from.across)
  const ends = [-length / 2, length / 2] as const
  // what the axis and the two sides say of the middle counts alike
  if (rise > run && from.across * to.across < 0) {
    return boxIn(frame, ends, (from.across + to.across) / 4, rise)
  }
  if (run > rise && run >= SIDE_SHARE * length) {
    return alongBoth(first, from.along > to.along ? { from: second.to, to: second.from } : second)
  }
  const width = (from.across + to.across) / 2
  return boxIn(frame, ends, width / 2, Math.abs(width))
}

/** The middle of a line as the origin of a turned frame. */
function frameOf({ from, to }: Line, angle: number): TurnedBox {
  return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2, angle, length: 0, breadth: 0 }
}

/** The box whose sides lie, in the mean, where two lines along them say. */
function alongBoth(first: Line, second: Line): BoxShape {
  const run = (axis: 'x' | 'y') => first.to[axis] - first.from[axis] + second.to[axis] - second.from[axis]
  const frame = frameOf(first, Math.atan2(run('y'), run('x')))
  const [bow, bowToo] = [toBox(frame, first.from), toBox(frame, second.from)]
  const [stern, sternToo] = [toBox(frame, first.to), toBox(frame, second.to)]
  const ends = [(bow.along + bowToo.along) / 2, (stern.along + sternToo.along) / 2] as const
  const sides = [(bow.across + stern.across) / 2, (bowToo.across + sternToo.across) / 2] as const
  return boxIn(frame, ends, (sides[0] + sides[1]) / 2, Math.abs(sides[1] - sides[0]))
}

function boxIn(
  frame: TurnedBox,
  [bow, stern]: readonly [number, number],
  across: number,
  breadth: number,
): BoxShape {
  const { x, y } = fromBox(frame, (bow + stern) / 2, across)
  return boxShapeOf({ x, y, angle: frame.angle, length: stern - bow, breadth })
}
