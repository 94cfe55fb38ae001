import { forEachNeighbour } from './components.ts'
import { DisjointSets } from '../disjoint-sets.ts'
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
  const { group: region, count: found } = absorbSlivers(index, width, mode)
  const columns = Float32Array.from(index, (pixel) => pixel % width)
  const rows = Float32Array.from(index, (pixel) => Math.floor(pixel / width))
  const embeddings = momentsOf(region, found, x, y)
  const places = momentsOf(region, found, columns, rows)
  const regions = outlinesOf(index, width, region, found).map((outline, r) => ({
    ...{ embeddings: embeddings[r]!, places: places[r]!, outline },
    hull: hullPixels(outline),
    neighbours: new Set<number>(),
  }))
  forEachNeighbour(index, width, (k, other) => {
    const [a, b] = [region[k]!, region[other]!]
    if (a === b) return
    regions[a]!.neighbours.add(b)
    regions[b]!.neighbours.add(a)
  })
  return { region, regions }
}

/** A number from 0 for each pixel, by first pixel. */
export interface Groups {
  /** [n] */
  group: Int32Array
  count: number
}

function absorbSlivers(index: Uint32Array, width: number, mode: Int32Array): Groups {
  const least = Math.max(SLIVER_PX, SLIVER_SHARE * index.length)
  let now = numberByFirst(mode)
  while (now.count > 1) {
    const sizes = new Uint32Array(now.count)
    for (const g of now.group) sizes[g]!++
    if (sizes.every((size) => size >= least)) break
    const sets = new DisjointSets(now.count)
    // only slivers look for another, so that two that are none never meet in one
    longestBorders(index, width, now).forEach((other, g) => {
      if (sizes[g]! < least) sets.join(g, other)
    })
    now = numberByFirst(now.group.map((g) => sets.find(g)))
  }
  return now
}

/** The neighbour that each group has the longest border with; of equals the lowest number. Of more than one group. */
function longestBorders(index: Uint32Array, width: number, { group, count }: Groups): Int32Array {
  const borders = Array.from({ length: count }, () => new Map<number, number>())
  forEachNeighbour(index, width, (k, before) => {
    const [a, b] = [group[k]!, group[before]!]
    if (a === b) return
    borders[a]!.set(b, (borders[a]!.get(b) ?? 0) + 1)
    borders[b]!.set(a, (borders[b]!.get(a) ?? 0) + 1)
  })
  return Int32Array.from(borders, (own) => {
    let [best, longest] = [-1, 0]
    for (const [other, length] of own) {
      if (length > longest || (length === longest && other < best)) [best, longest] = [other, length]
    }
    return best
  })
}

/** Pixels that are together in both of two groupings. @param a [n] @param b [n] from 0 @returns [n] from 0 */
export function crossing(a: Int32Array, b: Int32Array): Int32Array {
  const among = b.reduce((most, group) => Math.max(most, group), 0) + 1
  // pairs of groups may be more than an int32 counts
  return numberByFirst(Float64Array.from(a, (group, k) => group * among + b[k]!)).group
}

/** The same groups, numbered from 0 by their first pixel. */
export function numberByFirst(groups: Int32Array | Float64Array): Groups {
  const numbers = new Map<number, number>()
  const group = Int32Array.from(groups, (value) => {
    const known = numbers.get(value)
    if (known !== undefined) return known
    numbers.set(value, numbers.size)
    return numbers.size - 1
  })
  return { group, count: numbers.size }
}
