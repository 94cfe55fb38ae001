import type { Rle } from '../mask/rle.ts'
import type { InstanceFeatures } from './features.ts'

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
