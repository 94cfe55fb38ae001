import type { Architecture } from '../../contract/engine.ts'
import type { ClusterSettings, TrainSettings } from '../../contract/wire.ts'
import type { Coordinates, NetworkSize } from '../../contract/words.ts'
import { DEFAULT_CLUSTER_SETTINGS } from '../../core/cluster/cluster.ts'

/** Channels of a network from scratch, level by level: 0.6, 0.2 and 2 million weights. All see up to 236 px around a pixel. */
const LEVELS: Record<NetworkSize, number[]> = {
  base: [16, 32, 64, 80, 80],
  small: [8, 16, 32, 48, 48],
  large: [32, 64, 128, 160, 160],
}

/** The network of a training from scratch. */
export function architectureOf(size: NetworkSize, coordinates: Coordinates): Architecture {
  return { family: 'fast-unet', levels: LEVELS[size], embedding: 2, offsetScale: 5, coordinates }
}

/** Instances from embeddings while training validates, and the default for runs of what it makes. */
export const CLUSTER: ClusterSettings = {
  ...DEFAULT_CLUSTER_SETTINGS,
  minArea: 8,
  minScore: 0.85,
}

/**
 * Settings that suit a fine-tuning on a few dozen images, which ends when it gets no better (or, from scratch, a long training).
 * @param from id of the version to start from; null: from scratch
 */
export function trainDefaults(from: string | null, name: string): TrainSettings {
  return {
    from,
    size: 'base',
    coordinates: 'pixel',
    name,
    epochs: null,
    minutes: from === null ? 30 : 20,
    steps: null,
    batch: 8,
    crop: 256,
    learningRate: from === null ? 2e-3 : 1e-3,
    embeddingWeight: 0.2,
    lossUnit: 'pixel',
    sizeExponent: 0,
    falseAlarmShare: 0,
    syntheticShare: from === null ? 0.6 : 0.2,
    magnify: 1.3,
    validateEvery: from === null ? 500 : 50,
    patience: from === null ? null : 6,
    seed: 1,
  }
}
