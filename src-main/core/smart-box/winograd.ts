import { multiply } from './product.ts'

/**
 * Convolutions with kernels of 3 x 3 by tiles of 4 x 4 outputs (Winograd's F(4 x 4, 3 x 3); Lavin and Gray, CVPR 2016): 36 products in the place of 144 for each channel
 * in and out. In double precision what that loses is far below a float's own rounding.
 */

/** Outputs of a tile along each side, and inputs beneath it. */
const TILE = 4
const PATCH = 6
const PLACES = PATCH * PATCH

/** What three weights are at the six places. */
const WEIGHTS_AT = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
] as const

/** @param filter [3, 3, size] @returns [PLACES, size] */
export function filterAtPlaces(filter: Float32Array): Float64Array {
  const size = filter.length / 9
  const out = new Float64Array(PLACES * size)
  WEIGHTS_AT.forEach((down, a) => {
    WEIGHTS_AT.forEach((right, b) => {
      const at = (a * PATCH + b) * size
      for (let tap = 0; tap < 9; tap++) {
        const weight = down[Math.floor(tap / 3)]! * right[tap % 3]!
        for (let k = 0; k < size; k++) out[at + k]! += weight * filter[tap * size + k]!
      }
    })
  })
  return out
}

/** Where a convolution keeps what it reckons with, again and again. */
export class Room {
  readonly padded: Float64Array
  readonly inward: Float64Array
  readonly outward: Float64Array
  readonly patch = new Float64Array(PLACES)

  /** For maps of so many cells (`side` squared, a multiple of TILE) times channels, the widest of them. */
  constructor(side: number, channels: number) {
    this.padded = new Float64Array((side + 2) ** 2 * channels)
    this.inward = new Float64Array(PLACES * Math.ceil(side / TILE) ** 2 * channels)
    this.outward = new Float64Array(this.inward.length)
  }
}

/**
 * Beyond the map everything is 0.
 * @param values [side, side, from] @param filter [PLACES, from, to] @returns [side, side, to]
 */
export function convolve3(
  values: Float32Array,
  { side, from, to }: { side: number; from: number; to: number },
  filter: Float64Array,
  room: Room,
): Float32Array {
  const across = Math.ceil(side / TILE)
  const tiles = across * across
  const { inward, outward } = room
  pad(values, side, from, across * TILE + 2, room.padded)
  for (let t = 0; t < tiles; t++) takeIn(room, t, across, from)
  for (let place = 0; place < PLACES; place++) {
    const patches = { values: inward, at: place * tiles * from }
    const sums = { values: outward, at: place * tiles * to }
    multiply(patches, { values: filter, at: place * from * to }, sums, tiles, from, to)
  }
  const out = new Float32Array(side * side * to)
  for (let t = 0; t < tiles; t++) giveOut(room, t, across, to, out, side)
  return out
}

/** @param to [width, width, channels] a row and a column of 0 before the map, and what is left behind it */
function pad(values: Float32Array, side: number, channels: number, width: number, to: Float64Array): void {
  to.fill(0, 0, width * width * channels)
  const row = side * channels
  for (let y = 0; y < side; y++) {
    to.set(values.subarray(y * row, (y + 1) * row), ((y + 1) * width + 1) * channels)
  }
}

/** The patch beneath a tile as it is at the places, for each channel: [PLACES, tiles, channels]. */
function takeIn({ padded, inward, patch }: Room, tile: number, across: number, channels: number): void {
  const width = across * TILE + 2
  const row = width * channels
  const corner = (Math.floor(tile / across) * width + (tile % across)) * TILE * channels
  const next = across * across * channels
  for (let k = 0; k < channels; k++) {
    for (let j = 0, p = corner + k; j < PLACES; j += PATCH, p += row) {
      sixOfSix(padded, p, channels, patch, j, 1)
    }
    for (let i = 0; i < PATCH; i++) {
      sixOfSix(patch, i, PATCH, inward, i * next + tile * channels + k, PATCH * next)
    }
  }
}

/** Six values in a line as they are at the six places. */
function sixOfSix(
  values: Float64Array,
  at: number,
  step: number,
  out: Float64Array,
  to: number,
  by: number,
): void {
  const a = values[at]!
  const b = values[at + step]!
  const c = values[at + 2 * step]!
  const d = values[at + 3 * step]!
  const e = values[at + 4 * step]!
  const f = values[at + 5 * step]!
  out[to] = 4 * a - 5 * c + e
  out[to + by] = d + e - 4 * (b + c)
  out[to + 2 * by] = e - d + 4 * (b - c)
  out[to + 3 * by] = e - c + 2 * (d - b)
  out[to + 4 * by] = e - c - 2 * (d - b)
  out[to + 5 * by] = 4 * b - 5 * d + f
}

/** The outputs of a tile from what came of the places, for each channel; those beyond the map are left out. */
function giveOut(
  { outward, patch }: Room,
  tile: number,
  across: number,
  channels: number,
  out: Float32Array,
  side: number,
): void {
  const [x0, y0] = [(tile % across) * TILE, Math.floor(tile / across) * TILE]
  const [columns, rows] = [Math.min(TILE, side - x0), Math.min(TILE, side - y0)]
  const next = across * across * channels
  for (let k = 0; k < channels; k++) {
    for (let i = 0; i < PATCH; i++) {
      fourOfSix(outward, i * next + tile * channels + k, PATCH * next, patch, i, PATCH)
    }
    for (let j = 0; j < rows; j++) {
      fourOfSix(patch, j * PATCH, 1, patch, j * PATCH, 1)
      const p = ((y0 + j) * side + x0) * channels + k
      for (let i = 0; i < columns; i++) out[p + i * channels] = patch[j * PATCH + i]!
    }
  }
}

/** Four outputs in a line from what came of the six places. */
function fourOfSix(
  values: Float64Array,
  at: number,
  step: number,
  out: Float64Array,
  to: number,
  by: number,
): void {
  const a = values[at]!
  const b = values[at + step]!
  const c = values[at + 2 * step]!
  const d = values[at + 3 * step]!
  const e = values[at + 4 * step]!
  const f = values[at + 5 * step]!
  out[to] = a + b + c + d + e
  out[to + by] = b - c + 2 * (d - e)
  out[to + 2 * by] = b + c + 4 * (d + e)
  out[to + 3 * by] = b - c + 8 * (d - e) + f
}
