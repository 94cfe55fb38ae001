import { DisjointSets } from '../disjoint-sets.ts'
import { bordersOf } from './components.ts'
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
  // groups only ever join: what is no border between modes is none between regions
  const borders = bordersOf(of, width, mode)
  const { group: region, count: found } = absorbSlivers(borders, mode)
  const embeddings = momentsOf(region, found, x, y)
  const places = momentsOf(region, found, of.column, of.row)
  const regions = outlinesOf(of, region, found).map((outline, r) => ({
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
  const modes = numberByFirst(mode)
  const sets = new DisjointSets(modes.count)
  const sizes = new Uint32Array(modes.count)
  for (let k = 0; k < mode.length; k++) sizes[modes.group[k]!]!++
  let lengths = lengthsOf(borders, modes)
  while (lengths.size > 1 && [...lengths.keys()].some((g) => sizes[g]! < least)) {
    // only slivers look for another, so that two that are none never meet in one
    for (const [g, own] of lengths) if (sizes[g]! < least) sets.join(g, longest(own))
    for (const g of lengths.keys()) {
      const into = sets.find(g)
      if (into !== g) sizes[into]! += sizes[g]!
    }
    lengths = joinedLengths(lengths, sets)
  }
  // a set goes by its lowest number, and so by its first pixel
  return lengths.size === modes.count ? modes : numberByFirst(modes.group.map((g) => sets.find(g)))
}

/** How long the borders of each group with others are, in pairs of pixels; by group. */
type Lengths = Map<number, Map<number, number>>

function addLength(lengths: Lengths, a: number, b: number, more: number): void {
  const own = lengths.get(a)
  own?.set(b, (own.get(b) ?? 0) + more)
}

function lengthsOf(pairs: readonly number[], { group, count }: Groups): Lengths {
  const lengths: Lengths = new Map(Array.from({ length: count }, (_, g) => [g, new Map<number, number>()]))
  for (let i = 0; i < pairs.length; i += 2) {
    const a = group[pairs[i]!]!
    const b = group[pairs[i + 1]!]!
    addLength(lengths, a, b, 1)
    addLength(lengths, b, a, 1)
  }
  return lengths
}

/** The borders of what the groups are joined to. */
function joinedLengths(before: Lengths, sets: DisjointSets): Lengths {
  const lengths: Lengths = new Map()
  for (const [g, own] of before) {
    const into = sets.find(g)
    if (!lengths.has(into)) lengths.set(into, new Map())
    for (const [other, length] of own) {
      const beyond = sets.find(other)
      if (beyond !== into) addLength(lengths, into, beyond, length)
    }
  }
  return lengths
}

/** The neighbour with the longest border; of equals the lowest number. */
function longest(lengths: ReadonlyMap<number, number>): number {
  let [best, most] = [-1, 0]
  for (const [other, length] of lengths) {
    if (length > most || (length === most && other < best)) [best, most] = [other, length]
  }
  return best
}
