import type { RgbImage } from '../../contract/engine.ts'

/** What is kept of an image's pixels to see which others are like it. */
export interface Look {
  /** [SIDE * SIDE] the picture at 16 x 16, without its mean and its slope, -127..127; null: too flat to tell from others */
  shape: Int8Array | null
  /** ascending: the smallest hashes of its windows. Crops of one picture share them, wherever they were cut */
  sketch: Uint32Array
}

/** Side of the shape, in cells. */
export const SIDE = 16

/** Root mean square in grey levels below which a shape is noise. */
const FLAT = 0.5

/** Side in px of a window that is hashed, how many hashes are kept, and the grey levels that a window must have to say anything. */
const [WINDOW, KEPT, FEWEST_LEVELS] = [16, 64, 10]

/** The look of an 8-bit RGB image. */
export function lookOf(image: RgbImage): Look {
  const grey = greyOf(image)
  return { shape: shapeOf(grey, image), sketch: sketchOf(grey, image) }
}

/** [H * W] luminance, 0..255. */
export function greyOf({ width, height, data }: RgbImage): Uint8Array {
  const grey = new Uint8Array(width * height)
  for (let p = 0; p < grey.length; p++) {
    grey[p] = (77 * data[3 * p]! + 150 * data[3 * p + 1]! + 29 * data[3 * p + 2]!) >> 8
  }
  return grey
}

interface Size {
  width: number
  height: number
}

function shapeOf(grey: Uint8Array, { width, height }: Size): Int8Array | null {
  const cells = new Float64Array(SIDE * SIDE)
  for (let row = 0; row < SIDE; row++) {
    const [top, bottom] = partOf(row, height)
    for (let column = 0; column < SIDE; column++) {
      const [left, right] = partOf(column, width)
      let sum = 0
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += grey[y * width + x]!
      cells[row * SIDE + column] = sum / ((bottom - top) * (right - left))
    }
  }
  levelOut(cells)
  const rms = Math.sqrt(cells.reduce((sum, value) => sum + value * value, 0) / cells.length)
  if (rms < FLAT) return null
  const most = cells.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
  return Int8Array.from(cells, (value) => Math.round((127 * value) / most))
}

/** First and behind the last pixel of a cell: never empty, also where an image is smaller than the grid. */
function partOf(cell: number, length: number): [number, number] {
  const from = Math.min(length - 1, Math.floor((cell * length) / SIDE))
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * length) / SIDE))]
}

/** Takes mean and slope out: haze and a low sun lie over many images alike. */
function levelOut(cells: Float64Array): void {
  const middle = (SIDE - 1) / 2
  const squares = (SIDE * (SIDE * SIDE - 1) * SIDE) / 12
  let [mean, across, down] = [0, 0, 0]
  cells.forEach((value, i) => {
    mean += value / cells.length
    across += (value * ((i % SIDE) - middle)) / squares
    down += (value * (Math.floor(i / SIDE) - middle)) / squares
  })
  cells.forEach((value, i) => {
    cells[i] = value - mean - across * ((i % SIDE) - middle) - down * (Math.floor(i / SIDE) - middle)
  })
}

/**
 * The smallest hashes of all windows that say something (Broder's bottom-k sketch): which windows are kept follows from their pixels
 * alone, so two crops that share an area keep the same ones of it.
 */
function sketchOf(grey: Uint8Array, { width, height }: Size): Uint32Array {
  const kept: number[] = []
  if (width < WINDOW || height < WINDOW) return new Uint32Array()
  const columns = width - WINDOW + 1
  const rows = rowHashes(grey, width, height, columns)
  const hashes = new Uint32Array(columns)
  const leave = power(DOWN, WINDOW)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let hash = (Math.imul(hashes[x]!, DOWN) + rows[y * columns + x]!) | 0
      if (y >= WINDOW) hash = (hash - Math.imul(leave, rows[(y - WINDOW) * columns + x]!)) | 0
      hashes[x] = hash
      if (y < WINDOW - 1) continue
      const mixed = mix(hash)
      if (kept.length === KEPT && mixed >= kept[KEPT - 1]!) continue
      if (kept.includes(mixed) || !says(grey, width, x, y - WINDOW + 1)) continue
      put(kept, mixed)
    }
  }
  return Uint32Array.from(kept)
}

const [ACROSS, DOWN] = [0x9e3779b1, 0x85ebca6b]

/** Rolling hashes of the WINDOW pixels right of each pixel. */
function rowHashes(grey: Uint8Array, width: number, height: number, columns: number): Uint32Array {
  const rows = new Uint32Array(columns * height)
  const leave = power(ACROSS, WINDOW)
  for (let y = 0; y < height; y++) {
    let hash = 0
    for (let x = 0; x < width; x++) {
      hash = (Math.imul(hash, ACROSS) + grey[y * width + x]! + 1) | 0
      if (x >= WINDOW) hash = (hash - Math.imul(leave, grey[y * width + x - WINDOW]! + 1)) | 0
      if (x >= WINDOW - 1) rows[y * columns + x - WINDOW + 1] = hash
    }
  }
  return rows
}

function power(base: number, exponent: number): number {
  let value = 1
  for (let i = 0; i < exponent; i++) value = Math.imul(value, base)
  return value
}

/** murmur3's last mixing. */
function mix(hash: number): number {
  let h = hash
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Whether a window has grey levels enough: plain water, and the edge of a plain shape, are the same in many images. */
function says(grey: Uint8Array, width: number, x: number, y: number): boolean {
  const levels = new Set<number>()
  for (let row = y; row < y + WINDOW; row++) {
    for (let column = x; column < x + WINDOW; column++) levels.add(grey[row * width + column]!)
    if (levels.size >= FEWEST_LEVELS) return true
  }
  return false
}

function put(kept: number[], hash: number): void {
  const at = kept.findIndex((other) => other > hash)
  kept.splice(at < 0 ? kept.length : at, 0, hash)
  if (kept.length > KEPT) kept.pop()
}
