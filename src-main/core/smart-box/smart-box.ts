import type { PixelBox, Rle, Size } from '../mask/rle.ts'
import { componentsOf } from '../mask/components.ts'
import { fillHoles } from '../mask/morph.ts'
import { EMPTY_RLE, eachColumnRun, intersectionArea, canonicalise, unionAll } from '../mask/rle.ts'
import { emptyCensus, ratios, take } from './contrast.ts'
import type { Field, Picture } from './field.ts'
import { colourOf, fieldOf } from './field.ts'
import type { Guess } from './fit.ts'
import { fitBoxes } from './fit.ts'
import { haloOf } from './halo.ts'
import { NEIGHBOURS, cutGrid } from './grid-cut.ts'
import type { TurnedBox } from './turned-box.ts'
import { areaAround } from './turned-box.ts'

/**
 * From a rough box to the mask of the ship in it, in two steps: the turned rectangles that stand out most from what lies around them, near to what was
 * boxed; then the cheapest cut between ship and water, by how sure these rectangles are of each pixel, its colour, what was painted, and edges.
 */

export interface SmartBoxQuestion {
  box: TurnedBox
  /** the box lies along the ship (two clicks), or merely around it */
  along: boolean
  /** of the image */
  size: Size
  /** the pixels of `smartBoxArea` */
  picture: Picture
  /** pixels that are not to be had: of other ships */
  taken: Rle
  /** painted on the ship, and beside it */
  ship: Rle
  water: Rle
  /** [area.height, area.width] 0..1: how sure a network is that a pixel belongs to this ship; null where none has looked */
  belief: Float32Array | null
}

/** Pixels beyond a box that are looked at, of its half extent, and pixels. */
const AROUND = 0.5
const AROUND_LEAST = 3

/** The pixels that are looked at; null where the box lies outside the image. */
export function smartBoxArea(box: TurnedBox, size: Size): PixelBox | null {
  return areaAround(box, AROUND, AROUND_LEAST, size)
}

/** Pixels of the ship; none where nothing in the box can be had. */
export function smartBox(question: SmartBoxQuestion): Rle {
  const { picture, size, box, along } = question
  const { area } = picture
  const taken = unpack(question.taken, area, size)
  const [ship, water] = [unpack(question.ship, area, size), unpack(question.water, area, size)]
  const field = fieldOf(picture, taken, question.belief)
  if (take(emptyCensus(), field, box).taken > MOST_TAKEN) return EMPTY_RLE
  const wish = { box, along, ship: placesOf(ship, area), water: placesOf(water, area) }
  const guesses = fitBoxes(field, wish)
  const lean = leanOf(question, field, guesses)
  for (let p = 0; p < lean.length; p++) {
    if (taken[p] === 1 || water[p] === 1) lean[p] = -SURE
    else if (ship[p] === 1) lean[p] = SURE
  }
  const side = cutGrid({ width: area.width, height: area.height, lean, links: linksOf(picture) })
  return cleaned(pack(side, area, size), question)
}

const SURE = 1000
/** Where more of the box than this belongs to others there is no ship of its own in it. */
const MOST_TAKEN = 0.8

/** The part with most of what was painted, else the largest, without holes but those that others fill. */
function cleaned(rle: Rle, { size, ship, taken, water }: SmartBoxQuestion): Rle {
  const parts = componentsOf(rle, size.height, 8)
  const painted = parts.filter((part) => intersectionArea(part, ship) > 0)
  const main = painted.length > 0 ? unionAll(painted) : (parts[0] ?? EMPTY_RLE)
  const filled = fillHoles(main, size)
  return intersectionArea(filled, taken) + intersectionArea(filled, water) > 0 ? main : filled
}

/** Guesses further behind than this (as likelihoods go) do not count. */
const BEHIND = 3.65
const SHARPNESS = 1.1
/** Blur carries a ship's colours outwards, and people mark what they see of it; image px. */
const BLUR = 0.7
/** Colours so much likelier inside are a ship's own: beyond its side they are another ship's. */
const OWN = 0.76
const MOST_RATIO = 2.3
/** What guesses, colours and the network's belief count against each other; and how ready a pixel is to be ship. */
const BY_SHAPE = 1.16
const BY_COLOUR = 0.35
const BY_BELIEF = 1
const READY = 0.6
const BY_WATER = 1.3

/** For each pixel what speaks for the ship, less what speaks for water. */
function leanOf(
  { picture, belief }: SmartBoxQuestion,
  field: Field,
  guesses: readonly Guess[],
): Float32Array {
  const { width, height } = picture.area
  const lean = new Float32Array(width * height)
  const [best] = guesses
  if (!best || best.score === -Infinity) return lean.fill(-SURE)
  const kept = guesses.filter(({ score }) => score > best.score - BEHIND)
  const { exact, blurred } = chances(field, kept)
  const halo = haloOf(picture, best.box)
  const likelier = ratios(take(emptyCensus(), field, best.box), field, MOST_RATIO)
  for (let p = 0; p < lean.length; p++) {
    const x = p % width
    const y = (p - x) / width
    const near = between(field, exact, x, y)
    const outer = between(field, blurred, x, y)
    if (outer < 0.01) {
      lean[p] = -SURE
      continue
    }
    const ratio = likelier[colourOf(field, picture, p)]!
    const mixed = ratio > OWN ? 0 : halo.mixed[p]!
    const chance = near + mixed * (outer - near)
    const sure = belief === null ? 0 : BY_BELIEF * logit(belief[p]!)
    const seen = BY_COLOUR * ratio - BY_WATER * halo.water[p]! + sure
    lean[p] = BY_SHAPE * logit(chance) + seen + READY
  }
  return lean
}

