import type { SparseInference } from '../../contract/engine.ts'
import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import type { Rle, Size } from '../mask/rle.ts'
import { sparseComponents } from './components.ts'
import { featuresOf, scoreOf } from './features.ts'
import type { InstanceFeatures } from './features.ts'
import { mergeRegions } from './merge.ts'
import { findModes } from './modes.ts'
import { momentsOf, spreadOf } from './moments.ts'
import { rectanglesOf } from './rectangles.ts'
import { crossing, numberByFirst, regionsOf } from './regions.ts'
import type { Groups } from './regions.ts'
import { embeddingsOf } from './sparse.ts'

/** What runs use until a model version brings its own choice. */
export const DEFAULT_CLUSTER_SETTINGS: ClusterSettings = {
  foreground: 0.5,
  sigma: null,
  alpha: 2.2,
  minArea: 12,
  minScore: 0,
  separate: true,
  necks: false,
  rectangles: false,
}

/** Labels are int16. */
const MOST_CLUSTERS = 32_767

/** Pixels whose embeddings agree. */
export interface Cluster {
  /** mean embedding, channels 0 and 1, in image px */
  centre: [number, number]
  /** root mean square distance of its embeddings from the centre, px */
  spread: number
  pixels: number
  /** what its score is made of */
  features: InstanceFeatures
  /** 0..1, probability of being a hit where there is a calibration, else mean foreground probability */
  score: number
  /** index into the instances; null: dropped as too small, too faint, or covered by surer rectangles */
  instance: number | null
}

export interface PredictedInstance {
  rle: Rle
  /** 0..1, that of its cluster */
  score: number
  /** index into the clusters */
  cluster: number
}

export interface Clustering {
  /** by first pixel, row by row; at most 32,767, the largest */
  clusters: Cluster[]
  /** the clusters that are large and certain enough, in the same order */
  instances: PredictedInstance[]
  /** [n] cluster of each sparse pixel, -1: none (fainter than the foreground threshold) */
  labels: Int16Array
}

/** Blur for a component of this many pixels, px. Fine: what it takes apart is joined again by what the regions look like. */
export function sigmaFor(area: number): number {
  return Math.min(4, Math.max(1.2, 0.064 * Math.sqrt(area)))
}

/** The sparse pixels that take part: those above the foreground threshold. */
interface Pixels {
  /** [n] row-major pixel index, ascending */
  index: Uint32Array
  /** [n] embedding channels 0 and 1, px */
  x: Float32Array
  y: Float32Array
  /** [n] foreground probability * 255 */
  foreground: Uint8Array
}

/**
 * Finds the instances of an image: pixels above the foreground threshold, per connected component the modes of their
 * embeddings, neighbouring regions joined that are not apart or make one hull, small and faint ones dropped. Deterministic.
 * @param calibration of the model version that gave the inference; null: an instance's score is its mean foreground
 */
export function clusterInference(
  inference: SparseInference,
  settings: ClusterSettings,
  calibration: Calibration | null = null,
): Clustering {
  const { width, height } = inference
  const kept = indicesFrom(inference.foreground, settings.foreground * 255)
  const pixels = pickPixels(inference, kept)
  const { group, count } = largestGroups(groupPixels(pixels, width, settings))
  const clusters = clustersOf(pixels, { group, count }, inference, calibration)
  const masks = masksOfGroups(pixels.index, group, count, width, height)
  const found = clusters.flatMap(({ pixels, score }, cluster) =>
    pixels < settings.minArea || score < settings.minScore ? [] : [{ rle: masks[cluster]!, score, cluster }],
  )
  const instances = settings.rectangles ? squared(found, inference) : found
  instances.forEach(({ cluster }, i) => (clusters[cluster]!.instance = i))
  const labels = new Int16Array(inference.index.length).fill(-1)
  kept.forEach((k, i) => (labels[k] = group[i]!))
  return { clusters, instances, labels }
}

/** The instances as rectangles; one that surer ones cover wholly is left out. */
function squared(found: readonly PredictedInstance[], size: Size): PredictedInstance[] {
  const masks = found.map(({ rle }) => rle)
  const scores = found.map(({ score }) => score)
  return rectanglesOf(masks, scores, size)
    .map((rle, i) => ({ ...found[i]!, rle }))
    .filter(({ rle }) => rle.length > 0)
}

/** Where the values reach the limit. */
function indicesFrom(values: Uint8Array, limit: number): Uint32Array {
  const indices = new Uint32Array(values.length)
  let n = 0
  for (let k = 0; k < values.length; k++) if (values[k]! >= limit) indices[n++] = k
  return indices.subarray(0, n)
}

function pickPixels(inference: SparseInference, kept: Uint32Array): Pixels {
  const embeddings = embeddingsOf(inference)
  const pixels: Pixels = {
    index: new Uint32Array(kept.length),
    x: new Float32Array(kept.length),
    y: new Float32Array(kept.length),
    foreground: new Uint8Array(kept.length),
  }
  for (let i = 0; i < kept.length; i++) {
    const k = kept[i]!
    pixels.index[i] = inference.index[k]!
    pixels.x[i] = embeddings.x[k]!
    pixels.y[i] = embeddings.y[k]!
    pixels.foreground[i] = inference.foreground[k]!
  }
  return pixels
}

