import { DisjointSets } from '../disjoint-sets.ts'
import { bordersOf, bordersOfSets } from './borders.ts'
import type { Borders } from './borders.ts'
import { numberByFirst } from './groups.ts'
import type { Groups } from './groups.ts'
import { momentsOf } from './moments.ts'
import type { Moments } from './moments.ts'
import { hullPixels, outlinesOf } from './outline.ts'
import type { Outline } from './outline.ts'
import type { Places } from './places.ts'

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
 * @param of the pixels of a connected component, ascending
 * @param width of the image in px
 * @param mode [n] number of each pixel's mode
 * @param x [n] @param y [n] embeddings, px
 * @returns `region`: [n] number of each pixel's region, by first pixel
 */
export function regionsOf(
  of: Places,
  width: number,
  mode: Int32Array,
  x: Float32Array,
  y: Float32Array,
): { region: Int32Array; regions: Region[] } {
  const modes = numberByFirst(mode)
  const { sets, borders } = absorbSlivers(bordersOf(of.index, width, modes.group), modes)
  // a set goes by its lowest number, and so by its first pixel
  const number = new Int32Array(modes.count)
  let count = 0
  for (let g = 0; g < modes.count; g++) {
    const least = sets.find(g)
    number[g] = least === g ? count++ : number[least]!
  }
  const region = modes.group
  for (let k = 0; k < region.length; k++) region[k] = number[region[k]!]!
  const embeddings = momentsOf(region, count, x, y)
  const places = momentsOf(region, count, of.column, of.row)
  const regions = outlinesOf(of, region, count).map((outline, r) => ({
    ...{ embeddings: embeddings[r]!, places: places[r]!, outline },
    hull: hullPixels(outline),
    neighbours: new Set<number>(),
  }))
  for (let i = 0; i < borders.a.length; i++) {
    const [a, b] = [number[borders.a[i]!]!, number[borders.b[i]!]!]
    regions[a]!.neighbours.add(b)
    regions[b]!.neighbours.add(a)
  }
  return { region, regions }
}

/** Gives slivers to others, until there are none or nothing borders on another. @returns also the borders that are left */
function absorbSlivers(borders: Borders, { group, count }: Groups): { sets: DisjointSets; borders: Borders } {
  const least = Math.max(SLIVER_PX, SLIVER_SHARE * group.length)
  const sets = new DisjointSets(count)
  const sizes = new Uint32Array(count)
  for (let k = 0; k < group.length; k++) sizes[group[k]!]!++
  for (let left = borders; ; left = bordersOfSets(left, sets)) {
    const into = longestOf(left, count)
    const slivers = indicesWhere(into, (other, g) => other >= 0 && sizes[g]! < least)
    if (slivers.length === 0) return { sets, borders: left }
    // only slivers look for another, so that two that are none never meet in one
    for (const g of slivers) sets.join(g, into[g]!)
    for (let g = 0; g < count; g++) {
      // of those that still were by themselves
      if (into[g]! >= 0 && sets.find(g) !== g) sizes[sets.find(g)]! += sizes[g]!
    }
  }
}

/** The neighbour that each group has the longest border with, of equals the lowest number; -1: it has none. @returns [count] */
function longestOf({ a, b, length }: Borders, count: number): Int32Array {
  const best = new Int32Array(count).fill(-1)
  const most = new Uint32Array(count)
  const look = (g: number, other: number, own: number): void => {
    if (own < most[g]! || (own === most[g] && other > best[g]!)) return
    best[g] = other
    most[g] = own
  }
  for (let i = 0; i < a.length; i++) {
    look(a[i]!, b[i]!, length[i]!)
    look(b[i]!, a[i]!, length[i]!)
  }
  return best
}

function indicesWhere(values: Int32Array, takes: (value: number, index: number) => boolean): number[] {
  const indices: number[] = []
  for (let i = 0; i < values.length; i++) if (takes(values[i]!, i)) indices.push(i)
  return indices
}
