import { Option } from 'commander'
import type { Command } from 'commander'
import type { TrainSettings } from '../contract/wire.ts'
import { CROP_STEP, LOSS_UNITS } from '../contract/words.ts'
import type { Coordinates, LossUnit, NetworkSize } from '../contract/words.ts'
import { multiple, positive, upTo, whole } from './values.ts'

/** What a command line may say of a training. */
export interface TrainFlags {
  size?: NetworkSize
  coordinates?: Coordinates
  name?: string
  syntheticShare?: number
  epochs?: number
  minutes?: number
  steps?: number
  batch?: number
  crop?: number
  learningRate?: number
  embeddingWeight?: number
  lossUnit?: LossUnit
  sizeExponent?: number
  falseAlarmShare?: number
  magnify?: number
  validateEvery?: number
  seed?: number
  /** 0: none */
  patience?: number
}

/** Adds the options of one step of training, which every command that trains has. */
export function addStepOptions(command: Command): void {
  command
    .option('--batch <n>', 'crops a step', whole(1, 64))
    .option('--crop <px>', 'side of a crop', multiple(CROP_STEP, 64, 1024))
    .option('--learning-rate <x>', 'of AdamW', positive(1))
    .option(
      '--embedding-weight <x>',
      'of the semi-convolutional loss; 0: embeddings are not trained',
      upTo(100),
    )
    .addOption(
      new Option(
        '--loss-unit <unit>',
        'what counts alike in the loss of the foreground: each pixel, or each ship with the water beside it',
      ).choices(LOSS_UNITS),
    )
    .option(
      '--size-exponent <x>',
      'centre crops on ships drawn by area to the minus this; 0: each alike',
      upTo(1),
    )
    .option(
      '--false-alarm-share <0..0.4>',
      'share of crops around what the weights of then take for ships wrongly',
      upTo(0.4),
    )
}

/** The settings with what the command line says in their place. @param options at most one of epochs, minutes and steps */
export function withOptions(defaults: TrainSettings, options: TrainFlags): TrainSettings {
  const { epochs = null, minutes = null, steps = null } = options
  const limits = epochs === null && minutes === null && steps === null ? {} : { epochs, minutes, steps }
  return {
    ...defaults,
    ...limits,
    size: options.size ?? defaults.size,
    coordinates: options.coordinates ?? defaults.coordinates,
    name: options.name ?? defaults.name,
    batch: options.batch ?? defaults.batch,
    crop: options.crop ?? defaults.crop,
    learningRate: options.learningRate ?? defaults.learningRate,
    embeddingWeight: options.embeddingWeight ?? defaults.embeddingWeight,
    lossUnit: options.lossUnit ?? defaults.lossUnit,
    sizeExponent: options.sizeExponent ?? defaults.sizeExponent,
    falseAlarmShare: options.falseAlarmShare ?? defaults.falseAlarmShare,
    magnify: options.magnify ?? defaults.magnify,
    syntheticShare: options.syntheticShare ?? defaults.syntheticShare,
    validateEvery: options.validateEvery ?? defaults.validateEvery,
    seed: options.seed ?? defaults.seed,
    patience: options.patience === 0 ? null : (options.patience ?? defaults.patience),
  }
}