function groupPixels(pixels: Pixels, width: number, settings: ClusterSettings): Groups {
  const { component, count } = sparseComponents(pixels.index, width)
  if (!settings.separate) return { group: component, count }
  const members = membersOf({ group: component, count })
  const raw = new Int32Array(component.length)
  let next = 0
  for (const member of members) {
    const sigma = settings.sigma ?? sigmaFor(member.length)
    const { x, y } = withinReach(pixels, member, width, 3 * sigma)
    const own = Uint32Array.from(member, (k) => pixels.index[k]!)
    const modes = findModes(x, y, sigma)
    const mode = settings.necks ? crossing(modes, modesOfPlaces(own, width, sigma)) : modes
    const { region, regions } = regionsOf(own, width, mode, x, y)
    const into = mergeRegions(regions, settings)
    member.forEach((k, i) => (raw[k] = next + into[region[i]!]!))
    next += regions.length
  }
  return numberByFirst(raw)
}

/** The modes of the pixels' own places: one for each bulge of a shape. */
function modesOfPlaces(index: Uint32Array, width: number, sigma: number): Int32Array {
  const columns = Float32Array.from(index, (pixel) => pixel % width)
  const rows = Float32Array.from(index, (pixel) => Math.floor(pixel / width))
  return findModes(columns, rows, sigma)
}

/** The pixels of each group, ascending; those of no group (-1) left out. */
function membersOf({ group, count }: Groups): Uint32Array[] {
  const sizes = new Uint32Array(count)
  for (const g of group) if (g >= 0) sizes[g]!++
  const members = Array.from(sizes, (size) => new Uint32Array(size))
  sizes.fill(0)
  group.forEach((g, k) => {
    if (g >= 0) members[g]![sizes[g]!++] = k
  })
  return members
}

/**
 * Embeddings of one component, kept within its own rectangle and a margin: the mean of an instance lies inside, so what
 * points further is noise, and must not blow up the grid of votes.
 */
function withinReach(
  pixels: Pixels,
  member: Uint32Array,
  width: number,
  margin: number,
): { x: Float32Array; y: Float32Array } {
  let left = Infinity
  let right = -Infinity
  const top = Math.floor(pixels.index[member[0]!]! / width)
  const bottom = Math.floor(pixels.index[member[member.length - 1]!]! / width)
  for (const k of member) {
    const column = pixels.index[k]! % width
    if (column < left) left = column
    if (column > right) right = column
  }
  const x = new Float32Array(member.length)
  const y = new Float32Array(member.length)
  for (let i = 0; i < member.length; i++) {
    x[i] = Math.min(right + margin, Math.max(left - margin, pixels.x[member[i]!]!))
    y[i] = Math.min(bottom + margin, Math.max(top - margin, pixels.y[member[i]!]!))
  }
  return { x, y }
}

/** Where there are more groups than labels can name, the smallest become -1. */
function largestGroups(groups: Groups): Groups {
  if (groups.count <= MOST_CLUSTERS) return groups
  const sizes = membersOf(groups).map((member) => member.length)
  const kept = sizes.map((size, g) => ({ size, g })).sort((a, b) => b.size - a.size || a.g - b.g)
  const number = new Int32Array(groups.count).fill(-1)
  const order = kept.slice(0, MOST_CLUSTERS).map(({ g }) => g)
  order.sort((a, b) => a - b).forEach((g, i) => (number[g] = i))
  return { group: groups.group.map((g) => number[g]!), count: MOST_CLUSTERS }
}

function clustersOf(pixels: Pixels, groups: Groups, size: Size, calibration: Calibration | null): Cluster[] {
  const moments = momentsOf(groups.group, groups.count, pixels.x, pixels.y)
  return membersOf(groups).map((member, g) => {
    const { features, mean } = featuresOf(pixels.index, pixels.foreground, member, size)
    const own = moments[g]!
    return {
      centre: [own.x / own.n, own.y / own.n],
      spread: spreadOf(own),
      pixels: own.n,
      features,
      score: scoreOf(features, mean, calibration),
      instance: null,
    }
  })
}

/** The mask of each group; runs go down the columns. */
function masksOfGroups(
  index: Uint32Array,
  group: Int32Array,
  count: number,
  width: number,
  height: number,
): Rle[] {
  const byColumn = membersOf({ group: Int32Array.from(index, (pixel) => pixel % width), count: width })
  const runs = Array.from({ length: count }, (): number[] => [])
  byColumn.forEach((member, column) => {
    for (const k of member) {
      const own = runs[group[k]!]
      if (!own) continue
      const start = column * height + Math.floor(index[k]! / width) + 1
      if (own.length > 0 && own.at(-2)! + own.at(-1)! === start) own[own.length - 1]!++
      else own.push(start, 1)
    }
  })
  return runs.map((own) => Uint32Array.from(own))
}
