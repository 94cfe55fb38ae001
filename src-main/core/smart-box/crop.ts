import type { Asked } from './lean.ts'
import type { TurnedBox } from './turned-box.ts'

/** The surroundings of a box in the box's own frame, whatever its size and turn: what the network is shown. */

/** Cells along each side of a crop. */
export const CELLS = 48
/** What a cell has for the network: three colours, how deep it lies in the box, what is painted on the ship, painted beside it, and taken by others, and the logarithms of its sides. */
export const CHANNELS = 9
/** A crop's side by that of the box in its middle. */
const WINDOW = 2
/** A cell is sampled at so many places each way at the most: what lies between is not seen. */
const MOST_SAMPLES = 4

/** A crop's cells, row by row: along the box's length to the right, across it downwards. */
export interface Crop {
  /** [CELLS, CELLS, 3] 0..255 */
  colours: Float32Array
  /** [CELLS, CELLS] 0..1 each: how much of a cell is painted on the ship, painted beside it, another ship's */
  ship: Float32Array
  water: Float32Array
  taken: Float32Array
}

/** What was seen in a box. */
export interface Look {
  box: TurnedBox
  /** [CELLS, CELLS] log odds that a cell of the box's crop is the ship's */
  odds: Float32Array
}

/** A cell's side by that of the box, image px. */
export function cellOf(side: number): number {
  return (side * WINDOW) / CELLS
}

/** Beyond the window of pixels its border goes on. */
export function cropOf(asked: Pick<Asked, 'picture' | 'taken' | 'ship' | 'water'>, box: TurnedBox): Crop {
  const { area, pixels, step } = asked.picture
  const plane = () => new Float32Array(CELLS * CELLS)
  const crop: Crop = {
    ...{ colours: new Float32Array(CELLS * CELLS * 3), ship: plane(), water: plane(), taken: plane() },
  }
  const marks = (['ship', 'water', 'taken'] as const)
    .filter((name) => asked[name].includes(1))
    .map((name) => ({ from: asked[name], to: crop[name] }))
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)]
  const [u, v] = [cellOf(box.length), cellOf(box.breadth)]
  const [m, n] = [samplesFor(u), samplesFor(v)]
  const [right, down] = [area.width - 1, area.height - 1]
  const share = 1 / (m * n)
  for (let j = 0; j < CELLS * n; j++) {
    const across = ((j + 0.5) / n - CELLS / 2) * v
    const row = Math.floor(j / n) * CELLS
    for (let i = 0; i < CELLS * m; i++) {
      const along = ((i + 0.5) / m - CELLS / 2) * u
      const x = Math.min(right, Math.max(0, box.x + along * cos - across * sin - area.x - 0.5))
      const y = Math.min(down, Math.max(0, box.y + along * sin + across * cos - area.y - 0.5))
      const left = Math.floor(x)
      const top = Math.floor(y)
      const ax = x - left
      const ay = y - top
      const p = (top * area.width + left) * step
      const q = left < right ? step : 0
      const r = p + (top < down ? area.width * step : 0)
      const cell = row + Math.floor(i / m)
      const a = (1 - ax) * (1 - ay) * share
      const b = ax * (1 - ay) * share
      const c = (1 - ax) * ay * share
      const d = ax * ay * share
      for (let k = 0; k < 3; k++) {
        crop.colours[cell * 3 + k]! +=
          a * pixels[p + k]! + b * pixels[p + q + k]! + c * pixels[r + k]! + d * pixels[r + q + k]!
      }
      const nearest = Math.round(y) * area.width + Math.round(x)
      for (const { from, to } of marks) to[cell]! += from[nearest]! * share
    }
  }
  return crop
}

function samplesFor(cell: number): number {
  return Math.min(MOST_SAMPLES, Math.max(1, Math.ceil(cell)))
}

/** Noise of 8-bit samples, at the least. */
const LEAST_DEVIATION = 3

/** [CELLS, CELLS, CHANNELS] a crop as the network takes it: colours by their own mean and deviation. */
export function inputOf({ colours, ship, water, taken }: Crop, box: TurnedBox): Float32Array {
  const input = new Float32Array(CELLS * CELLS * CHANNELS)
  const cells = CELLS * CELLS
  const mean = [0, 0, 0]
  for (let p = 0; p < colours.length; p++) mean[p % 3]! += colours[p]! / cells
  let squares = 0
  for (let p = 0; p < colours.length; p++) squares += (colours[p]! - mean[p % 3]!) ** 2
  const unit = 1 / (Math.sqrt(squares / colours.length) + LEAST_DEVIATION)
  const [u, v] = [Math.log(cellOf(box.length)) / 2, Math.log(cellOf(box.breadth)) / 2]
  const [middle, half] = [(CELLS - 1) / 2, CELLS / WINDOW / 2]
  for (let p = 0; p < cells; p++) {
    const at = p * CHANNELS
    for (let c = 0; c < 3; c++) input[at + c] = (colours[p * 3 + c]! - mean[c]!) * unit
    const out = Math.max(Math.abs((p % CELLS) - middle), Math.abs(Math.floor(p / CELLS) - middle))
    input[at + 3] = (half - out) / half
    input[at + 4] = ship[p]!
    input[at + 5] = water[p]!
    input[at + 6] = taken[p]!
    input[at + 7] = u
    input[at + 8] = v
  }
  return input
}
