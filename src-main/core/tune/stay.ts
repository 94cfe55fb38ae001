import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import { scoreOf } from '../cluster/features.ts'
import { rescale } from './calibrate.ts'
import { evaluate, f2OfEach, judgedOf } from './candidates.ts'
import type { Candidates } from './candidates.ts'
import { operatingPointsOf } from './operating-points.ts'
import type { Tuned } from './tuned.ts'

/**
 * What was used before, for other weights: the same instances as ever. Their scores become probabilities again, in the same order,
 * where there are instances enough to tell.
 * @param images clustered with `settings`
 * @param before what scores were calibrated with; null: they are mean foreground
 * @param minScores others to choose from
 */
export function keepSettings(
  images: readonly Candidates[],
  settings: ClusterSettings,
  before: Calibration | null,
  minScores: readonly number[],
): Tuned & { each: number[] } {
  const rescaled = rescale(judgedOf(images, settings.minArea), before)
  const calibration = rescaled?.calibration ?? before
  const minScore = rescaled?.scoreOf(settings.minScore) ?? settings.minScore
  const scores = images.map(({ candidates }) =>
    candidates.map(({ features, foreground }) => scoreOf(features, foreground, calibration)),
  )
  const kept = { ...settings, minScore }
  return {
    settings: kept,
    calibration,
    kept: true,
    reliability: null,
    secondOpinion: null,
    ...measuredFigures(images, scores, kept, minScores),
  }
}

/** What settings give on images, at their own least score and at others. @param scores by image, as for {@link evaluate} */
export function measuredFigures(
  images: readonly Candidates[],
  scores: readonly (readonly number[])[],
  { minArea, minScore }: ClusterSettings,
  minScores: readonly number[],
): Pick<Tuned, 'operatingPoints' | 'evaluation'> & { each: number[] } {
  const curve = [...new Set([...minScores, minScore])]
    .sort((a, b) => a - b)
    .map((least) => ({ minScore: least, evaluation: evaluate(images, scores, { minArea, minScore: least }) }))
  return {
    operatingPoints: operatingPointsOf(curve, minScore),
    evaluation: evaluate(images, scores, { minArea, minScore }),
    each: f2OfEach(images, scores, { minArea, minScore }),
  }
}

/** Less than this many standard errors is chance, and the more so as the other side was chosen for being high. */
const SURE = 2

/** Whether F2 rises by more than chance from one way to another. @param each [images] F2 of each, both ways */
export function isSurelyBetter(each: readonly number[], before: readonly number[]): boolean {
  const gains = each.map((f2, i) => f2 - before[i]!)
  const n = gains.length
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / n
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0)
  return n > 1 && mean > SURE * Math.sqrt(squares / (n - 1) / n)
}
