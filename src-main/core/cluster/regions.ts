import { DisjointSets } from '../disjoint-sets.ts'
import { bordersOf } from './components.ts'
import { numberByFirst } from './groups.ts'
import type { Groups } from './groups.ts'
import { momentsOf } from './moments.ts'
import type { Moments } from './moments.ts'
import { hullPixels, outlinesOf } from './outline.ts'
import type { Outline } from './outline.ts'

/** Pixels of one component whose embeddings share a mode. */
export interface Region {
  embeddings: Moments
  /** the pixels' own places */
  places: Moments
  outline: Outline
  /** pixels in its convex hull */
  hull: number
  /** numbers of the regions that it borders on */
  neighbours: Set<number>
}

/** A region is a sliver below this many pixels, and below this share of its component: the ragged edge between two others. */
const [SLIVER_PX, SLIVER_SHARE] = [8, 0.01]

/**
 * The regions of a component: the pixels of each mode, slivers given to the neighbour that they have the longest border
 * with. At most about a hundred, then.
 * @param index [n] row-major pixel indices of a connected component, ascending
 * @param width of the image in px
 * @param mode [n] number of each pixel's mode
 * @param x [n] @param y [n] embeddings, px
 * @returns `region`: [n] number of each pixel's region, by first pixel
 */
export function regionsOf(
  index: Uint32Array,
  width: number,
  mode: Int32Array,
  x: Float32Array,
  y: Float32Array,
): { region: Int32Array; regions: Region[] } {
  // groups only ever join: what is no border between modes is none between regions
  const borders = bordersOf(index, width, mode)
  const { group: region, count: found } = absorbSlivers(borders, mode)
  const columns = new Float32Array(index.length)
  const rows = new Float32Array(index.length)
  for (let k = 0; k < index.length; k++) {
    columns[k] = index[k]! % width
    rows[k] = Math.floor(index[k]! / width)
  }
  const embeddings = momentsOf(region, found, x, y)
  const places = momentsOf(region, found, columns, rows)
  const regions = outlinesOf(index, width, region, found).map((outline, r) => ({
    ...{ embeddings: embeddings[r]!, places: places[r]!, outline },
    hull: hullPixels(outline),
    neighbours: new Set<number>(),
  }))
  for (let i = 0; i < borders.length; i += 2) {
    const a = region[borders[i]!]!
    const b = region[borders[i + 1]!]!
    if (a === b) continue
    regions[a]!.neighbours.add(b)
    regions[b]!.neighbours.add(a)
  }
  return { region, regions }
}

/** @param borders pairs of positions, see {@link bordersOf} */
function absorbSlivers(borders: readonly number[], mode: Int32Array): Groups {
  const least = Math.max(SLIVER_PX, SLIVER_SHARE * mode.length)
  let now = numberByFirst(mode)
  while (now.count > 1) {
    const sizes = new Uint32Array(now.count)
    for (let k = 0; k < mode.length; k++) sizes[now.group[k]!]!++
    if (sizes.every((size) => size >= least)) break
    const sets = new DisjointSets(now.count)
    // only slivers look for another, so that two that are none never meet in one
    longestBorders(borders, now).forEach((other, g) => {
      if (sizes[g]! < least) sets.join(g, other)
    })
    const joined = new Int32Array(mode.length)
    for (let k = 0; k < mode.length; k++) joined[k] = sets.find(now.group[k]!)
    now = numberByFirst(joined)
  }
  return now
}

/** The neighbour that each group has the longest border with; of equals the lowest number. Of more than one group. */
function longestBorders(pairs: readonly number[], { group, count }: Groups): Int32Array {
  const borders = Array.from({ length: count }, () => new Map<number, number>())
  for (let i = 0; i < pairs.length; i += 2) {
    const a = group[pairs[i]!]!
    const b = group[pairs[i + 1]!]!
    if (a === b) continue
    borders[a]!.set(b, (borders[a]!.get(b) ?? 0) + 1)
    borders[b]!.set(a, (borders[b]!.get(a) ?? 0) + 1)
  }
  return Int32Array.from(borders, (own) => {
    let [best, longest] = [-1, 0]
    for (const [other, length] of own) {
      if (length > longest || (length === longest && other < best)) [best, longest] = [other, length]
    }
    return best
  })
}
