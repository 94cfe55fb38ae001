import type { PixelBox } from '../mask/rle.ts'
import { emptyCensus, ratios, take } from './contrast.ts'
import type { Field, Picture } from './field.ts'
import { colourOf, fieldOf } from './field.ts'
import type { Guess } from './fit.ts'
import { fitBoxes } from './fit.ts'
import { haloOf } from './halo.ts'
import { SURE, logit } from './lean.ts'
import type { Asked } from './lean.ts'

/** What rectangles that stand out, colours and a halo say of each pixel: how the smart box sees where it has no network. */

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

/** [area.height, area.width] for each pixel what speaks for the ship, less what speaks for water. */
export function colourLean({ box, along, picture, taken, ship, water, belief }: Asked): Float32Array {
  const { area } = picture
  const field = fieldOf(picture, taken, belief)
  const wish = { box, along, ship: placesOf(ship, area), water: placesOf(water, area) }
  return leanOf(picture, belief, field, fitBoxes(field, wish))
}

function leanOf(
  picture: Picture,
  belief: Float32Array | null,
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
