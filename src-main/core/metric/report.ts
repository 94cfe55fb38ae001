import { areaOf } from '../mask/rle.ts'
import type { Rle } from '../mask/rle.ts'
import { randomFrom } from '../random.ts'
import { hasShips, scoreImage } from './f2.ts'
import type { ImageResult } from './f2.ts'
import { intervalOf } from './interval.ts'
import type { Estimate, Interval } from './interval.ts'
import { summarise } from './sums.ts'
import { f2Of, TWENTIETHS } from './thresholds.ts'
import { touchingMasks } from './touching.ts'

/** What a set's score is made of, with how far chance could move it. */

export interface ReportImage {
  /** instances, empty masks left out */
  truth: readonly Rle[]
  prediction: readonly Rle[]
  /** names of the categories of `truth`, one for each; left out: nobody asks for them */
  categories?: readonly string[]
  /** of the image in px: which ships touch follows from it */
  height: number
}

/** Ships of one kind, and how many of them were found at IoU > 0.5. */
export interface Recall {
  ships: number
  found: number
}

/** Ships by area in px: from the first bound on, up to, not including, the second. */
export const AREAS = [
  [0, 100],
  [100, 400],
  [400, 1500],
  [1500, Infinity],
] as const

/** A class of {@link AREAS} as people read it. */
export function areaName(from: number, to: number): string {
  if (from === 0) return `under ${to} px`
  return Number.isFinite(to) ? `${from} to ${to} px` : `from ${from} px`
}

/** Place in `AREAS` of a ship of this area, in px. */
export function areaClass(area: number): number {
  return AREAS.findIndex(([from, to]) => area >= from && area < to)
}

export interface Report {
  images: number
  /** null without images */
  f2: Estimate | null
  /** over images with at least one truth instance; null without such */
  f2WithShips: Estimate | null
  /** of the counts summed over images */
  pooledF2: Estimate | null
  emptyImages: number
  /** empty images without a prediction */
  emptyClean: number
  recall: {
    all: Recall
    /** by truth area, as `AREAS` */
    byArea: Recall[]
    /** next to, or over, another truth instance, diagonals included */
    touching: Recall
    lone: Recall
    /** by name, most ships first; empty where no image says its categories */
    byCategory: (Recall & { name: string })[]
  }
  bootstrap: { samples: number; seed: number }
}

/**
 * Reports on predictions against truth.
 * @param seed of the bootstrap: the same one gives the same intervals
 */
export function reportOn(
  images: readonly ReportImage[],
  { samples = 1000, seed = 1 }: { samples?: number; seed?: number } = {},
): Report {
  const results = images.map(({ truth, prediction }) => scoreImage(truth, prediction))
  const set = summarise(results)
  const intervals = bootstrap(results, samples, seed)
  const estimate = (value: number | null, of: keyof Intervals): Estimate | null =>
    value === null ? null : { value, ...intervals[of] }
  const empty = images.filter(({ truth }) => truth.length === 0)
  return {
    images: images.length,
    f2: estimate(set.f2, 'f2'),
    f2WithShips: estimate(set.f2WithShips, 'f2WithShips'),
    pooledF2: estimate(set.pooledF2, 'pooledF2'),
    emptyImages: empty.length,
    emptyClean: empty.filter(({ prediction }) => prediction.length === 0).length,
    recall: recallOf(images, results),
    bootstrap: { samples, seed },
  }
}

function recallOf(images: readonly ReportImage[], results: readonly ImageResult[]): Report['recall'] {
  const none = (): Recall => ({ ships: 0, found: 0 })
  const recall = { all: none(), byArea: AREAS.map(none), touching: none(), lone: none() }
  const byCategory = new Map<string, Recall>()
  images.forEach(({ truth, categories, height }, i) => {
    const found = new Set(results[i]!.matches.map((match) => match.truth))
    const touching = touchingMasks(truth, height)
    truth.forEach((mask, t) => {
      const byArea = recall.byArea[areaClass(areaOf(mask))]!
      const name = categories?.[t]
      const named = name === undefined ? [] : [byCategory.get(name) ?? none()]
      if (name !== undefined) byCategory.set(name, named[0]!)
      for (const kind of [recall.all, byArea, touching[t] ? recall.touching : recall.lone, ...named]) {
        kind.ships++
        if (found.has(t)) kind.found++
      }
    })
  })
  const named = Array.from(byCategory, ([name, own]) => ({ name, ...own }))
  return { ...recall, byCategory: named.sort((a, b) => b.ships - a.ships || (a.name < b.name ? -1 : 1)) }
}

type Intervals = Record<'f2' | 'f2WithShips' | 'pooledF2', Interval>

/** Percentile intervals: images drawn with replacement, as many as there are; draws without ships say nothing of images with ships. */
function bootstrap(
  results: readonly Pick<ImageResult, 'f2' | 'thresholds'>[],
  samples: number,
  seed: number,
): Intervals {
  const random = randomFrom(seed)
  const n = results.length
  const means: Record<keyof Intervals, number[]> = { f2: [], f2WithShips: [], pooledF2: [] }
  const pooled = TWENTIETHS.map(() => ({ tp: 0, fp: 0, fn: 0 }))
  for (let sample = 0; sample < samples && n > 0; sample++) {
    for (const sum of pooled) sum.tp = sum.fp = sum.fn = 0
    let [all, ships, withShips] = [0, 0, 0]
    for (let i = 0; i < n; i++) {
      const { f2, thresholds } = results[Math.floor(random() * n)]!
      all += f2
      if (hasShips({ thresholds })) {
        ships += f2
        withShips++
      }
      for (let k = 0; k < pooled.length; k++) {
        const [sum, at] = [pooled[k]!, thresholds[k]!]
        sum.tp += at.tp
        sum.fp += at.fp
        sum.fn += at.fn
      }
    }
    means.f2.push(all / n)
    if (withShips > 0) means.f2WithShips.push(ships / withShips)
    const total = pooled.reduce((sum, { tp, fp, fn }) => sum + f2Of(tp, fp, fn), 0)
    means.pooledF2.push(total / pooled.length)
  }
  return {
    f2: intervalOf(means.f2),
    f2WithShips: intervalOf(means.f2WithShips),
    pooledF2: intervalOf(means.pooledF2),
  }
}
