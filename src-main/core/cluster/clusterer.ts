import type { SparseInference } from '../../contract/engine.ts'
import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import type { Rle, Size } from '../mask/rle.ts'
import type { Cluster, Clustering, PredictedInstance } from './clustering.ts'
import { sparseComponents } from './components.ts'
import { featuresOf, scoreOf } from './features.ts'
import { masksOfGroups } from './group-masks.ts'
import { crossing, membersOf } from './groups.ts'
import type { Groups } from './groups.ts'
import { mergeRegions } from './merge.ts'
import { findModes } from './modes.ts'
import { momentsOf, spreadOf } from './moments.ts'
import { fittedRectangles } from './fitted-rectangles.ts'
import { placesOf } from './places.ts'
import type { Places } from './places.ts'
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

/**
 * The sparse pixels that take part, those above the foreground threshold: component by component, row by row in each. So what is done with a component reads
 * memory in order.
 */
interface Pixels extends Places {
  /** [n] positions in the inference */
  kept: Uint32Array
  /** [n] embedding channels 0 and 1, px */
  x: Float32Array
  y: Float32Array
  /** [n] foreground probability * 255 */
  foreground: Uint8Array
  /** [components + 1] where each begins, numbered by its first pixel; n at last */
  begins: Uint32Array
}

/** The regions of one component. */
interface Parts {
  /** [pixels of the component] number of each pixel's region */
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
      this.#find(pixels, separate ? joined(parts(), pixels, settings) : wholeComponents(pixels)),
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
    const above = indicesFrom(foreground, threshold * 255)
    const n = above.length
    const [kept, own] = [new Uint32Array(n), new Uint32Array(n)]
    for (let k = 0; k < n; k++) own[k] = index[above[k]!]!
    const members = membersOf(sparseComponents(own, width))
    const [x, y, sure] = [new Float32Array(n), new Float32Array(n), new Uint8Array(n)]
    let i = 0
    for (const member of members) {
      for (let m = 0; m < member.length; m++, i++) {
        const k = above[member[m]!]!
        kept[i] = k
        own[i] = index[k]!
        x[i] = embeddings.x[k]!
        y[i] = embeddings.y[k]!
        sure[i] = foreground[k]!
      }
    }
    const begins = new Uint32Array(members.length + 1)
    members.forEach(({ length }, c) => (begins[c + 1] = begins[c]! + length))
    return { kept, ...placesOf(own, width), x, y, foreground: sure, begins }
  }

  #find(pixels: Pixels, groups: Groups): Found {
    const { group, count } = largestGroups(groups)
    const labels = new Int16Array(this.inference.index.length).fill(-1)
    for (let i = 0; i < group.length; i++) labels[pixels.kept[i]!] = group[i]!
    return {
      labels,
      clusters: clustersOf(pixels, { group, count }, this.inference, this.#calibration),
      masks: masksOfGroups(pixels, { group, count }, this.inference),
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
  return componentsOf(pixels).map((component) => {
    const sigma = settings.sigma ?? sigmaFor(component.index.length)
    const { x, y } = withinReach(component, 3 * sigma)
    const modes = findModes(x, y, sigma)
    const mode = settings.necks ? crossing(modes, findModes(component.column, component.row, sigma)) : modes
    return regionsOf(component, width, mode, x, y)
  })
}

/** The pixels of one component. */
type Component = Places & Pick<Pixels, 'x' | 'y'>

/** Each component's part of the arrays. */
function componentsOf({ begins, index, column, row, x, y }: Pixels): Component[] {
  return Array.from({ length: begins.length - 1 }, (_, c) => {
    const [from, to] = [begins[c], begins[c + 1]]
    return {
      index: index.subarray(from, to),
      column: column.subarray(from, to),
      row: row.subarray(from, to),
      x: x.subarray(from, to),
      y: y.subarray(from, to),
    }
  })
}

function wholeComponents({ begins, index }: Pixels): Groups {
  const group = new Int32Array(index.length)
  for (let c = 0; c + 1 < begins.length; c++) group.fill(c, begins[c], begins[c + 1])
  return { group, count: begins.length - 1 }
}

/** The regions that are not apart joined. */
function joined(parts: readonly Parts[], { index }: Pixels, settings: ClusterSettings): Groups {
  const group = new Int32Array(index.length)
  // of each region that others are joined to, which is the first of them: its first pixel
  const firsts: { of: number; pixel: number }[] = []
  let [at, next] = [0, 0]
  for (const { region, regions } of parts) {
    const into = mergeRegions(regions, settings)
    const seen = new Uint8Array(regions.length)
    for (let i = 0; i < region.length; i++, at++) {
      const own = into[region[i]!]!
      group[at] = next + own
      if (seen[own] === 1) continue
      seen[own] = 1
      firsts.push({ of: next + own, pixel: index[at]! })
    }
    next += regions.length
  }
  firsts.sort((a, b) => a.pixel - b.pixel)
  const number = new Int32Array(next)
  firsts.forEach(({ of }, g) => (number[of] = g))
  for (let i = 0; i < group.length; i++) group[i] = number[group[i]!]!
  return { group, count: firsts.length }
}

/**
 * Embeddings of one component, kept within its own rectangle and a margin: the mean of an instance lies inside, so what
 * points further is noise, and must not blow up the grid of votes.
 */
function withinReach(of: Component, margin: number): { x: Float32Array; y: Float32Array } {
  const { column, row } = of
  let left = Infinity
  let right = -Infinity
  for (let k = 0; k < column.length; k++) {
    if (column[k]! < left) left = column[k]!
    if (column[k]! > right) right = column[k]!
  }
  const [top, bottom] = [row[0]!, row[row.length - 1]!]
  return {
    x: clamped(of.x, left - margin, right + margin),
    y: clamped(of.y, top - margin, bottom + margin),
  }
}

/** The values within these limits; themselves where all are. */
function clamped(values: Float32Array, least: number, most: number): Float32Array {
  let k = 0
  while (k < values.length && values[k]! >= least && values[k]! <= most) k++
  return k === values.length ? values : values.map((value) => Math.min(most, Math.max(least, value)))
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
    const { features, mean } = featuresOf(pixels, pixels.foreground, member, size)
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
