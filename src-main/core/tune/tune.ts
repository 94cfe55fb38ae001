import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import { scoreOf } from '../cluster/features.ts'
import { areRectangles } from '../cluster/rectangles.ts'
import type { Rle, Size } from '../mask/rle.ts'
import { fitCalibration, fitSecondOpinion } from './calibrate.ts'
import type { Calibrated, Judged } from './calibrate.ts'
import { compareOpinions, FEWEST_FOR_OPINION } from './second-opinion.ts'
import { reliabilityOf } from './reliability.ts'
import { candidatesOf, evaluate, judgedOf } from './candidates.ts'
import type { Candidates, Evaluation, TuneImage } from './candidates.ts'
import type { Tuned } from './tuned.ts'
import { worthOf } from './worth.ts'
import { measuredFigures, isSurelyBetter, keepSettings } from './stay.ts'

/** Units of spread between regions that stay apart; with the largest hardly any do. */
const ALPHAS = [1.6, 2, 2.4, 3, 4.5]

/** Each alpha without and with necks. */
const SEPARATIONS = [false, true].flatMap((necks) =>
  ALPHAS.map((alpha) => ({ separate: true, alpha, necks })),
)

/**
 * What is tried, one row after the other. The grids are coarse on purpose: a few dozen images cannot tell neighbours apart, and
 * of many values one is the best by chance.
 */
const GRID = {
  foreground: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((foreground) => ({ foreground })),
  separation: [{ separate: false }, ...SEPARATIONS],
  apart: SEPARATIONS,
  sigma: [null, 1.5, 3].map((sigma) => ({ sigma })),
  fitted: [false, true].map((fitted) => ({ fitted })),
} as const satisfies Record<string, readonly Partial<ClusterSettings>[]>

const MIN_AREAS = [4, 8, 16, 32, 64] as const

/** A second opinion goes by the area too, so it may judge what is smaller than the least area without it. */
const SMALLEST_JUDGED = 8

/** 0, 0.05 ... 0.95, and closer ones above: a network that is sure of itself tells ships from others only there */
export const MIN_SCORES = [...Array.from({ length: 20 }, (_, i) => i / 20), 0.97, 0.98, 0.99]

/** How pixels are clustered stays as it was unless another way gains more than this: less is chance. */
const LEAST_GAIN = 1e-3

/** Fewer images than these choose the least score alone, fewer ships nothing: of many ways one is the best by chance. */
export const FEWEST_IMAGES = 16
export const FEWEST_SHIPS = 8

/** Least scores that are worth up to this much less than the best one are as good: the one nearest to what it was is taken. */
export const WORTH_MOVING = 0.005

export interface TuneOptions {
  /**
   * What is maximised is {@link worthOf}, ties decided by the images with ships. Settings that leave a smaller share of the
   * empty images clean than this are taken only where no others do better. Default null: no demand
   */
  cleanShare?: number | null
  /**
   * Set: `start` was chosen before, on other images or for other weights, and stays unless another way is better by more than chance.
   * What its scores were calibrated with; null: they are mean foreground
   */
  before?: Calibration | null
  /** whether instances become rectangles: as the truth is drawn, where it has ships enough to tell and nothing was chosen `before`; or as at the start */
  shape?: 'as truth' | 'as it was'
  /** what is tried, in this order; default: foreground, separation, sigma, and whether rectangles are fitted */
  vary?: readonly (keyof typeof GRID)[]
  /** awaited after each way of clustering, a fraction of a second each: lets other work in; what it throws ends the search */
  between?: () => Promise<void>
}

type CleanShare = number | null

const ALL = ['foreground', 'separation', 'sigma', 'fitted'] as const

/** Whether settings can be chosen on these images. */
export function canTune(images: readonly Pick<TuneImage, 'truth'>[]): boolean {
  return images.length >= FEWEST_IMAGES && canTuneLeastScore(images)
}

/** Whether at least the least score can be chosen on these images. */
export function canTuneLeastScore(images: readonly Pick<TuneImage, 'truth'>[]): boolean {
  return images.reduce((sum, { truth }) => sum + truth.length, 0) >= FEWEST_SHIPS
}

/**
 * Chooses the least score alone: of all within {@link WORTH_MOVING} of the best the one nearest to what it was. Other
 * weights are surer or less sure of the same ships, so the old one rarely suits them. With too few ships it stays.
 * @param found of each image, clustered with `start`
 * @param calibration what the scores were calibrated with before; null: they are mean foreground
 */
