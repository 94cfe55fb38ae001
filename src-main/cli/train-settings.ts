import type { TrainSettings } from '../contract/wire.ts'
import type { NetworkSize } from '../contract/words.ts'

/** What a command line may say of a training. */
export interface TrainOptions {
  size?: NetworkSize
  name?: string
  syntheticShare?: number
  epochs?: number
  minutes?: number
  steps?: number
  batch?: number
  crop?: number
  learningRate?: number
  embeddingWeight?: number
  magnify?: number
  validateEvery?: number
  seed?: number
}

/** The settings with what the command line says in their place. @param options at most one of epochs, minutes and steps */
export function withOptions(defaults: TrainSettings, options: TrainOptions): TrainSettings {
  const { epochs = null, minutes = null, steps = null } = options
  const limits = epochs === null && minutes === null && steps === null ? {} : { epochs, minutes, steps }
  return {
    ...defaults,
    ...limits,
    size: options.size ?? defaults.size,
    name: options.name ?? defaults.name,
    batch: options.batch ?? defaults.batch,
    crop: options.crop ?? defaults.crop,
    learningRate: options.learningRate ?? defaults.learningRate,
    embeddingWeight: options.embeddingWeight ?? defaults.embeddingWeight,
    magnify: options.magnify ?? defaults.magnify,
    syntheticShare: options.syntheticShare ?? defaults.syntheticShare,
    validateEvery: options.validateEvery ?? defaults.validateEvery,
    seed: options.seed ?? defaults.seed,
  }
}
