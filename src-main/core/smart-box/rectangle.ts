import type { Look } from './crop.ts'
import { CELLS, cellOf } from './crop.ts'
import type { PixelBox } from '../mask/rle.ts'
import type { TurnedBox } from './turned-box.ts'
import { fromBox, halfExtents, toBox } from './turned-box.ts'

/** Cells that are less likely the ship's say nothing of its form. */
const LEAST_CHANCE = 0.2
/** Chances are made more of a yes or no. */
const SHARPER = 1.5
/** Fewer cells than this are no ship. */
const LEAST_CELLS = 4
const LEAST_SIDE = 2

/** The rectangle that has the same middle, way and spread as what was seen; null where next to nothing was. */
export function rectangleOf({ box, odds }: Look): TurnedBox | null {
  const [u, v] = [cellOf(box.length), cellOf(box.breadth)]
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0]
  odds.forEach((odd, p) => {
    const chance = 1 / (1 + Math.exp(-SHARPER * odd))
    if (chance < LEAST_CHANCE) return
    const along = ((p % CELLS) + 0.5 - CELLS / 2) * u
    const across = (Math.floor(p / CELLS) + 0.5 - CELLS / 2) * v
    n += chance
    x += chance * along
    y += chance * across
    xx += chance * along * along
    yy += chance * across * across
    xy += chance * along * across
  })
  if (n < LEAST_CELLS) return null
  const [mx, my] = [x / n, y / n]
  const [cxx, cyy, cxy] = [xx / n - mx * mx, yy / n - my * my, xy / n - mx * my]
  const spread = Math.hypot((cxx - cyy) / 2, cxy)
  // a rectangle's variance along a side is a twelfth of its square
  const side = (variance: number) => Math.max(LEAST_SIDE, Math.sqrt(12 * Math.max(0, variance)))
  const middle = fromBox(box, mx, my)
  return {
    ...{ x: middle.x, y: middle.y, angle: box.angle + Math.atan2(2 * cxy, cxx - cyy) / 2 },
    length: side((cxx + cyy) / 2 + spread),
    breadth: side((cxx + cyy) / 2 - spread),
  }
}

/** Places at which a rectangle is compared with what was seen. */
const MOST_PLACES = 1600
/** Places less likely than this are left out of what is inside. */
const NO_CHANCE = 0.02
const FIRST_STEP = 0.12
const LAST_STEP = 0.012
const ROUNDS = 5
/** A step turns by so many radians. */
const TURN = 0.7

/** Places in rows and columns, image px. */
export interface Grid {
  /** of the first place */
  x: number
  y: number
  /** number of columns and rows */
  width: number
  height: number
  /** distance between neighbours */
  gap: number
}

/** Some places of a window, the same whatever its size. */
export function gridOver({ x, y, width, height }: PixelBox): Grid {
  const gap = Math.max(1, Math.sqrt((width * height) / MOST_PLACES))
  const count = (side: number) => Math.max(1, Math.floor(side / gap))
  return { x: x + gap / 2, y: y + gap / 2, width: count(width), height: count(height), gap }
}

export interface Fit {
  box: TurnedBox
  /** expected intersection over union of the rectangle and the ship, 0..1 */
  iou: number
}

/** What a person drew. */
export interface Drawn {
  box: TurnedBox
  /** only bow and stern were pointed at: the other sides are guessed */
  along: boolean
}

/** How much each side of what was drawn is believed, in intersection over union: more helps careful hands, and harms rough boxes more. */
const TRUST = 0.05
/** A hand is off by so much, px, or of the box's extent. */
const HAND = 2
const HAND_SHARE = 0.03

/**
 * What is lost of the trust in what was drawn: nothing for a rectangle that just touches its sides; next to all where it is clear that it was drawn roughly,
 * so that then nothing is gained by moving towards it.
 */
function lossOf({ box: rough, along: lengthwise }: Drawn, box: TurnedBox): number {
  const half = halfExtents(box, box.angle - rough.angle)
  const { along, across } = toBox(rough, box)
  const gap = (at: number, side: number, extent: number) =>
    ((at - side) / Math.max(HAND, HAND_SHARE * extent)) ** 2
  const sides = (at: number, reach: number, extent: number) => [
    gap(at + reach, extent / 2, extent),
    gap(at - reach, -extent / 2, extent),
  ]
  const gaps = [
    ...sides(along, half.x, rough.length),
    ...(lengthwise ? [] : sides(across, half.y, rough.breadth)),
  ]
  const mean = gaps.reduce((sum, one) => sum + one, 0) / gaps.length
  return TRUST * gaps.length * (1 - Math.exp(-mean / 2))
}

/**
 * The rectangle of the highest expected intersection over union, less what is lost of the trust in what was drawn, from a near one on.
 * @param lean [grid.height, grid.width] log odds @param drawn null: what is seen counts alone
 */
export function fitRectangle(
  lean: Float32Array,
  grid: Grid,
  start: TurnedBox,
  drawn: Drawn | null = null,
): Fit {
  const seen = chancesOf(lean, grid)
  const judge = (box: TurnedBox) => {
    const iou = expectedIou(seen, box)
    return { box, iou, score: drawn ? iou - lossOf(drawn, box) : iou }
  }
  let best = judge(start)
  for (let step = FIRST_STEP; step > LAST_STEP; step /= 2) {
    let before: typeof best | null = null
    for (let round = 0; round < ROUNDS && before !== best; round++) {
      before = best
      for (const box of neighbours(before.box, step)) {
        const tried = judge(box)
        if (tried.score > best.score) best = tried
      }
    }
  }
  return best
}

interface Chances {
  /** [places, 3] x, y and how likely a place is the ship's */
  places: Float64Array
  total: number
  /** distance between places, px */
  gap: number
}

function chancesOf(lean: Float32Array, { x, y, width, gap }: Grid): Chances {
  const places: number[] = []
  let total = 0
  for (let p = 0; p < lean.length; p++) {
    const chance = 1 / (1 + Math.exp(-lean[p]!))
    if (chance < NO_CHANCE) continue
    places.push(x + (p % width) * gap, y + Math.floor(p / width) * gap, chance)
    total += chance
  }
  return { places: Float64Array.from(places), total, gap }
}

function expectedIou({ places, total, gap }: Chances, { x, y, angle, length, breadth }: TurnedBox): number {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  let common = 0
  for (let k = 0; k < places.length; k += 3) {
    const dx = places[k]! - x
    const dy = places[k + 1]! - y
    const depth = Math.min(
      length / 2 - Math.abs(dx * cos + dy * sin),
      breadth / 2 - Math.abs(dy * cos - dx * sin),
    )
    common += places[k + 2]! * Math.min(1, Math.max(0, depth / gap + 0.5))
  }
  return common / (total + (length * breadth) / gap ** 2 - common)
}

/** Rectangles with one side moved, or turned, by a step either way. */
function neighbours(box: TurnedBox, step: number): TurnedBox[] {
  return [step, -step].flatMap((by) => {
    const [u, v] = [by * box.length, by * box.breadth]
    const moved = (along: number, across: number) => ({ ...box, ...fromBox(box, along / 2, across / 2) })
    return [
      { ...box, angle: box.angle + TURN * by },
      ...[u, -u].map((way) => ({ ...moved(way, 0), length: box.length + u })),
      ...[v, -v].map((way) => ({ ...moved(0, way), breadth: box.breadth + v })),
    ].filter(({ length, breadth }) => length >= LEAST_SIDE && breadth >= LEAST_SIDE)
  })
}
