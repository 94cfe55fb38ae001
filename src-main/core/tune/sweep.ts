import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import { Clusterer } from '../cluster/clusterer.ts'
import { scoreOf } from '../cluster/features.ts'
import { meanGain, verdictOf } from '../metric/difference.ts'
import type { Estimate } from '../metric/interval.ts'
import { candidatesWith, f2OfEach } from './candidates.ts'
import type { TuneImage } from './candidates.ts'

/** The settings that a sweep moves; the way of clustering itself (necks, rectangles, separation) stays. */
export const SWEPT = ['foreground', 'sigma', 'alpha', 'minArea', 'minScore'] as const
export type SweptSetting = (typeof SWEPT)[number]

/** Coarse: a few dozen images cannot tell neighbours apart. */
const VALUES: { readonly [K in SweptSetting]: readonly ClusterSettings[K][] } = {
  foreground: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  sigma: [null, 1.5, 3],
  alpha: [1.2, 1.6, 2, 2.4, 3, 4.5],
  minArea: [4, 8, 16, 32, 64],
  minScore: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95],
}

/** Every combination of values, those of the run among them. */
type SweepGrid = { readonly [K in SweptSetting]: readonly ClusterSettings[K][] }

/** Images are dealt into so many parts: what is chosen on all others is scored on each. */
const PARTS = 5

/** Fewer images than these choose nothing: of many settings one is the best by chance. */
export const FEWEST_SWEPT = 8

/** Differences of a mean up to this are rounding. */
const EQUAL = 1e-9

function sweepGrid(own: ClusterSettings): SweepGrid {
  return {
    foreground: withOwn(VALUES.foreground, own.foreground),
    sigma: own.separate ? withOwn(VALUES.sigma, own.sigma) : [own.sigma],
    alpha: own.separate ? withOwn(VALUES.alpha, own.alpha) : [own.alpha],
    minArea: withOwn(VALUES.minArea, own.minArea),
    minScore: withOwn(VALUES.minScore, own.minScore),
  }
}

/** Ascending; smoothing by size (null) first. */
function withOwn<T extends number | null>(values: readonly T[], own: T): T[] {
  return [...new Set([...values, own])].sort((a, b) => (a ?? 0) - (b ?? 0))
}

/**
 * The F2 of one image at every combination of a grid, exactly; but for rectangles that overlap, where the surer one has the pixels though
 * it may be dropped later.
 * @returns [foreground, sigma, alpha, minArea, minScore] row-major, 0..1
 */
export function sweepImage(
  image: TuneImage,
  { own, calibration }: { own: ClusterSettings; calibration: Calibration | null },
): Float64Array {
  const grid = sweepGrid(own)
  const clusterer = new Clusterer(image.inference, null)
  const f2: number[] = []
  for (const foreground of grid.foreground) {
    for (const sigma of grid.sigma) {
      for (const alpha of grid.alpha) {
        const way = { ...own, foreground, sigma, alpha, minArea: grid.minArea[0]! }
        const found = candidatesWith(clusterer, image, way)
        const scores = found.candidates.map((one) => scoreOf(one.features, one.foreground, calibration))
        for (const minArea of grid.minArea) {
          for (const minScore of grid.minScore) {
            f2.push(f2OfEach([found], [scores], { minArea, minScore })[0]!)
          }
        }
      }
    }
  }
  return Float64Array.from(f2)
}

/** An image's answer to a sweep. */
export interface Swept {
  /** as `sweepImage` gives it */
  f2: Float64Array
  /** images of one scene have one number: they are chosen on together, or not at all */
  group: number
}

/** What a setting gives at each of its values, the others being the best ones. */
interface SweepCurve {
  setting: SweptSetting
  /** `gain` over the run's own settings, in pairs, with its 95 % interval */
  points: { value: number | null; f2: number; gain: Estimate }[]
}

export interface SweepFound {
  /** mean F2 with the run's own settings, 0..1 */
  ownF2: number
  /** the highest mean; of equals those that move least */
  best: ClusterSettings
  /** of the images that they were chosen on */
  bestF2: number
  /** F2 above the run's own settings on images that had no say in the choice, 95 % interval over images */
  gain: Estimate
  /** the gain is more than chance, on images enough */
  better: boolean
  curves: SweepCurve[]
}

