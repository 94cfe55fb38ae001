import type { Field } from './field.ts'
import { COLOURS, NO_COLOUR } from './field.ts'
import type { Side, TurnedBox } from './turned-box.ts'
import { halfExtents } from './turned-box.ts'

/** How a rectangle stands out from the water around it. */

/** What lies in a rectangle, and in a ring around it: cells of each colour. */
export interface Census {
  inside: Float64Array
  ring: Float64Array
  cellsInside: number
  cellsInRing: number
  /** share of the rectangle's cells that belong to other ships, 0..1 */
  taken: number
  /** mean belief of the network inside less that in the ring, -1..1; 0 without one */
  believed: number
}

/** Width of the ring: of the rectangle's breadth, and cells. */
const RING = 0.3
const RING_LEAST = 1.1

export function emptyCensus(): Census {
  const [inside, ring] = [new Float64Array(COLOURS), new Float64Array(COLOURS)]
  return { inside, ring, cellsInside: 0, cellsInRing: 0, taken: 0, believed: 0 }
}

/** Counts into `census`, which is used again and again. */
export function take(census: Census, field: Field, box: TurnedBox): Census {
  const { inside, ring } = census
  inside.fill(0)
  ring.fill(0)
  const { cell, width, height, colour, belief } = field
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
  const [mx, my] = [(box.x - field.x) / cell, (box.y - field.y) / cell]
  const [a, b] = [box.length / 2 / cell, box.breadth / 2 / cell]
  const reach = Math.max(RING_LEAST, RING * 2 * b)
  const half = halfExtents({ length: 2 * (a + reach), breadth: 2 * (b + reach) }, box.angle)
  const [x0, x1] = [Math.max(0, Math.floor(mx - half.x)), Math.min(width - 1, Math.ceil(mx + half.x))]
  const [y0, y1] = [Math.max(0, Math.floor(my - half.y)), Math.min(height - 1, Math.ceil(my + half.y))]
  let [cellsInside, cellsInRing, taken, sumInside, sumRing] = [0, 0, 0, 0, 0]
  for (let y = y0; y <= y1; y++) {
    const dy = y + 0.5 - my
    let along = (x0 + 0.5 - mx) * cos + dy * sin
    let across = dy * cos - (x0 + 0.5 - mx) * sin
    for (let x = x0; x <= x1; x++, along += cos, across -= sin) {
      const depth = Math.min(a - Math.abs(along), b - Math.abs(across))
      if (depth < -reach) continue
      const p = y * width + x
      const k = colour[p]!
      if (k === NO_COLOUR) {
        if (depth >= 0) taken++
      } else if (depth >= 0) {
        inside[k]!++
        cellsInside++
        if (belief) sumInside += belief[p]!
      } else {
        ring[k]!++
        cellsInRing++
        if (belief) sumRing += belief[p]!
      }
    }
  }
  census.cellsInside = cellsInside
  census.cellsInRing = cellsInRing
  census.taken = taken === 0 ? 0 : taken / (taken + cellsInside)
  census.believed = sumInside / Math.max(1, cellsInside) - sumRing / Math.max(1, cellsInRing)
  return census
}

/** So many cells of the whole window's colours are added to both sides: a few cells prove little. */
const PRIOR_CELLS = 6

/** Jensen and Shannon's divergence of the colours inside and in the ring, 0..ln 2. */
export function divergence({ inside, ring, cellsInside, cellsInRing }: Census, field: Field): number {
  let sum = 0
  for (let k = 0; k < COLOURS; k++) {
    const usual = (PRIOR_CELLS * field.total[k]!) / Math.max(1, field.cells)
    const a = (inside[k]! + usual) / (cellsInside + PRIOR_CELLS)
    const b = (ring[k]! + usual) / (cellsInRing + PRIOR_CELLS)
    const middle = (a + b) / 2
    if (a > 0) sum += a * Math.log(a / middle)
    if (b > 0) sum += b * Math.log(b / middle)
  }
  return sum / 2
}

/** For each colour the logarithm of how much likelier it is inside than in the ring, within ±`most`. */
export function ratios(census: Census, field: Field, most: number): Float64Array {
  return Float64Array.from({ length: COLOURS }, (_, k) => {
    const usual = (PRIOR_CELLS * field.total[k]!) / Math.max(1, field.cells)
    const a = (census.inside[k]! + usual) / (census.cellsInside + PRIOR_CELLS)
    const b = (census.ring[k]! + usual) / (census.cellsInRing + PRIOR_CELLS)
    return a > 0 && b > 0 ? Math.max(-most, Math.min(most, Math.log(a / b))) : 0
  })
}

/** An edge counts no more than this, in units of the window's root mean square slope. */
const STEEPEST = 1.1
/** Bow and stern are short, and round */
const ENDS = 0.7

/** How much colours change across each side of a box, on average along it; 0..STEEPEST. */
export function sideEdges(field: Field, box: TurnedBox): Record<Side, number> {
  const [a, b] = [box.length / 2, box.breadth / 2]
  return {
    bow: alongSide(field, box, [-a, -b], [-a, b]),
    stern: alongSide(field, box, [a, -b], [a, b]),
    left: alongSide(field, box, [-a, -b], [a, -b]),
    right: alongSide(field, box, [-a, b], [a, b]),
  }
}

/** The same of all four together. */
export function edges(field: Field, box: TurnedBox): number {
  const { bow, stern, left, right } = sideEdges(field, box)
  return (left + right + ENDS * (bow + stern)) / 4
}

type Place = readonly [along: number, across: number]

function alongSide(field: Field, box: TurnedBox, from: Place, to: Place): number {
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
  const length = Math.hypot(to[0] - from[0], to[1] - from[1])
  const count = Math.max(2, Math.round(length / field.cell / 1.2))
  const lengthwise = from[1] === to[1]
  const [nx, ny] = lengthwise ? [-sin, cos] : [cos, sin]
  let sum = 0
  for (let i = 0; i < count; i++) {
    const t = (i + 0.5) / count
    const u = from[0] + t * (to[0] - from[0])
    const v = from[1] + t * (to[1] - from[1])
    const x = (box.x + u * cos - v * sin - field.x) / field.cell - 0.5
    const y = (box.y + u * sin + v * cos - field.y) / field.cell - 0.5
    sum += Math.min(STEEPEST, slopeAcross(field, x, y, nx, ny))
  }
  return sum / count
}

/** Length of the change of colour in a direction, between cells by their distances; 0 outside. It runs a million times a box: no arrays. */
function slopeAcross({ slope, width, height }: Field, x: number, y: number, nx: number, ny: number): number {
  const i = Math.floor(x)
  const j = Math.floor(y)
  if (i < 0 || j < 0 || i + 1 >= width || j + 1 >= height) return 0
  const ax = x - i
  const ay = y - j
  const p = (j * width + i) * 6
  const below = p + width * 6
  const topLeft = (1 - ax) * (1 - ay)
  const topRight = ax * (1 - ay)
  const footLeft = (1 - ax) * ay
  const footRight = ax * ay
  let squares = 0
  for (let c = 0; c < 6; c += 2) {
    const a = p + c
    const b = below + c
    const dx =
      topLeft * slope[a]! + topRight * slope[a + 6]! + footLeft * slope[b]! + footRight * slope[b + 6]!
    const dy =
      topLeft * slope[a + 1]! +
      topRight * slope[a + 7]! +
      footLeft * slope[b + 1]! +
      footRight * slope[b + 7]!
    const across = nx * dx + ny * dy
    squares += across * across
  }
  return Math.sqrt(squares)
}
