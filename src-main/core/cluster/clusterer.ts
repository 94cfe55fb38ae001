import type { SparseInference } from '../../contract/engine.ts'
import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import type { Rle, Size } from '../mask/rle.ts'
import type { Cluster, Clustering, PredictedInstance } from './clustering.ts'
import { sparseComponents } from './components.ts'
import { featuresOf, scoreOf } from './features.ts'
import { masksOfGroups } from './group-masks.ts'
import { crossing, membersOf, numberByFirst } from './groups.ts'
import type { Groups } from './groups.ts'
import { mergeRegions } from './merge.ts'
import { findModes } from './modes.ts'
import { momentsOf, spreadOf } from './moments.ts'
import { fittedRectangles } from './fitted-rectangles.ts'
import { rectangleAround, rectanglesOf } from './rectangles.ts'
import { regionsOf } from './regions.ts'
import type { Region } from './regions.ts'
import { embeddingsOf } from './sparse.ts'

/** Labels are int16. */
const MOST_CLUSTERS = 32_767

/** How many ways of each step are kept: what sliders come back to. */
const KEPT = 3

/** Blur for a component of this many pixels, px. Fine: what it takes apart is joined again by what the regions look like. */
function sigmaFor(area: number): number {
  return Math.min(4, Math.max(1.2, 0.064 * Math.sqrt(area)))
}

/** The sparse pixels that take part, those above the foreground threshold, and their connected components. */
interface Pixels {
  /** [n] positions in the inference */
  kept: Uint32Array
  /** [n] row-major pixel index, ascending */
  index: Uint32Array
  /** [n] embedding channels 0 and 1, px */
  x: Float32Array
  y: Float32Array
  /** [n] foreground probability * 255 */
  foreground: Uint8Array
  components: Groups
}

/** The regions of one component. */
interface Parts {
  /** pixels of the component, positions in {@link Pixels} */
  member: Uint32Array
  /** [member.length] number of each pixel's region */
  region: Int32Array
  regions: Region[]
}

/** All clusters, of which settings keep some. */
interface Found {
  labels: Int16Array
  clusters: Cluster[]
  masks: Rle[]
}

/** The last few values that were made, by key. */
class Recent<T> {
  readonly #values = new Map<string, T>()

  get(key: string, make: () => T): T {
    const value = this.#values.get(key) ?? make()
    this.#values.delete(key)
    this.#values.set(key, value)
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= KEPT) break
      this.#values.delete(oldest)
    }
    return value
  }
}

/**
 * Clusters one inference again and again: only what a setting changes is computed anew. The foreground threshold changes all,
 * smoothing the regions, alpha which of them join, the least area and score nothing but which clusters are kept.
 */
export class Clusterer {
  readonly inference: SparseInference
  readonly #calibration: Calibration | null
  #embeddings: { x: Float32Array; y: Float32Array } | null = null
  readonly #pixels = new Recent<Pixels>()
  readonly #parts = new Recent<readonly Parts[]>()
  readonly #found = new Recent<Found>()

  /** @param calibration of the model version that gave the inference; null: an instance's score is its mean foreground */
  constructor(inference: SparseInference, calibration: Calibration | null) {
    this.inference = inference
    this.#calibration = calibration
  }

