import type { Random } from '../core/random.ts'
import { between, pick } from '../core/random.ts'
import type { Crop } from '../core/smart-box/crop.ts'
import { CELLS, inputOf } from '../core/smart-box/crop.ts'
import type { TurnedBox } from '../core/smart-box/turned-box.ts'
import type { BoxBatch } from '../model/box-net.ts'
import type { BoxCrop } from './box-crops.ts'
import { CELL_COUNT } from './box-crops.ts'

/** Mini-batches of crops, each changed at random: turned over, in other light, blurred, with blocks, with strokes of a person on it. */

/** `count` crops, of the groups by their weights. */
export function batchOf(groups: readonly BoxCrop[][], random: Random, count: number): BoxBatch {
  const total = groups.reduce((sum, group) => sum + group.length, 0)
  const inputs: Float32Array[] = []
  const share = new Float32Array(count * CELL_COUNT)
  for (let i = 0; i < count; i++) {
    let at = Math.floor(random() * total)
    const group = groups.find(({ length }) => (at < length ? true : ((at -= length), false)))!
    const { crop, truth, box } = changed(group[at]!, random)
    inputs.push(inputOf(crop, box))
    share.set(truth, i * CELL_COUNT)
  }
  const input = new Float32Array(inputs.reduce((sum, { length }) => sum + length, 0))
  inputs.forEach((one, i) => {
    input.set(one, i * one.length)
  })
  return { input, share }
}

/** Crops as they are, for validation. */
export function plainBatch(crops: readonly BoxCrop[]): BoxBatch {
  const none = new Float32Array(CELL_COUNT)
  const inputs = crops.map(({ colours, box }) =>
    inputOf({ colours: Float32Array.from(colours), ship: none, water: none, taken: none }, box),
  )
  const input = new Float32Array(inputs.reduce((sum, { length }) => sum + length, 0))
  const share = new Float32Array(crops.length * CELL_COUNT)
  crops.forEach((crop, i) => {
    input.set(inputs[i]!, i * inputs[i]!.length)
    share.set(
      Float32Array.from(crop.share, (value) => value / 255),
      i * CELL_COUNT,
    )
  })
  return { input, share }
}

function changed(
  { colours, share, taken, box }: BoxCrop,
  random: Random,
): { crop: Crop; truth: Float32Array; box: TurnedBox } {
  const way = wayOf(random)
  const truth = moved(share, 1, way)
  const light = lit(moved(colours, 3, way, 255), random)
  // whoever marks the first ship has no others to show
  const others = random() < 0.3 ? moved(taken, 1, way) : new Float32Array(CELL_COUNT)
  const { ship, water } = strokesOn(truth, random)
  const sides = way.across ? { length: box.breadth, breadth: box.length } : {}
  return { crop: { colours: light, ship, water, taken: others }, truth, box: { ...box, ...sides } }
}

interface Way {
  mirrored: boolean
  upsideDown: boolean
  across: boolean
}

const wayOf = (random: Random): Way => ({
  mirrored: random() < 0.5,
  upsideDown: random() < 0.5,
  across: random() < 0.5,
})

/** @returns values by `unit`, turned over */
function moved(
  values: Uint8Array,
  channels: number,
  { mirrored, upsideDown, across }: Way,
  unit = 1,
): Float32Array {
  // prettier-ignore
  const out = new Float32Array(values.length)
  const scale = unit / 255
  for (let p = 0; p < CELL_COUNT; p++) {
    const [x, y] = [p % CELLS, Math.floor(p / CELLS)]
    const [a, b] = [mirrored ? CELLS - 1 - x : x, upsideDown ? CELLS - 1 - y : y]
    const from = across ? a * CELLS + b : b * CELLS + a
    for (let c = 0; c < channels; c++) out[p * channels + c] = values[from * channels + c]! * scale
  }
  return out
}

