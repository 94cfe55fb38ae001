import type { SparseInference } from '../../contract/engine.ts'
import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import { Clusterer } from './clusterer.ts'
import type { Clustering } from './clustering.ts'

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
