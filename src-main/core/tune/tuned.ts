import type { Calibration, ClusterSettings, OperatingPoint, ReliabilityBin } from '../../contract/wire.ts'
import type { Evaluation } from './candidates.ts'
import type { SecondOpinion } from './second-opinion.ts'

/** How instances are made of inferences, as chosen. */
export interface Tuned {
  /** for runs of this version; minScore is compared with the calibrated score where there is a calibration */
  settings: ClusterSettings
  /** null: too few instances, a score stays the mean foreground */
  calibration: Calibration | null
  /** from the cleanest; the balanced one is `settings` */
  operatingPoints: OperatingPoint[]
  /** true: nothing was better than what was there before by more than chance */
  kept: boolean
  /** what calibrated scores mean, on instances that their regression has not seen; null: there is no calibration of these images */
  reliability: ReliabilityBin[] | null
  /** whether scores are those of a second opinion, or why not; null: none was asked for */
  secondOpinion: SecondOpinion | null
  /** what `settings` give on the images they were chosen on, calibrated scores from regressions that have not seen the image */
  evaluation: Evaluation
}