function logit(chance: number): number {
  const within = Math.min(0.98, Math.max(0.02, chance))
  return Math.log(within / (1 - within))
}

/** [field.height, field.width] how likely a cell lies in the ship's rectangle, 0..1: as it is, and with each side further out by the blur. */
function chances(field: Field, guesses: readonly Guess[]): { exact: Float32Array; blurred: Float32Array } {
  const { width, height, cell } = field
  const [exact, blurred] = [new Float32Array(width * height), new Float32Array(width * height)]
  const best = guesses[0]?.score ?? 0
  const total = guesses.reduce((sum, { score }) => sum + Math.exp((score - best) * SHARPNESS), 0)
  const share = (depth: number) => Math.min(1, Math.max(0, depth / cell + 0.5))
  for (const { box, score } of guesses) {
    const weight = Math.exp((score - best) * SHARPNESS) / total
    const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
    const [a, b] = [box.length / 2, box.breadth / 2]
    for (let y = 0, p = 0; y < height; y++) {
      const dy = field.y + (y + 0.5) * cell - box.y
      for (let x = 0; x < width; x++, p++) {
        const dx = field.x + (x + 0.5) * cell - box.x
        const depth = Math.min(a - Math.abs(dx * cos + dy * sin), b - Math.abs(dy * cos - dx * sin))
        if (depth < -cell - BLUR) continue
        exact[p]! += weight * share(depth)
        blurred[p]! += weight * share(depth + BLUR)
      }
    }
  }
  return { exact, blurred }
}

/** The value of cells at a pixel's centre, between the four around it by their distances. */
function between({ width, height, cell }: Field, values: Float32Array, x: number, y: number): number {
  const within = (value: number, most: number) => Math.min(most, Math.max(0, value))
  const [fx, fy] = [within((x + 0.5) / cell - 0.5, width - 1), within((y + 0.5) / cell - 0.5, height - 1)]
  const [i, j] = [Math.floor(fx), Math.floor(fy)]
  const [right, down] = [Math.min(width - 1, i + 1), Math.min(height - 1, j + 1)]
  const [ax, ay] = [fx - i, fy - j]
  const top = values[j * width + i]! * (1 - ax) + values[j * width + right]! * ax
  const foot = values[down * width + i]! * (1 - ax) + values[down * width + right]! * ax
  return top * (1 - ay) + foot * ay
}

/** What it costs to part two neighbours: always something, and more where they look alike. */
const PARTING = 0.1
const PARTING_ANYWHERE = 0.33

function linksOf({ area, pixels, step }: Picture): Float32Array {
  const { width, height } = area
  const links = new Float32Array(width * height * 8)
  const apart = (p: number, q: number): number => {
    let sum = 0
    for (let c = 0; c < 3; c++) {
      const difference = pixels[p * step + c]! - pixels[q * step + c]!
      sum += difference * difference
    }
    return sum
  }
  let [sum, pairs] = [0, 0]
  eachPair(width, height, (p, q) => {
    sum += apart(p, q)
    pairs++
  })
  const usual = (2 * sum) / Math.max(1, pairs) + 1
  eachPair(width, height, (p, q, d, length) => {
    const weight = (PARTING * (PARTING_ANYWHERE + Math.exp(-apart(p, q) / usual))) / length
    links[p * 8 + d] = weight
    links[q * 8 + 7 - d] = weight
  })
  return links
}

/** Each two neighbours once. */
function eachPair(
  width: number,
  height: number,
  visit: (p: number, q: number, direction: number, length: number) => void,
): void {
  for (let d = 4; d < 8; d++) {
    const [dx, dy] = NEIGHBOURS[d]!
    const length = Math.hypot(dx, dy)
    for (let y = 0; y < height - dy; y++) {
      for (let x = Math.max(0, -dx); x < width - Math.max(0, dx); x++) {
        visit(y * width + x, (y + dy) * width + x + dx, d, length)
      }
    }
  }
}

/** [area.height, area.width] 1 where the mask has the pixel */
function unpack(rle: Rle, area: PixelBox, { height }: Size): Uint8Array {
  const out = new Uint8Array(area.width * area.height)
  eachColumnRun(rle, height, (x, y, length) => {
    const column = x - area.x
    if (column < 0 || column >= area.width) return
    const from = Math.max(y, area.y) - area.y
    const to = Math.min(y + length, area.y + area.height) - area.y
    for (let row = from; row < to; row++) out[row * area.width + column] = 1
  })
  return out
}

function pack(side: Uint8Array, area: PixelBox, { height }: Size): Rle {
  const runs: number[] = []
  for (let x = 0; x < area.width; x++) {
    for (let y = 0; y < area.height; y++) {
      if (side[y * area.width + x] === 1) runs.push((area.x + x) * height + area.y + y + 1, 1)
    }
  }
  return canonicalise(runs)
}

/** So many of the painted pixels speak for all. */
const MOST_PLACES = 100

function placesOf(painted: Uint8Array, area: PixelBox): { x: number; y: number }[] {
  if (!painted.includes(1)) return []
  const pixels = [...painted.keys()].filter((p) => painted[p] === 1)
  const every = Math.ceil(pixels.length / MOST_PLACES)
  return pixels
    .filter((_, i) => i % every === 0)
    .map((p) => ({
      x: area.x + (p % area.width) + 0.5,
      y: area.y + Math.floor(p / area.width) + 0.5,
    }))
}