/** Chooses among all combinations. @param images at least one, swept with `own` */
export function chooseSettings(images: readonly Swept[], own: ClusterSettings): SweepFound {
  const grid = new Grid(own)
  const n = images.length
  const sums = sumOf(images, grid.size)
  const best = grid.bestOf(sums)
  const unseen = outOfPart(images, grid, sums)
  const gain = meanGain(images.map(({ f2 }, i) => f2[unseen[i]!]! - f2[grid.own]!))
  return {
    ownF2: sums[grid.own]! / n,
    best: grid.settingsAt(best),
    bestF2: sums[best]! / n,
    gain,
    better: n >= FEWEST_SWEPT && best !== grid.own && verdictOf(gain) === 'better',
    curves: SWEPT.map((setting) => ({
      setting,
      points: grid.along(setting, best).map(({ value, at }) => ({
        value,
        f2: sums[at]! / n,
        gain: meanGain(
          images.map(({ f2 }) => f2[at]! - f2[grid.own]!),
          { samples: 1000 },
        ),
      })),
    })),
  }
}

/** By image: what would have been chosen without it and those of its part. */
function outOfPart(images: readonly Swept[], grid: Grid, sums: Float64Array): number[] {
  const groups = [...new Set(images.map(({ group }) => group))]
  const partOf = new Map(groups.map((group, i) => [group, i % PARTS]))
  const chosen = Array.from({ length: PARTS }, (_, part) => {
    const inside = images.filter(({ group }) => partOf.get(group) === part)
    const own = sumOf(inside, grid.size)
    // with one part there is nothing left to choose on
    return inside.length === images.length ? grid.own : grid.bestOf(sums.map((sum, at) => sum - own[at]!))
  })
  return images.map(({ group }) => chosen[partOf.get(group)!]!)
}

function sumOf(images: readonly Swept[], size: number): Float64Array {
  const sums = new Float64Array(size)
  for (const { f2 } of images) for (let at = 0; at < size; at++) sums[at]! += f2[at]!
  return sums
}

/** The combinations of a grid by their place in a row. */
class Grid {
  readonly size: number
  /** place of the run's own settings */
  readonly own: number
  readonly #settings: ClusterSettings
  readonly #values: SweepGrid
  readonly #home: readonly number[]

  constructor(own: ClusterSettings) {
    this.#settings = own
    this.#values = sweepGrid(own)
    const home = SWEPT.map((setting) => this.#list(setting).indexOf(own[setting]))
    this.#home = home
    this.size = SWEPT.reduce((size, setting) => size * this.#list(setting).length, 1)
    this.own = this.#placeOf(home)
  }

  settingsAt(at: number): ClusterSettings {
    const places = this.#placesAt(at)
    const [foreground, sigma, alpha, minArea, minScore] = places
    const values = this.#values
    return {
      ...this.#settings,
      foreground: values.foreground[foreground!]!,
      sigma: values.sigma[sigma!] ?? null,
      alpha: values.alpha[alpha!]!,
      minArea: values.minArea[minArea!]!,
      minScore: values.minScore[minScore!]!,
    }
  }

  /** The highest sum; of equals those that move the fewest settings, and these least. */
  bestOf(sums: Float64Array): number {
    let best = this.own
    let moved = 0
    for (let at = 0; at < sums.length; at++) {
      const gain = sums[at]! - sums[best]!
      if (gain < -EQUAL) continue
      const distance = this.#distance(at)
      if (gain <= EQUAL && distance >= moved) continue
      best = at
      moved = distance
    }
    return best
  }

  /** The values of one setting, the others as they are at a place. */
  along(setting: SweptSetting, at: number): { value: number | null; at: number }[] {
    const axis = SWEPT.indexOf(setting)
    const places = this.#placesAt(at)
    return this.#list(setting).map((value, i) => ({
      value,
      at: this.#placeOf(places.map((place, other) => (other === axis ? i : place))),
    }))
  }

  #list(setting: SweptSetting): readonly (number | null)[] {
    return this.#values[setting]
  }

  /** A setting that moves counts more than any number of steps. */
  #distance(at: number): number {
    return this.#placesAt(at).reduce((sum, place, axis) => {
      const steps = Math.abs(place - this.#home[axis]!)
      return sum + (steps > 0 ? 1000 + steps : 0)
    }, 0)
  }

  #placeOf(places: readonly number[]): number {
    return SWEPT.reduce((at, setting, axis) => at * this.#list(setting).length + places[axis]!, 0)
  }

  #placesAt(at: number): number[] {
    const places: number[] = []
    let rest = at
    for (const setting of [...SWEPT].reverse()) {
      const { length } = this.#list(setting)
      places.unshift(rest % length)
      rest = Math.floor(rest / length)
    }
    return places
  }
}
