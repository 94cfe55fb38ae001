import type { Field } from './field.ts'
import type { Census } from './contrast.ts'
import { divergence, edges, emptyCensus, sideEdges, take } from './contrast.ts'
import { distance } from '../geometry/points.ts'
import type { TurnedBox } from './turned-box.ts'
import { SIDES, fromBox, halfExtents, sidesOf, toBox, withSideAt } from './turned-box.ts'

/** Looks for the turned rectangle that a rough box is meant for. */

/** What a person has said. */
export interface Wish {
  box: TurnedBox
  /** the box lies along the ship (two clicks), or merely around it */
  along: boolean
  /** places that a person has painted: on the ship, and beside it; image px */
  ship: readonly Place[]
  water: readonly Place[]
}

interface Place {
  readonly x: number
  readonly y: number
}

/** A rectangle, and how well it suits: the logarithm of a likelihood, but for a constant. */
export interface Guess {
  box: TurnedBox
  score: number
}

/** What each sort of evidence counts. */
const DIVERGENCE = 23
const EDGES = 4.1
const BELIEVED = 12
const TAKEN = 12
const PAINTED = 30

/** What people do: deviation of a side from where it belongs, of the box's extent; of an axis, radians. */
const SIDE_DEVIATION = 0.158
const ANGLE_DEVIATION = 0.12
/** What ships are: length by breadth. */
const ASPECT = 3.7
const ASPECT_DEVIATION = 0.5

const ASPECTS = [1.5, 2, 2.6, 3.4, 4.5, 6, 8]
const TRIED = 5
const ROUNDS = 14
const MOST_GUESSES = 150
const FIRST_STEP = 0.12
const LAST_STEP = 0.012

/** @returns the best of the rectangles that were looked at, the best first */
export function fitBoxes(field: Field, wish: Wish): Guess[] {
  const census = emptyCensus()
  const seen: Guess[] = []
  const judge = (box: TurnedBox): Guess => {
    const guess = { box, score: scoreOf(field, wish, box, census) }
    seen.push(guess)
    return guess
  }
  const starts = startsFor(wish)
    .map(judge)
    .sort((a, b) => b.score - a.score)
  for (const start of starts.slice(0, TRIED)) climb(start, judge)
  return seen
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_GUESSES)
    .map(({ box, score }) => ({ score, box: field.belief === null ? settled(field, wish.box, box) : box }))
}

/** Turned no further from the rough box than this, radians, a rectangle's sides are those of the box. */
const SAME_WAY = 0.15
/** Where colours change less than this across a side, nothing is seen of it. */
const UNSEEN = 0.15

/** Sides of which nothing is seen lie where a person put them: between two ships of one colour. */
export function settled(field: Field, rough: TurnedBox, box: TurnedBox): TurnedBox {
  const quarters = Math.round((box.angle - rough.angle) / (Math.PI / 2))
  if (Math.abs(box.angle - rough.angle - (quarters * Math.PI) / 2) > SAME_WAY) return box
  const middles = Object.values(sidesOf(rough))
  const seen = sideEdges(field, box)
  let out = box
  for (const side of SIDES) {
    if (seen[side] >= UNSEEN) continue
    const at = sidesOf(box)[side]
    const [nearest] = middles.toSorted((a, b) => distance(a, at) - distance(b, at))
    if (nearest) out = withSideAt(out, side, nearest)
  }
  return out
}

function scoreOf(field: Field, wish: Wish, box: TurnedBox, census: Census): number {
  take(census, field, box)
  if (census.cellsInside === 0 || census.cellsInRing === 0) return -Infinity
  return (
    DIVERGENCE * divergence(census, field) +
    EDGES * edges(field, box) +
    BELIEVED * census.believed -
    TAKEN * census.taken -
    PAINTED * (1 - shareInside(box, wish.ship, 1)) -
    PAINTED * shareInside(box, wish.water, 0) -
    deviation(wish, box)
  )
}