export function tuneLeastScore(
  found: readonly Candidates[],
  start: ClusterSettings,
  calibration: Calibration | null,
): { settings: ClusterSettings; evaluation: Evaluation } {
  const scores = found.map(({ candidates }) =>
    candidates.map(({ features, foreground }) => scoreOf(features, foreground, calibration)),
  )
  const enough = found.reduce((sum, { ships }) => sum + ships, 0) >= FEWEST_SHIPS
  const tried = [...(enough ? MIN_SCORES : []), start.minScore].map((minScore) => {
    const settings = { ...start, minScore }
    return { settings, evaluation: evaluate(found, scores, settings) }
  })
  const highest = Math.max(...tried.map(({ evaluation }) => worthOf(evaluation)))
  const distance = ({ settings }: (typeof tried)[number]): number =>
    Math.abs(settings.minScore - start.minScore)
  return tried
    .filter(({ evaluation }) => worthOf(evaluation) >= highest - WORTH_MOVING)
    .reduce((nearest, other) => (distance(other) < distance(nearest) ? other : nearest))
}

/**
 * Chooses how instances are made of inferences, and calibrates their scores. One setting after the other is tried over its grid;
 * for each the images are clustered once, and the best of all pairs of minArea and minScore counts. Deterministic; keeps no masks.
 * @param start where the search begins, and what is kept where nothing better is found
 */
export async function tuneClustering(
  images: readonly TuneImage[],
  start: ClusterSettings,
  { cleanShare = null, shape = 'as truth', before, vary = ALL, between }: TuneOptions = {},
): Promise<Tuned> {
  const asked = shape === 'as truth' && before === undefined
  const drawn = asked ? areRectangles(truthOf(images)) : null
  const first = { ...start, rectangles: drawn ?? start.rectangles }
  let best = bestWith(images, first, cleanShare)
  for (const name of vary) {
    const soFar = best
    // Where components are not separated, how they would be makes no difference.
    if (!soFar.settings.separate && name === 'sigma') continue
    if (!soFar.settings.rectangles && name === 'fitted') continue
    for (const part of GRID[name]) {
      const settings = { ...soFar.settings, ...part }
      if (sameClustering(settings, soFar.settings)) continue
      await between?.()
      const tried = bestWith(images, settings, cleanShare)
      const gain = best === soFar ? LEAST_GAIN : 0
      if (isBetter(tried.evaluation, best.evaluation, cleanShare, gain)) best = tried
    }
  }
  await between?.()
  const { each, ...found } = calibrated(best, cleanShare)
  if (before === undefined) return found
  const { each: eachBefore, ...kept } = keepSettings(
    images.map((image) => candidatesOf(image, first)),
    first,
    before,
    MIN_SCORES,
  )
  return isSurelyBetter(each, eachBefore) ? found : kept
}

function truthOf(images: readonly TuneImage[]): { masks: readonly Rle[]; size: Size }[] {
  return images.map(({ truth, inference }) => ({ masks: truth, size: inference }))
}

function sameClustering(a: ClusterSettings, b: ClusterSettings): boolean {
  const unseparated = !a.separate && !b.separate
  const separatedAlike =
    a.separate && b.separate && a.alpha === b.alpha && a.necks === b.necks && a.sigma === b.sigma
  const drawnAlike = (a.fitted ?? false) === (b.fitted ?? false)
  return a.foreground === b.foreground && drawnAlike && (unseparated || separatedAlike)
}

interface Found {
  settings: ClusterSettings
  evaluation: Evaluation
  images: Candidates[]
}

/** The best minArea and minScore, by mean foreground, for one way of clustering. */
function bestWith(images: readonly TuneImage[], settings: ClusterSettings, cleanShare: CleanShare): Found {
  const found = images.map((image) => candidatesOf(image, { ...settings, minArea: MIN_AREAS[0] }))
  const scores = found.map(({ candidates }) => candidates.map(({ foreground }) => foreground))
  const rows = MIN_AREAS.map((minArea) => bestScore(found, scores, minArea, cleanShare))
  const { minArea, minScore, evaluation } = middleOfBest(rows, cleanShare)
  return { settings: { ...settings, minArea, minScore }, evaluation, images: found }
}

