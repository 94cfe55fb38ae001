import { DrydockError } from '../../contract/errors.ts'

/**
 * A mask: [start, length, start, length, ...] as in the Airbus text. Starts are 1-based and count down the columns
 * (start = x * height + y + 1); runs are sorted, disjoint, and adjacent ones merged. A run may go on from the foot of one
 * column to the head of the next. Treat it as immutable.
 */
export type Rle = Uint32Array

/** Size of the image that a mask belongs to, in pixels. */
export interface Size {
  width: number
  height: number
}

/** A rectangle of whole pixels: columns x .. x + width - 1, rows y .. y + height - 1. */
export interface PixelBox extends Size {
  x: number
  y: number
}

const LARGEST = 0xffffffff

/** The mask without pixels. */
export const EMPTY_RLE: Rle = new Uint32Array(0)

function broken(why: string): DrydockError {
  return new DrydockError('bad_input', `The run-length text cannot be read: ${why}.`)
}

function readNumbers(text: string): number[] {
  const numbers: number[] = []
  let value = -1
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 32
    if (code >= 48 && code <= 57) {
      value = (value < 0 ? 0 : value * 10) + code - 48
      if (value > LARGEST) throw broken(`the number at character ${i + 1} is too large`)
    } else if (code === 32 || code === 9 || code === 10 || code === 13) {
      if (value >= 0) numbers.push(value)
      value = -1
    } else {
      throw broken(`"${text[i]}" at character ${i + 1} is neither a digit nor a space`)
    }
  }
  return numbers
}

/**
 * Reads Airbus run-length text; '' is the empty mask. Runs may stand in any order and touch each other.
 * @throws DrydockError `bad_input` on anything but pairs of whole numbers >= 1, and where runs overlap.
 */
export function parseRle(text: string): Rle {
  const numbers = readNumbers(text)
  if (numbers.length % 2 !== 0) throw broken(`${numbers.length} numbers are no start and length pairs`)
  let pixels = 0
  for (let i = 0; i < numbers.length; i += 2) {
    const start = numbers[i]!
    const length = numbers[i + 1]!
    if (start === 0) throw broken('a start is 0, but starts count from 1')
    if (length === 0) throw broken(`the run at ${start} has length 0`)
    if (start + length - 1 > LARGEST) throw broken(`the run at ${start} is too long`)
    pixels += length
  }
  const rle = canonicalise(numbers)
  if (areaOf(rle) !== pixels) throw broken('some of its runs overlap')
  return rle
}

/** Writes a mask as Airbus text; the empty mask is ''. */
export function formatRle(rle: Rle): string {
  return rle.join(' ')
}

/** Sorts runs and merges those that touch or overlap. @param runs pairs as in {@link Rle}, in any order; length 0 is dropped. */
export function canonicalise(runs: ArrayLike<number>): Rle {
  let canonical = true
  for (let i = 0; i < runs.length && canonical; i += 2) {
    canonical = runs[i + 1]! > 0 && (i === 0 || runs[i]! > runs[i - 2]! + runs[i - 1]!)
  }
  if (canonical) return new Uint32Array(runs)
  const order = Array.from({ length: runs.length / 2 }, (_, i) => i * 2)
  order.sort((a, b) => runs[a]! - runs[b]!)
  const out = new Uint32Array(runs.length)
  let n = 0
  for (const i of order) {
    const start = runs[i]!
    const length = runs[i + 1]!
    if (length === 0) continue
    const end = n === 0 ? 0 : out[n - 2]! + out[n - 1]!
    if (start <= end) {
      out[n - 1] = Math.max(end, start + length) - out[n - 2]!
    } else {
      out[n++] = start
      out[n++] = length
    }
  }
  return out.slice(0, n)
}

/** Number of pixels. */
export function areaOf(rle: Rle): number {
  let area = 0
  for (let i = 1; i < rle.length; i += 2) area += rle[i]!
  return area
}