  /** As `clusterInference`. What comes is to be read only. */
  cluster(settings: ClusterSettings): Clustering {
    const { foreground, sigma, alpha, separate, necks } = settings
    const pixels = this.#pixels.get(`${foreground}`, () => this.#pick(foreground))
    const parts = () =>
      this.#parts.get(`${foreground} ${sigma} ${necks}`, () =>
        partsOf(pixels, this.inference.width, settings),
      )
    const way = separate ? `${foreground} ${sigma} ${necks} ${alpha}` : `${foreground}`
    const { labels, clusters, masks } = this.#found.get(way, () =>
      this.#find(pixels, separate ? joined(parts(), pixels.index.length, settings) : pixels.components),
    )
    const found = clusters.flatMap(({ pixels, score }, cluster) =>
      pixels < settings.minArea || score < settings.minScore
        ? []
        : [{ rle: masks[cluster]!, score, cluster }],
    )
    const instances = settings.rectangles ? this.#squared(found, labels, settings.fitted === true) : found
    const places = new Map(instances.map(({ cluster }, i) => [cluster, i]))
    return {
      clusters: clusters.map((one, cluster) => ({ ...one, instance: places.get(cluster) ?? null })),
      instances,
      labels,
    }
  }

  /** The instances as rectangles; one that surer ones cover wholly is left out. */
  #squared(found: readonly PredictedInstance[], labels: Int16Array, fitted: boolean): PredictedInstance[] {
    const size = this.inference
    const scores = found.map(({ score }) => score)
    const corners = fitted
      ? fittedRectangles(
          this.inference,
          labels,
          found.map(({ cluster }) => cluster),
        )
      : found.map(({ rle }) => rectangleAround(rle, size))
    return rectanglesOf(corners, scores, size)
      .map((rle, i) => ({ ...found[i]!, rle }))
      .filter(({ rle }) => rle.length > 0)
  }

  #pick(threshold: number): Pixels {
    const { index, foreground, width } = this.inference
    const embeddings = (this.#embeddings ??= embeddingsOf(this.inference))
    const kept = indicesFrom(foreground, threshold * 255)
    const pixels = {
      kept,
      index: new Uint32Array(kept.length),
      x: new Float32Array(kept.length),
      y: new Float32Array(kept.length),
      foreground: new Uint8Array(kept.length),
    }
    for (let i = 0; i < kept.length; i++) {
      const k = kept[i]!
      pixels.index[i] = index[k]!
      pixels.x[i] = embeddings.x[k]!
      pixels.y[i] = embeddings.y[k]!
      pixels.foreground[i] = foreground[k]!
    }
    return { ...pixels, components: sparseComponents(pixels.index, width) }
  }

  #find(pixels: Pixels, groups: Groups): Found {
    const { group, count } = largestGroups(groups)
    const labels = new Int16Array(this.inference.index.length).fill(-1)
    for (let i = 0; i < group.length; i++) labels[pixels.kept[i]!] = group[i]!
    return {
      labels,
      clusters: clustersOf(pixels, { group, count }, this.inference, this.#calibration),
      masks: masksOfGroups(pixels.index, { group, count }, this.inference),
    }
  }
}

/** Where the values reach the limit. */
function indicesFrom(values: Uint8Array, limit: number): Uint32Array {
  const indices = new Uint32Array(values.length)
  let n = 0
  for (let k = 0; k < values.length; k++) if (values[k]! >= limit) indices[n++] = k
  return indices.slice(0, n)
}

function partsOf(pixels: Pixels, width: number, settings: ClusterSettings): Parts[] {
  return membersOf(pixels.components).map((member) => {
    const sigma = settings.sigma ?? sigmaFor(member.length)
    const own = new Uint32Array(member.length)
    for (let i = 0; i < member.length; i++) own[i] = pixels.index[member[i]!]!
    const { x, y } = withinReach(pixels, member, width, 3 * sigma)
    const modes = findModes(x, y, sigma)
    const mode = settings.necks ? crossing(modes, modesOfPlaces(own, width, sigma)) : modes
    return { member, ...regionsOf(own, width, mode, x, y) }
  })
}

/** The regions that are not apart joined. @param n pixels */
function joined(parts: readonly Parts[], n: number, settings: ClusterSettings): Groups {
  const raw = new Int32Array(n)
  let next = 0
  for (const { member, region, regions } of parts) {
    const into = mergeRegions(regions, settings)
    for (let i = 0; i < member.length; i++) raw[member[i]!] = next + into[region[i]!]!
    next += regions.length
  }
  return numberByFirst(raw)
}

/** The modes of the pixels' own places: one for each bulge of a shape. */
function modesOfPlaces(index: Uint32Array, width: number, sigma: number): Int32Array {
  const columns = new Float32Array(index.length)
  const rows = new Float32Array(index.length)
  for (let i = 0; i < index.length; i++) {
    columns[i] = index[i]! % width
    rows[i] = Math.floor(index[i]! / width)
  }
  return findModes(columns, rows, sigma)
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
  for (let i = 0; i < member.length; i++) {
    const column = pixels.index[member[i]!]! % width
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