/** Share of the places that lie inside; `none` where there are no places. */
function shareInside(box: TurnedBox, places: readonly Place[], none: number): number {
  if (places.length === 0) return none
  const inside = places.filter((place) => {
    const { along, across } = toBox(box, place)
    return Math.abs(along) <= box.length / 2 && Math.abs(across) <= box.breadth / 2
  })
  return inside.length / places.length
}

const square = (value: number) => value * value

/** How far a rectangle is from what a person would have boxed so, and from what ships look like. */
function deviation({ box: rough, along: lengthwise }: Wish, box: TurnedBox): number {
  const turn = box.angle - rough.angle
  const half = halfExtents(box, turn)
  const { along, across } = toBox(rough, box)
  const [u, v] = [SIDE_DEVIATION * rough.length, SIDE_DEVIATION * rough.breadth]
  const sides =
    square((along + half.x - rough.length / 2) / u) +
    square((along - half.x + rough.length / 2) / u) +
    square((across + half.y - rough.breadth / 2) / v) +
    square((across - half.y + rough.breadth / 2) / v)
  const aspect = Math.abs(Math.log(box.length / box.breadth))
  const shape = square((aspect - Math.log(ASPECT)) / ASPECT_DEVIATION)
  return (sides + shape + (lengthwise ? square(turn / ANGLE_DEVIATION) : 0)) / 2
}

/** Where to begin: the rectangles of each aspect that just touch the sides of the rough box. */
function startsFor({ box, along }: Wish): TurnedBox[] {
  if (along) return [box]
  const tall = box.breadth > box.length
  const [long, short] = tall ? [box.breadth, box.length] : [box.length, box.breadth]
  return ASPECTS.flatMap((aspect) => {
    const slant = (1 - long / (short * aspect)) / (long / short - 1 / aspect)
    // a square box touches one of any aspect on its diagonal
    const turn = Number.isFinite(slant) ? Math.atan(Math.max(0, slant)) : Math.PI / 4
    const length = long / (Math.cos(turn) + Math.sin(turn) / aspect)
    const breadth = turn > 0 ? length / aspect : short
    return (turn > 0 ? [turn, -turn] : [0]).map((way) => ({
      ...box,
      ...{ length, breadth },
      angle: box.angle + (tall ? Math.PI / 2 - way : way),
    }))
  })
}

function climb(start: Guess, judge: (box: TurnedBox) => Guess): void {
  let best = start
  let step = FIRST_STEP
  for (let round = 0; round < ROUNDS && step > LAST_STEP; round++) {
    const before = best
    for (const box of neighbours(best.box, step)) {
      const guess = judge(box)
      if (guess.score > best.score) best = guess
    }
    if (best === before) step /= 2
  }
}

/** Rectangles a step away: one side moved, or two, or turned. */
function neighbours(box: TurnedBox, step: number): TurnedBox[] {
  const [u, v] = [Math.max(0.4, step * box.length), Math.max(0.4, step * box.breadth * 1.5)]
  const moved = (along: number, across: number, length: number, breadth: number): TurnedBox => {
    const { x, y } = fromBox(box, along, across)
    return { ...box, x, y, length: box.length + length, breadth: box.breadth + breadth }
  }
  return [1, -1]
    .flatMap((way) => [
      ...[moved((way * u) / 2, 0, u, 0), moved((way * u) / 2, 0, -u, 0)],
      ...[moved(0, (way * v) / 2, 0, v), moved(0, (way * v) / 2, 0, -v)],
      ...[moved(way * u, 0, 0, 0), moved(0, way * v, 0, 0)],
      ...[moved(0, 0, 2 * way * u, 0), moved(0, 0, 0, 2 * way * v)],
      { ...box, angle: box.angle + way * step * 1.2 },
    ])
    .filter(({ length, breadth }) => length >= 2 && breadth >= 1.5)
}