/** Smallest rectangle that holds all pixels; null for the empty mask. */
export function boundsOf(rle: Rle, height: number): PixelBox | null {
  if (rle.length === 0) return null
  let top = height
  let bottom = 0
  for (let i = 0; i < rle.length; i += 2) {
    const first = (rle[i]! - 1) % height
    const end = first + rle[i + 1]!
    top = Math.min(top, end > height ? 0 : first)
    bottom = Math.max(bottom, Math.min(end, height))
  }
  const left = Math.floor((rle[0]! - 1) / height)
  const right = Math.floor((rle.at(-2)! + rle.at(-1)! - 2) / height)
  return { x: left, y: top, width: right - left + 1, height: bottom - top }
}

/** True where every pixel lies in an image of this size. */
export function fitsIn(rle: Rle, { width, height }: Size): boolean {
  return rle.length === 0 || rle.at(-2)! + rle.at(-1)! - 1 <= width * height
}

/** True where pixel (x, y) belongs to the mask; false outside the image's rows. */
export function contains(rle: Rle, height: number, x: number, y: number): boolean {
  if (x < 0 || y < 0 || y >= height) return false
  const position = x * height + y + 1
  let low = 0
  let high = rle.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if (rle[middle * 2]! <= position) low = middle + 1
    else high = middle
  }
  return low > 0 && position < rle[low * 2 - 2]! + rle[low * 2 - 1]!
}

/** True where both masks hold the same pixels. */
export function equal(a: Rle, b: Rle): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

/** Calls `visit(x, y, length)` for every run, cut at the columns' ends: `length` pixels down from (x, y). */
export function eachColumnRun(
  rle: Rle,
  height: number,
  visit: (x: number, y: number, length: number) => void,
): void {
  for (let i = 0; i < rle.length; i += 2) {
    let from = rle[i]! - 1
    const end = from + rle[i + 1]!
    while (from < end) {
      const x = Math.floor(from / height)
      const y = from - x * height
      const length = Math.min(end - from, height - y)
      visit(x, y, length)
      from += length
    }
  }
}

/** Row-major pixel indices y * width + x, in the mask's own (column-major) order. */
export function pixelsOf(rle: Rle, { width, height }: Size): Uint32Array {
  const out = new Uint32Array(areaOf(rle))
  let n = 0
  eachColumnRun(rle, height, (x, y, length) => {
    for (let row = y; row < y + length; row++) out[n++] = row * width + x
  })
  return out
}

/** The mask of these row-major pixel indices (y * width + x), in any order, repeats allowed. */
export function fromPixels(indices: Iterable<number>, { width, height }: Size): Rle {
  const positions = Uint32Array.from(indices, (index) => {
    const y = Math.floor(index / width)
    return (index - y * width) * height + y + 1
  }).sort()
  const runs: number[] = []
  for (const position of positions) {
    const end = runs.length === 0 ? 0 : runs.at(-2)! + runs.at(-1)!
    if (position === end) runs[runs.length - 1]!++
    else if (position > end) runs.push(position, 1)
  }
  return new Uint32Array(runs)
}

/**
 * The mask of the pixels of `box` (default: the whole image) for which `inside(x, y)` holds.
 */
export function fromPredicate(
  { width, height }: Size,
  inside: (x: number, y: number) => boolean,
  box: PixelBox = { x: 0, y: 0, width, height },
): Rle {
  const runs: number[] = []
  const right = Math.min(width, box.x + box.width)
  const bottom = Math.min(height, box.y + box.height)
  for (let x = Math.max(0, box.x); x < right; x++) {
    for (let y = Math.max(0, box.y); y < bottom; y++) {
      if (!inside(x, y)) continue
      const position = x * height + y + 1
      if (runs.length > 0 && runs.at(-2)! + runs.at(-1)! === position) runs[runs.length - 1]!++
      else runs.push(position, 1)
    }
  }
  return new Uint32Array(runs)
}
