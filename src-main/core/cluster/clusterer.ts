import type { SparseInference } from '../../contract/engine.ts'
import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import type { Rle } from '../mask/rle.ts'
import type { Corner } from '../mask/shapes.ts'
import type { Cluster, Clustering, PredictedInstance } from './clustering.ts'
import { featuresOf, scoreOf } from './features.ts'
import { masksOfGroups } from './group-masks.ts'
import { crossing, membersOf } from './groups.ts'
import type { Groups } from './groups.ts'
import { mergeRegions } from './merge.ts'
import { findModes, limitsOf } from './modes.ts'
import { momentsOf, spreadOf } from './moments.ts'
import { fittedRectangles } from './fitted-rectangles.ts'
import { placesOf } from './places.ts'
import type { Places } from './places.ts'
import { rectangleAround, rectanglesOf } from './rectangles.ts'
import { regionsOf } from './regions.ts'
import type { Region } from './regions.ts'
import { embeddingsOf } from './sparse.ts'
import { componentsOf, stretchesOf } from './stretches.ts'

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
  /** by cluster, the rectangle around it, and the fitted one; made when they are first asked for */
  around: Corner[][] | null
  fitted: Corner[][] | null
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
  /** by first pixel of the component: those of the threshold before */
  readonly #before = new Recent<{ now: ReadonlyMap<number, Parts> }>()
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
      this.#parts.get(`${foreground} ${sigma} ${necks}`, () => this.#split(pixels, settings))
    const way = separate ? `${foreground} ${sigma} ${necks} ${alpha}` : `${foreground}`
    const all = this.#found.get(way, () =>
      this.#find(
        pixels,
        separate ? joined(parts(), pixels, settings, this.inference.width) : wholeComponents(pixels),
      ),
    )
    const { labels, clusters, masks } = all
    const found = clusters.flatMap(({ pixels, score }, cluster) =>
      pixels < settings.minArea || score < settings.minScore
        ? []
        : [{ rle: masks[cluster]!, score, cluster }],
    )
    const instances = settings.rectangles ? this.#squared(found, all, settings.fitted === true) : found
    const places = new Map(instances.map(({ cluster }, i) => [cluster, i]))
    return {
      clusters: clusters.map((one, cluster) => ({ ...one, instance: places.get(cluster) ?? null })),
      instances,
      labels,
    }
  }

  /** The instances as rectangles; one that surer ones cover wholly is left out. */
  #squared(found: readonly PredictedInstance[], all: Found, fitted: boolean): PredictedInstance[] {
    const size = this.inference
    const scores = found.map(({ score }) => score)
    const corners = fitted
      ? (all.fitted ??= fittedRectangles(this.inference, all.labels, [...all.clusters.keys()]))
      : (all.around ??= all.masks.map((rle) => rectangleAround(rle, size)))
    return rectanglesOf(
      found.map(({ cluster }) => corners[cluster]!),
      scores,
      size,
    )
      .map((rle, i) => ({ ...found[i]!, rle }))
      .filter(({ rle }) => rle.length > 0)
  }

  #pick(threshold: number): Pixels {
    const { index, foreground, width } = this.inference
    const embeddings = (this.#embeddings ??= embeddingsOf(this.inference))
    const stretches = stretchesOf(index, width, { foreground, least: threshold * 255 })
    const members = membersOf(componentsOf(stretches, width))
    const begins = new Uint32Array(members.length + 1)
    members.forEach((member, c) => {
      let n = 0
      for (const s of member) n += stretches.to[s]! - stretches.from[s]!
      begins[c + 1] = begins[c]! + n
    })
    const n = begins[members.length]!
    const [kept, own] = [new Uint32Array(n), new Uint32Array(n)]
    const [x, y, sure] = [new Float32Array(n), new Float32Array(n), new Uint8Array(n)]
    let i = 0
    for (const member of members) {
      for (const s of member) {
        for (let k = stretches.from[s]!; k < stretches.to[s]!; k++, i++) {
          kept[i] = k
          own[i] = index[k]!
          x[i] = embeddings.x[k]!
          y[i] = embeddings.y[k]!
          sure[i] = foreground[k]!
        }
      }
    }
    return { kept, ...placesOf(own, width), x, y, foreground: sure, begins }
  }

  /**
   * The regions of all components. A component that is as it was at another threshold is not looked at again: what two thresholds leave is nested, so one with
   * the same first pixel and the same number of them is the same.
   */
  #split(pixels: Pixels, settings: ClusterSettings): Parts[] {
    const kept = this.#before.get(`${settings.sigma} ${settings.necks}`, () => ({ now: new Map() }))
    const parts = partsByComponent(pixels).map((component) => {
      const same = kept.now.get(component.index[0]!)
      return same?.region.length === component.index.length
        ? same
        : partsOf(component, this.inference.width, settings)
    })
    kept.now = new Map(parts.map((part, c) => [pixels.index[pixels.begins[c]!]!, part]))
    return parts
  }

  #find(pixels: Pixels, groups: Groups): Found {
    const { group, count } = largestGroups(groups)
    const labels = new Int16Array(this.inference.index.length).fill(-1)
    for (let i = 0; i < group.length; i++) labels[pixels.kept[i]!] = group[i]!
    return {
      labels,
      clusters: clustersOf(pixels, { group, count }, this.inference, this.#calibration),
      masks: masksOfGroups(pixels, { group, count }, this.inference),
      around: null,
      fitted: null,
    }
  }
}

