import type { SparseInference } from '../../contract/engine.ts'
import type { ClusterSettings } from '../../contract/wire.ts'
import { Clusterer } from '../cluster/clusterer.ts'
import type { InstanceFeatures } from '../cluster/features.ts'
import type { Judged } from './calibrate.ts'
import type { Rle } from '../mask/rle.ts'
import { maximumMatching } from '../metric/matching.ts'
import { countedOf } from '../metric/ignoring.ts'
import { areDisjoint, overlapsBetween } from '../metric/overlap.ts'
import { f2Of, levelOf, TWENTIETHS } from '../metric/thresholds.ts'

/** An image to choose settings on. */
export interface TuneImage {
  inference: SparseInference
  /** its ships, empty masks left out */
  truth: readonly Rle[]
  /** areas where nobody can tell; left out: none */
  ignored?: readonly Rle[] | undefined
}

/** An instance as far as choosing by size and score needs it: without its mask. */
export interface Candidate {
  /** px */
  area: number
  features: InstanceFeatures
  /** mean foreground, 0..1 */
  foreground: number
}

/** A truth instance and a candidate with IoU > 0.5. */
interface Hit {
  truth: number
  prediction: number
  /** how many of the ten thresholds the IoU is above, 1..10 */
  level: number
}

/** What one way of clustering finds on one image, before small and faint instances are dropped. */
export interface Candidates {
  ships: number
  candidates: Candidate[]
  hits: Hit[]
  /** true where no two truth instances overlap: then each threshold's hits are one to one by themselves */
  disjoint: boolean
}

/**
 * Clusters an image once, and leaves out what is found in areas to ignore; whatever minArea >= `settings.minArea` and minScore keep follows without clustering again, but where
 * rectangles overlap: there the surer one has the pixels, though it may be dropped later.
 */
export function candidatesOf(image: TuneImage, settings: ClusterSettings): Candidates {
  return candidatesWith(new Clusterer(image.inference, null), image, settings)
}

/** As {@link candidatesOf}, for settings that follow each other. @param clusterer of the image, without a calibration */
export function candidatesWith(
  clusterer: Clusterer,
  { truth, ignored }: TuneImage,
  settings: ClusterSettings,
): Candidates {
  const { clusters, instances: found } = clusterer.cluster({ ...settings, minScore: 0 })
  const counts = countedOf(
    truth,
    found.map(({ rle }) => rle),
    ignored ?? [],
  )
  const instances = found.filter((_, i) => counts[i])
  const overlaps = overlapsBetween(
    truth,
    instances.map(({ rle }) => rle),
  )
  return {
    ships: truth.length,
    candidates: instances.map(({ cluster }) => {
      const { pixels, features, score } = clusters[cluster]!
      return { area: pixels, features, foreground: score }
    }),
    hits: overlaps.flatMap((overlap) => {
      const { truth, prediction } = overlap
      const level = levelOf(overlap)
      return level === 0 ? [] : [{ truth, prediction, level }]
    }),
    disjoint: areDisjoint(truth),
  }
}

/** The instances of at least this size, and whether they are right: what a calibration is fitted to. */
export function judgedOf(images: readonly Candidates[], minArea: number): (Judged & { candidate: number })[] {
  return images.flatMap(({ candidates, hits }, image) => {
    const right = new Set(hits.map(({ prediction }) => prediction))
    return candidates.flatMap(({ area, features }, candidate) =>
      area >= minArea ? [{ image, candidate, features, hit: right.has(candidate) }] : [],
    )
  })
}

/** What settings give on a set of images. */
export interface Evaluation {
  /** mean over images, 0..1; 0 without images */
  f2: number
  /** mean over the images with ships; null without such */
  f2WithShips: number | null
  emptyImages: number
  /** empty images on which nothing is found */
  emptyClean: number
  ships: number
  /** ships found at IoU > 0.5 */
  found: number
}

type Limits = Pick<ClusterSettings, 'minArea' | 'minScore'>

/** What is left of one image's candidates: the exact score, how many there are, and how many of them are hits at IoU > 0.5. */
function evaluateImage(
  image: Candidates,
  scores: readonly number[],
  { minArea, minScore }: Limits,
): { f2: number; kept: number; found: number } {
  const isKept = (c: number): boolean => image.candidates[c]!.area >= minArea && scores[c]! >= minScore
  let kept = 0
  for (let c = 0; c < image.candidates.length; c++) if (isKept(c)) kept++
  if (image.hits.length === 0) return { f2: f2Of(0, kept, image.ships), kept, found: 0 }
  const counts = truePositives(image, isKept)
  const sum = counts.reduce((total, tp) => total + f2Of(tp, kept - tp, image.ships - tp), 0)
  return { f2: sum / TWENTIETHS.length, kept, found: counts[0]! }
}

/** [images] The exact F2 of what is left of the candidates. @param scores by image, as for {@link evaluate} */
export function f2OfEach(
  images: readonly Candidates[],
  scores: readonly (readonly number[])[],
  limits: Limits,
): number[] {
  return images.map((image, i) => evaluateImage(image, scores[i]!, limits).f2)
}

/**
 * The exact score of what is left of the candidates.
 * @param scores by image, [candidates] each: what minScore is compared with
 */
export function evaluate(
  images: readonly Candidates[],
  scores: readonly (readonly number[])[],
  limits: Limits,
): Evaluation {
  const sum: Evaluation = { f2: 0, f2WithShips: null, emptyImages: 0, emptyClean: 0, ships: 0, found: 0 }
  let withShips = 0
  let f2WithShips = 0
  images.forEach((image, i) => {
    const { f2, kept, found } = evaluateImage(image, scores[i]!, limits)
    sum.f2 += f2
    sum.ships += image.ships
    sum.found += found
    if (image.ships > 0) {
      withShips++
      f2WithShips += f2
    } else {
      sum.emptyImages++
      if (kept === 0) sum.emptyClean++
    }
  })
  if (images.length > 0) sum.f2 /= images.length
  if (withShips > 0) sum.f2WithShips = f2WithShips / withShips
  return sum
}

/** [10] true positives at each threshold. */
function truePositives(
  { hits, disjoint }: Candidates,
  isKept: (candidate: number) => boolean,
): readonly number[] {
  if (!disjoint) {
    const kept = hits.filter(({ prediction }) => isKept(prediction))
    return TWENTIETHS.map((_, at) => maximumMatching(kept.filter(({ level }) => level > at)).length)
  }
  const counts = TWENTIETHS.map(() => 0)
  for (const { prediction, level } of hits) {
    if (isKept(prediction)) for (let at = 0; at < level; at++) counts[at]!++
  }
  return counts
}
