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
    left = Math.min(left, x[k]!)
    right = Math.max(right, x[k]!)
    top = Math.min(top, y[k]!)
    bottom = Math.max(bottom, y[k]!)
  }
  const side = Math.max(1, Math.ceil(Math.sqrt(((right - left + 2) * (bottom - top + 2)) / MOST_BINS)))
  // Bins are centred on whole pixels, wherever the component lies.
  const firstColumn = Math.round(left / side)
  const firstRow = Math.round(top / side)
  const width = Math.round(right / side) - firstColumn + 1
  const height = Math.round(bottom / side) - firstRow + 1
  const votes = new Float32Array(width * height)
  const bin = new Int32Array(x.length)
  for (let k = 0; k < x.length; k++) {
    const row = Math.round(y[k]! / side) - firstRow
    const at = row * width + Math.round(x[k]! / side) - firstColumn
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
  for (let at = 0; at < votes.length; at++) {
    const value = votes[at]!
    if (value === 0) continue
    const column = at % width
    const from = Math.max(-radius, -column)
    const to = Math.min(radius, width - 1 - column)
    for (let d = from; d <= to; d++) alongRows[at + d]! += value * kernel[Math.abs(d)]!
  }
  // Down the columns by adding whole rows: memory is read in order.
  const density = new Float32Array(votes.length)
  for (let row = 0; row < height; row++) {
    for (let other = Math.max(0, row - radius); other <= Math.min(height - 1, row + radius); other++) {
      const weight = kernel[Math.abs(other - row)]!
      const shift = (other - row) * width
      for (let at = row * width; at < (row + 1) * width; at++) density[at]! += weight * alongRows[at + shift]!
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
  const numbers = new Map<number, number>()
  const mode = new Int32Array(x.length)
  for (let k = 0; k < x.length; k++) {
    const peak = top[grid.bin[k]!]!
    let number = numbers.get(peak)
    if (number === undefined) numbers.set(peak, (number = numbers.size))
    mode[k] = number
  }
  return mode
}