function partsOf(component: Component, width: number, settings: ClusterSettings): Parts {
  const sigma = settings.sigma ?? sigmaFor(component.index.length)
  const { x, y } = withinReach(component, 3 * sigma)
  const modes = findModes(x, y, sigma)
  const mode = settings.necks ? crossing(modes, findModes(component.column, component.row, sigma)) : modes
  return regionsOf(component, width, mode, x, y)
}

/** The pixels of one component. */
type Component = Places & Pick<Pixels, 'x' | 'y'>

/** Each component's part of the arrays. */
function partsByComponent({ begins, index, column, row, x, y }: Pixels): Component[] {
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

/** The regions that are not apart joined. @param width of the image, px */
function joined(parts: readonly Parts[], pixels: Pixels, settings: ClusterSettings, width: number): Groups {
  const into = parts.map(({ regions }) => mergeRegions(regions, settings))
  // of each region that others are joined to, which is the first of them: its first pixel
  const firsts = parts.flatMap(({ regions }, part) =>
    regions.flatMap(({ outline }, region) =>
      into[part]![region] === region ? [{ part, region, pixel: outline.top * width + outline.left[0]! }] : [],
    ),
  )
  firsts.sort((a, b) => a.pixel - b.pixel)
  const numbers = parts.map(({ regions }) => new Int32Array(regions.length))
  firsts.forEach(({ part, region }, g) => (numbers[part]![region] = g))
  const group = new Int32Array(pixels.index.length)
  let at = 0
  parts.forEach(({ region }, part) => {
    const number = into[part]!.map((first) => numbers[part]![first]!)
    for (let i = 0; i < region.length; i++, at++) group[at] = number[region[i]!]!
  })
  return { group, count: firsts.length }
}

/**
 * Embeddings of one component, kept within its own rectangle and a margin: the mean of an instance lies inside, so what
 * points further is noise, and must not blow up the grid of votes.
 */
function withinReach({ column, row, x, y }: Component, margin: number): { x: Float32Array; y: Float32Array } {
  const [left, right] = limitsOf(column)
  const [top, bottom] = [row[0]!, row[row.length - 1]!]
  return { x: clamped(x, left - margin, right + margin), y: clamped(y, top - margin, bottom + margin) }
}

/** The values within these limits; themselves where all are. */
function clamped(values: Float32Array, least: number, most: number): Float32Array {
  let k = 0
  while (k < values.length && values[k]! >= least && values[k]! <= most) k++
  if (k === values.length) return values
  const within = values.slice()
  for (; k < within.length; k++) within[k] = Math.min(most, Math.max(least, within[k]!))
  return within
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

function clustersOf(
  pixels: Pixels,
  groups: Groups,
  inference: SparseInference,
  calibration: Calibration | null,
): Cluster[] {
  const moments = momentsOf(groups.group, groups.count, pixels.x, pixels.y)
  return featuresOf(pixels, groups, inference).map(({ features, mean }, g) => {
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
