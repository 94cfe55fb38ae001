import type { SparseInference } from '../../contract/engine.ts'
import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import type { Rle } from '../mask/rle.ts'
import { Clusterer } from './clusterer.ts'
import type { InstanceFeatures } from './features.ts'

/** What runs use until a model version brings its own choice. */
export const DEFAULT_CLUSTER_SETTINGS: ClusterSettings = {
  foreground: 0.5,
  sigma: null,
  alpha: 2.2,
  minArea: 12,
  minScore: 0,
  separate: true,
  necks: false,
  rectangles: false,
}

/** Pixels whose embeddings agree. */
export interface Cluster {
  /** mean embedding, channels 0 and 1, in image px */
  centre: [number, number]
  /** root mean square distance of its embeddings from the centre, px */
  spread: number
  pixels: number
  /** what its score is made of */
  features: InstanceFeatures
  /** 0..1, probability of being a hit where there is a calibration, else mean foreground probability */
  score: number
  /** index into the instances; null: dropped as too small, too faint, or covered by surer rectangles */
  instance: number | null
}

export interface PredictedInstance {
  rle: Rle
  /** 0..1, that of its cluster */
  score: number
  /** index into the clusters */
  cluster: number
}

export interface Clustering {
  /** by first pixel, row by row; at most 32,767, the largest */
  clusters: Cluster[]
  /** the clusters that are large and certain enough, in the same order */
  instances: PredictedInstance[]
  /** [n] cluster of each sparse pixel, -1: none (fainter than the foreground threshold) */
  labels: Int16Array
}

/**
 * Finds the instances of an image: pixels above the foreground threshold, per connected component the modes of their
 * embeddings, neighbouring regions joined that are not apart or make one hull, small and faint ones dropped. Deterministic. Who
 * clusters the same inference again with other settings keeps a {@link Clusterer}.
 * @param calibration of the model version that gave the inference; null: an instance's score is its mean foreground
 */
export function clusterInference(
  inference: SparseInference,
  settings: ClusterSettings,
  calibration: Calibration | null = null,
): Clustering {
  return new Clusterer(inference, calibration).cluster(settings)
}
