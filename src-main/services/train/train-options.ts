import type { TrainSettings } from '../../contract/wire.ts'
import type { TrainSource } from './train-plan.ts'

/** What a training is made of. */
export interface TrainOptions {
  train: TrainSource[]
  validation: TrainSource[]
  /** those of `train` whose masks people have checked, to choose post-processing on; default: all */
  checked?: TrainSource[]
  /** folder of the version to start from; null: from scratch */
  from: string | null
  /** folder of the new version, and of its checkpoint meanwhile */
  out: string
  /** go on from the checkpoint in `out` */
  resume: boolean
  settings: Omit<TrainSettings, 'from'>
  /** each validation's weights stay as a model beside the version, to look at and to keep */
  snapshots?: boolean
  /** the weights of the last step are the version, not those that validate best */
  keepLast?: boolean
  /** number of different synthetic scenes; null = every one is new */
  syntheticScenes: number | null
  /** what the card says of where the data come from and how to make the version again */
  origin: { data: string; licence: string; credits: string[]; reproduce: string }
}
