import { numberByFirst } from './groups.ts'

/** Finest grid that one component may vote in; larger ones vote in coarser bins, so that memory stays bounded. */
const MOST_BINS = 1 << 24

/** Votes of a component's pixels at their embeddings. */
interface VoteGrid {
  width: number
  height: number
  /** [height * width] votes */
  votes: Float32Array
  /** [n] bin of each pixel */
  bin: Int32Array
  /** side of a bin in px, 1 but for giants */
  side: number
}

function castVotes(x: Float32Array, y: Float32Array): VoteGrid {
  const [left, right] = limitsOf(x)
  const [top, bottom] = limitsOf(y)
  const side = Math.max(1, Math.ceil(Math.sqrt(((right - left + 2) * (bottom - top + 2)) / MOST_BINS)))
  // Bins are centred on whole pixels, wherever the component lies. Half a pixel added and cut off takes a quarter of the time of `Math.round`.
  const binOf = (place: number): number => Math.floor(place / side + 0.5)
  const firstColumn = binOf(left)
  const firstRow = binOf(top)
  const width = binOf(right) - firstColumn + 1
  const height = binOf(bottom) - firstRow + 1
  const votes = new Float32Array(width * height)
  const bin = new Int32Array(x.length)
  for (let k = 0; k < x.length; k++) {
    const at = (binOf(y[k]!) - firstRow) * width + binOf(x[k]!) - firstColumn
    bin[k] = at
    votes[at]!++
  }
  return { width, height, votes, bin, side }
}

/** Least and greatest. */
export function limitsOf(values: Float32Array): [number, number] {
  let [least, most] = [Infinity, -Infinity]
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}

/** Gaussian blur, cut at 3 sigma, nothing beyond the border: no mode lies outside the votes' own rectangle. */
function blur({ width, height, votes }: VoteGrid, sigma: number): Float32Array {
  const radius = Math.ceil(3 * sigma)
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  )
  const alongRows = new Float32Array(votes.length)
  // of each row, where anything lies: what is empty adds nothing
  const first = new Int32Array(height).fill(width)
  const after = new Int32Array(height)
  for (let row = 0, start = 0; row < height; row++, start += width) {
    for (let column = 0; column < width; column++) {
      const value = votes[start + column]!
      if (value === 0) continue
      const from = Math.max(0, column - radius)
      const to = Math.min(width - 1, column + radius)
      for (let at = start + from, tap = from - column + radius; at <= start + to; at++, tap++) {
        alongRows[at]! += value * kernel[tap]!
      }
      if (from < first[row]!) first[row] = from
      after[row] = to + 1
    }
  }
  return downColumns({ width, height, values: alongRows, first, after }, kernel)
}

/** Rows of values, and where in each anything lies. */
interface Rows {
  width: number
  height: number
  values: Float32Array
  first: Int32Array
  after: Int32Array
}

/** The other half of the blur, by adding whole rows, two at a time: memory is read in order, and what is summed up is read and written half as often. */
function downColumns({ width, height, values, first, after }: Rows, kernel: Float64Array): Float32Array {
  const radius = (kernel.length - 1) / 2
  const density = new Float32Array(values.length)
  for (let row = 0; row < height; row++) {
    const last = Math.min(height - 1, row + radius)
    for (let other = Math.max(0, row - radius); other <= last; other += 2) {
      const weight = kernel[other - row + radius]!
      const next = other < last ? kernel[other + 1 - row + radius]! : 0
      const below = other < last ? width : 0
      const start = Math.min(first[other]!, first[other + below / width]!)
      const end = row * width + Math.max(after[other]!, after[other + below / width]!)
      const shift = (other - row) * width
      for (let at = row * width + start; at < end; at++) {
        const sum = Math.fround(density[at]! + weight * values[at + shift]!)
        density[at] = sum + next * values[at + shift + below]!
      }
    }
  }
  return density
}

/**
 * Climbs from every bin with votes to a local maximum; equal neighbours count as higher by lower index, so that a
 * plateau has one top and the answer never depends on the order of the pixels.
 * @returns [bins] the maximum's bin, -1 where nobody voted and no path passed
 */
function climb({ width, height, votes }: VoteGrid, density: Float32Array): Int32Array {
  const top = new Int32Array(votes.length).fill(-1)
  const path: number[] = []
  for (let start = 0; start < votes.length; start++) {
    if (votes[start] === 0) continue
    let at = start
    while (top[at] === -1) {
      path.push(at)
      const next = upFrom(at, width, height, density)
      if (next === at) top[at] = at
      at = next
    }
    for (const passed of path) top[passed] = top[at]!
    path.length = 0
  }
  return top
}

/** The highest of a bin and those around it. */
function upFrom(at: number, width: number, height: number, density: Float32Array): number {
  const column = at % width
  const row = (at - column) / width
  const [left, right] = [column > 0 ? -1 : 0, column + 1 < width ? 1 : 0]
  const [above, below] = [row > 0 ? -width : 0, row + 1 < height ? width : 0]
  let best = at
  let most = density[at]!
  // by index, so that the first of equals is the lowest
  for (let line = at + above; line <= at + below; line += width) {
    for (let next = line + left; next <= line + right; next++) {
      const value = density[next]!
      if (value > most || (value === most && next < best)) {
        most = value
        best = next
      }
    }
  }
  return best
}

/**
 * Finds the modes of a component's embeddings: votes in one-pixel bins, blurred, climbed.
 * @param x [n] embedding channel 0 in px, finite
 * @param y [n] embedding channel 1 in px, finite
 * @param sigma blur in px
 * @returns [n] mode of each pixel, numbered from 0 by first pixel
 */
export function findModes(x: Float32Array, y: Float32Array, sigma: number): Int32Array {
  const grid = castVotes(x, y)
  const top = climb(grid, blur(grid, sigma / grid.side))
  const peaks = grid.bin
  for (let k = 0; k < peaks.length; k++) peaks[k] = top[peaks[k]!]!
  return numberByFirst(peaks).group
}