/** Other light, another sensor, compression. @param colours 0..255, changed in place */
function lit(colours: Float32Array, random: Random): Float32Array {
  const grey = random() < 0.15
  const gamma = random() < 0.5 ? Math.exp(between(random, -0.5, 0.5)) : 1
  const contrast = random() < 0.4 ? between(random, 0.6, 1.4) : 1
  const cast = random() < 0.5 ? 12 : 0
  const gains = [0, 1, 2].map(() => contrast * between(random, 0.8, 1.2))
  const shifts = [0, 1, 2].map(() => between(random, -cast, cast))
  const noise = random() < 0.3 ? between(random, 0, 8) : 0
  for (let p = 0; p < CELL_COUNT; p++) {
    const own = noise === 0 ? 0 : noise * 1.4 * (random() + random() + random() - 1.5)
    const seen = [0, 1, 2].map((c) => 255 * (colours[p * 3 + c]! / 255) ** gamma * gains[c]!)
    const mean = (seen[0]! + seen[1]! + seen[2]!) / 3
    for (let c = 0; c < 3; c++) {
      const value = (grey ? mean : seen[c]!) + own + shifts[c]!
      colours[p * 3 + c] = Math.min(255, Math.max(0, value))
    }
  }
  const soft = random() < 0.2 ? blurred(colours, between(random, 0.1, 0.35)) : colours
  if (random() < 0.2) addBlocks(soft, 2 + Math.floor(random() * 4), between(random, 2, 10), random)
  return soft
}

/** @param share of its neighbours in each cell */
function blurred(colours: Float32Array, share: number): Float32Array {
  const out = new Float32Array(colours.length)
  const last = CELLS - 1
  for (let p = 0; p < CELL_COUNT; p++) {
    const [x, y] = [p % CELLS, Math.floor(p / CELLS)]
    const around = [
      y * CELLS + Math.max(0, x - 1),
      y * CELLS + Math.min(last, x + 1),
      Math.max(0, y - 1) * CELLS + x,
      Math.min(last, y + 1) * CELLS + x,
    ]
    for (let c = 0; c < 3; c++) {
      const sum = around.reduce((total, q) => total + colours[q * 3 + c]!, 0)
      out[p * 3 + c] = (1 - share) * colours[p * 3 + c]! + (share / 4) * sum
    }
  }
  return out
}

/** Squares of a colour each, as strong compression leaves them. */
function addBlocks(colours: Float32Array, side: number, strength: number, random: Random): void {
  const columns = Math.ceil(CELLS / side)
  const shades = Float32Array.from({ length: columns * columns * 3 }, () => (random() - 0.5) * strength)
  for (let p = 0; p < CELL_COUNT; p++) {
    const block = Math.floor(Math.floor(p / CELLS) / side) * columns + Math.floor((p % CELLS) / side)
    for (let c = 0; c < 3; c++) colours[p * 3 + c]! += shades[block * 3 + c]!
  }
}

/** Now and then a stroke on the ship, and one beside it. */
function strokesOn(truth: Float32Array, random: Random): Pick<Crop, 'ship' | 'water'> {
  const [ship, water] = [new Float32Array(CELL_COUNT), new Float32Array(CELL_COUNT)]
  const cellsWhere = (holds: (value: number) => boolean) => [...truth.keys()].filter((p) => holds(truth[p]!))
  if (random() < 0.2) stroke(ship, cellsWhere((value) => value > 0.9), random) // prettier-ignore
  if (random() < 0.25) stroke(water, cellsWhere((value) => value < 0.1), random) // prettier-ignore
  return { ship, water }
}

/** Too few cells to paint on. */
const LEAST_CELLS = 6

/** Along a line between two of the cells, on these cells alone. */
function stroke(to: Float32Array, cells: readonly number[], random: Random): void {
  if (cells.length < LEAST_CELLS) return
  const from = pick(random, cells)
  const until = random() < 0.5 ? from : pick(random, cells)
  const radius = between(random, 0.8, 2.5)
  const [x0, y0] = [from % CELLS, Math.floor(from / CELLS)]
  const [dx, dy] = [(until % CELLS) - x0, Math.floor(until / CELLS) - y0]
  const squared = dx * dx + dy * dy
  for (const p of cells) {
    const [x, y] = [(p % CELLS) - x0, Math.floor(p / CELLS) - y0]
    const along = squared === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / squared))
    if (Math.hypot(x - along * dx, y - along * dy) <= radius) to[p] = 1
  }
}
