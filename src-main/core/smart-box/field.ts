import type { PixelBox } from '../mask/rle.ts'

/** The window around a box as the fit sees it: some thousand cells, each of one of a few colours. */

/** 8-bit pixels of a part of an image, row-major. */
export interface Picture {
  area: PixelBox
  /** `step` bytes a pixel, red, green and blue first */
  pixels: Uint8Array | Uint8ClampedArray
  step: 3 | 4
}

export interface Field {
  /** cells */
  width: number
  height: number
  /** a cell's side, image px */
  cell: number
  /** top left corner, image px */
  x: number
  y: number
  /** [height, width] number of its colour, or NO_COLOUR */
  colour: Uint8Array
  /** [COLOURS, 3] the colours, as brightness and two differences */
  centres: Float64Array
  /** how many cells have each colour */
  total: Float64Array
  cells: number
  /** [height, width, 3, 2] change of colours to the right and down, in units of their root mean square */
  slope: Float32Array
  /** [height, width] 0..1 what a network believes; null: none was asked */
  belief: Float32Array | null
}

/** Cells that belong to another ship. */
export const NO_COLOUR = 255
export const COLOURS = 11

/** About so many cells: their sides are whole pixels */
const USUAL_CELLS = 1400
/** differences of colour count so much more than differences of brightness */
const HUE = 1.5
const ROUNDS = 5

/** @param taken [area.height, area.width] 1: the pixel belongs to another ship @param belief of the same shape */
export function fieldOf(picture: Picture, taken: Uint8Array, belief: Float32Array | null): Field {
  const { area } = picture
  const cell = Math.max(1, Math.round(Math.sqrt((area.width * area.height) / USUAL_CELLS)))
  const width = Math.max(1, Math.floor(area.width / cell))
  const height = Math.max(1, Math.floor(area.height / cell))
  const features = new Float32Array(width * height * 3)
  const mean = belief && new Float32Array(width * height)
  const colour = new Uint8Array(width * height)
  eachCell(width, height, cell, (p, x0, x1, y0, y1) => {
    const sum: [number, number, number, number, number] = [0, 0, 0, 0, 0]
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const pixel = y * area.width + x
        for (let c = 0; c < 3; c++) sum[c]! += picture.pixels[pixel * picture.step + c]!
        sum[3] += belief?.[pixel] ?? 0
        sum[4] += taken[pixel]!
      }
    }
    const pixels = (x1 - x0) * (y1 - y0)
    const [r, g, b] = [sum[0] / pixels, sum[1] / pixels, sum[2] / pixels]
    describe(features, p, r, g, b)
    if (mean) mean[p] = sum[3] / pixels
    if (2 * sum[4] >= pixels) colour[p] = NO_COLOUR
  })
  const total = new Float64Array(COLOURS)
  const centres = quantise(features, colour)
  let cells = 0
  for (const c of colour) {
    if (c === NO_COLOUR) continue
    total[c]!++
    cells++
  }
  const slope = slopesOf(features, width, height)
  return { width, height, cell, x: area.x, y: area.y, colour, centres, total, cells, slope, belief: mean }
}

function describe(features: Float32Array, p: number, r: number, g: number, b: number): void {
  const brightness = (r + g + b) / 3
  features[p * 3] = brightness
  features[p * 3 + 1] = (r - brightness) * HUE
  features[p * 3 + 2] = (b - brightness) * HUE
}

/** The number of the colour that a pixel is nearest to. @param p of the window */
export function colourOf({ centres }: Field, { pixels, step }: Picture, p: number): number {
  const one = new Float32Array(3)
  describe(one, 0, pixels[p * step]!, pixels[p * step + 1]!, pixels[p * step + 2]!)
  return nearest(centres, one, 0)
}

/** Pixels of each cell: columns x0 .. x1 - 1, rows y0 .. y1 - 1 of the window. */
function eachCell(
  width: number,
  height: number,
  cell: number,
  visit: (p: number, x0: number, x1: number, y0: number, y1: number) => void,
): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [x0, y0] = [Math.floor(x * cell), Math.floor(y * cell)]
      const x1 = Math.max(x0 + 1, Math.floor((x + 1) * cell))
      visit(y * width + x, x0, x1, y0, Math.max(y0 + 1, Math.floor((y + 1) * cell)))
    }
  }
}

/** Sorts cells into a few colours (k-means from equal parts by brightness, so that the same picture gives the same colours). */
function quantise(features: Float32Array, colour: Uint8Array): Float64Array {
  const free = Int32Array.from(colour.keys()).filter((p) => colour[p] !== NO_COLOUR)
  const centres = new Float64Array(COLOURS * 3)
  if (free.length === 0) return centres
  const order = free.slice().sort((a, b) => features[a * 3]! - features[b * 3]!)
  for (let k = 0; k < COLOURS; k++) {
    const share = k === 0 ? 0 : k === COLOURS - 1 ? 1 : (k + 0.5) / COLOURS
    const p = order[Math.min(order.length - 1, Math.floor(share * order.length))]!
    for (let c = 0; c < 3; c++) centres[k * 3 + c] = features[p * 3 + c]!
  }
  for (let round = 0; round < ROUNDS; round++) {
    const sums = new Float64Array(COLOURS * 4)
    for (const p of free) {
      const k = nearest(centres, features, p)
      colour[p] = k
      for (let c = 0; c < 3; c++) sums[k * 4 + c]! += features[p * 3 + c]!
      sums[k * 4 + 3]!++
    }
    for (let k = 0; k < COLOURS; k++) {
      const count = sums[k * 4 + 3]!
      for (let c = 0; c < 3 && count > 0; c++) centres[k * 3 + c] = sums[k * 4 + c]! / count
    }
  }
  return centres
}

function nearest(centres: Float64Array, features: Float32Array, p: number): number {
  let best = 0
  let least = Infinity
  const a = features[p * 3]!
  const b = features[p * 3 + 1]!
  const c = features[p * 3 + 2]!
  for (let k = 0; k < COLOURS; k++) {
    const da = a - centres[k * 3]!
    const db = b - centres[k * 3 + 1]!
    const dc = c - centres[k * 3 + 2]!
    const away = da * da + db * db + dc * dc
    if (away >= least) continue
    least = away
    best = k
  }
  return best
}

function slopesOf(features: Float32Array, width: number, height: number): Float32Array {
  const slope = new Float32Array(width * height * 6)
  let squares = 0
  for (let y = 0; y < height; y++) {
    const [up, down] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width]
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)]
      for (let c = 0; c < 3; c++) {
        const dx = (features[(y * width + right) * 3 + c]! - features[(y * width + left) * 3 + c]!) / 2
        const dy = (features[(down + x) * 3 + c]! - features[(up + x) * 3 + c]!) / 2
        slope[(y * width + x) * 6 + c * 2] = dx
        slope[(y * width + x) * 6 + c * 2 + 1] = dy
        squares += dx * dx + dy * dy
      }
    }
  }
  // a picture of one colour has no edges
  const unit = Math.sqrt(squares / (width * height)) + 1
  return slope.map((value) => value / unit)
}