/** The best minScore of those that leave so many empty images clean; the highest where none does. */
function bestScore(
  images: readonly Candidates[],
  scores: readonly (readonly number[])[],
  minArea: number,
  cleanShare: CleanShare,
  cleanAtLeast = 0,
): { minArea: number; minScore: number; evaluation: Evaluation } {
  const tried = MIN_SCORES.map((minScore) => ({
    minArea,
    minScore,
    evaluation: evaluate(images, scores, { minArea, minScore }),
  }))
  const clean = tried.filter(({ evaluation }) => evaluation.emptyClean >= cleanAtLeast)
  return middleOfBest(clean.length > 0 ? clean : tried.slice(-1), cleanShare)
}

/** Of values in order the middle one of the first stretch that is best: furthest from where the answer changes. */
function middleOfBest<T extends { evaluation: Evaluation }>(tried: readonly T[], cleanShare: CleanShare): T {
  let from = 0
  tried.forEach(({ evaluation }, i) => {
    if (isBetter(evaluation, tried[from]!.evaluation, cleanShare, 0)) from = i
  })
  const best = tried[from]!.evaluation
  let to = from
  while (to + 1 < tried.length && !isBetter(best, tried[to + 1]!.evaluation, cleanShare, 0)) to++
  return tried[(from + to) >> 1]!
}

/**
 * Puts probabilities in the place of mean foreground where there are instances enough, and chooses minScore anew. They are those of a second opinion where that finds more
 * by more than chance, and leaves as many empty images clean.
 */
function calibrated({ settings, images }: Found, cleanShare: CleanShare): Tuned & { each: number[] } {
  const first = scoredBy(fitCalibration, images, settings.minArea)
  const minScore = first.fitted
    ? bestScore(images, first.scores, settings.minArea, cleanShare).minScore
    : settings.minScore
  const plain = measured(images, first, { ...settings, minScore })
  const none = { ...plain, secondOpinion: { kept: false, gain: null } }
  if (images.reduce((sum, { ships }) => sum + ships, 0) < FEWEST_FOR_OPINION) return none
  const minArea = Math.min(settings.minArea, SMALLEST_JUDGED)
  const second = scoredBy(fitSecondOpinion, images, minArea)
  if (!second.fitted) return none
  const least = bestScore(images, second.scores, minArea, cleanShare, plain.evaluation.emptyClean).minScore
  const further = measured(images, second, { ...settings, minArea, minScore: least })
  const secondOpinion = compareOpinions(images, plain, further)
  return { ...(secondOpinion.kept ? further : plain), secondOpinion }
}

interface ScoredBy {
  fitted: Calibrated | null
  /** the instances that it was fitted to */
  judged: readonly Judged[]
  /** by image, of each candidate: its probability by a regression that has not seen its image; without a calibration its mean foreground */
  scores: number[][]
}

/** What the instances of at least this size score by a regression that is fitted to them. */
function scoredBy(
  fit: (judged: readonly Judged[]) => Calibrated | null,
  images: readonly Candidates[],
  minArea: number,
): ScoredBy {
  const judged = judgedOf(images, minArea)
  const fitted = fit(judged)
  const scores = images.map(({ candidates }) => candidates.map(({ foreground }) => (fitted ? 0 : foreground)))
  fitted?.crossFitted.forEach((probability, i) => {
    const { image, candidate } = judged[i]!
    scores[image]![candidate] = probability
  })
  return { fitted, judged, scores }
}

function measured(
  images: readonly Candidates[],
  { fitted, judged, scores }: ScoredBy,
  chosen: ClusterSettings,
): Omit<Tuned, 'secondOpinion'> & { each: number[] } {
  return {
    ...{ settings: chosen, calibration: fitted?.calibration ?? null, kept: false },
    reliability:
      fitted &&
      reliabilityOf(fitted.crossFitted.map((probability, i) => ({ probability, hit: judged[i]!.hit }))),
    ...measuredFigures(images, scores, chosen, MIN_SCORES),
  }
}

/** Differences up to this are rounding. */
const EQUAL = 1e-9

/** Whether `a` serves the objective better than `b`, by more than `gain` where both meet its demand alike. */
function isBetter(a: Evaluation, b: Evaluation, cleanShare: CleanShare, gain: number): boolean {
  if (cleanShare !== null) {
    const short = ({ emptyClean, emptyImages }: Evaluation): number =>
      Math.max(0, Math.ceil(cleanShare * emptyImages - EQUAL) - emptyClean)
    if (short(a) !== short(b)) return short(a) < short(b)
  }
  const all = worthOf(a) - worthOf(b)
  if (Math.abs(all) > EQUAL) return all > gain + EQUAL
  return (a.f2WithShips ?? 0) - (b.f2WithShips ?? 0) > gain + EQUAL
}
