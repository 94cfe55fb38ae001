import type { Calibration, ClusterSettings, OperatingPoint } from '../../contract/wire.ts'
import { scoreOf } from '../cluster/features.ts'
import { candidatesOf } from './candidates.ts'
import type { Candidates, Evaluation, TuneImage } from './candidates.ts'
import { measuredFigures } from './stay.ts'
import { canTuneLeastScore, MIN_SCORES, tuneLeastScore, WORTH_MOVING } from './tune.ts'
import { worthOf } from './worth.ts'

/** Coarser than what many images choose from. */
const FOREGROUNDS = [0.3, 0.5, 0.7, 0.85] as const

/** The two thresholds that must suit the weights: how sure they are of one and the same pixel differs from step to step. */
interface Thresholds {
  settings: ClusterSettings
  evaluation: Evaluation
  /** from the cleanest; the balanced one is `settings` */
  operatingPoints: OperatingPoint[]
  /** what `settings` find in each image */
  found: Candidates[]
}

/**
 * Chooses from how sure a pixel and an instance must be, and nothing else, on images that the weights have not seen: the least that has to be chosen for
 * new weights, and what few images can choose. Of all within a few thousandths of the best ({@link worthOf}) the foreground nearest to what it was is taken, so that chance
 * alone moves nothing. With too few ships all stays.
 * @param calibration what scores were calibrated with before; null: they are mean foreground
 */
export function tuneThresholds(
  images: readonly TuneImage[],
  start: ClusterSettings,
  calibration: Calibration | null,
): Thresholds {
  const others = canTuneLeastScore(images) ? FOREGROUNDS.filter((one) => one !== start.foreground) : []
  const tried = [start.foreground, ...others].map((foreground) => {
    const found = images.map((image) => candidatesOf(image, { ...start, foreground }))
    return { found, ...tuneLeastScore(found, { ...start, foreground }, calibration) }
  })
  const highest = Math.max(...tried.map(({ evaluation }) => worthOf(evaluation)))
  const distance = ({ settings }: (typeof tried)[number]): number =>
    Math.abs(settings.foreground - start.foreground)
  const { settings, evaluation, found } = tried
    .filter((one) => worthOf(one.evaluation) >= highest - WORTH_MOVING)
    .reduce((nearest, other) => (distance(other) < distance(nearest) ? other : nearest))
  const scores = found.map(({ candidates }) =>
    candidates.map(({ features, foreground }) => scoreOf(features, foreground, calibration)),
  )
  const { operatingPoints } = measuredFigures(found, scores, settings, MIN_SCORES)
  return { settings, evaluation, operatingPoints, found }
}
