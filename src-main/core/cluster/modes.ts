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
  let left = Infinity
  let top = Infinity
  let right = -Infinity
  let bottom = -Infinity
  for (let k = 0; k < x.length; k++) {
    if (x[k]! < left) left = x[k]!
    if (x[k]! > right) right = x[k]!
    if (y[k]! < top) top = y[k]!
    if (y[k]! > bottom) bottom = y[k]!
  }
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

/** Gaussian blur, cut at 3 sigma, nothing beyond the border: no mode lies outside the votes' own rectangle. */
function blur({ width, height, votes }: VoteGrid, sigma: number): Float32Array {
  const radius = Math.ceil(3 * sigma)
  const kernel = Float64Array.from({ length: radius + 1 }, (_, d) => Math.exp(-(d * d) / (2 * sigma * sigma)))
  const alongRows = new Float32Array(votes.length)
  // of each row, where anything lies: what is empty adds nothing
  const first = new Int32Array(height).fill(width)
  const after = new Int32Array(height)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = row * width + column
      const value = votes[at]!
      if (value === 0) continue
      const from = Math.max(0, column - radius)
      const to = Math.min(width - 1, column + radius)
      for (let c = from; c <= to; c++) alongRows[at - column + c]! += value * kernel[Math.abs(c - column)]!
      if (from < first[row]!) first[row] = from
      after[row] = to + 1
    }
  }
  // Down the columns by adding whole rows: memory is read in order.
  const density = new Float32Array(votes.length)
  for (let row = 0; row < height; row++) {
    for (let other = Math.max(0, row - radius); other <= Math.min(height - 1, row + radius); other++) {
      const weight = kernel[Math.abs(other - row)]!
      const shift = (other - row) * width
      const end = row * width + after[other]!
      for (let at = row * width + first[other]!; at < end; at++)
        density[at]! += weight * alongRows[at + shift]!
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
      let best = at
      const column = at % width
      const row = (at - column) / width
      for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
        for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
          const next = r * width + c
          if (density[next]! > density[best]! || (density[next] === density[best] && next < best)) best = next
        }
      }
      if (best === at) top[at] = at
      at = best
    }
    for (const passed of path) top[passed] = top[at]!
    path.length = 0
  }
  return top
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
  const peaks = new Int32Array(x.length)
  for (let k = 0; k < x.length; k++) peaks[k] = top[grid.bin[k]!]!
  return numberByFirst(peaks).group
}
