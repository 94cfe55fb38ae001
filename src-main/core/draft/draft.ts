import type { ClusterSettings, HandChange } from '../../contract/wire.ts'
import type { Clustering } from '../cluster/clustering.ts'
import type { Clusterer } from '../cluster/clusterer.ts'
import { contains, parseRle } from '../mask/rle.ts'
import type { Rle, Size } from '../mask/rle.ts'

/** An instance of a draft. */
export interface DraftInstance {
  rle: Rle
  /** 0..1 */
  score: number
  /** index into the clusters; -1: put there by hand */
  cluster: number
}

export interface DraftResult extends Pick<Clustering, 'clusters' | 'labels'> {
  instances: readonly DraftInstance[]
}

/** What a person puts in without taking anything away is certain. */
const BY_HAND = 1

/**
 * The predictions of one image by these settings, with the changes by hand made after them. Deterministic.
 * @param changes in the order in which they were made
 */
export function makeDraft(
  clusterer: Clusterer,
  settings: ClusterSettings,
  changes: readonly HandChange[],
): DraftResult {
  const { clusters, labels, instances } = clusterer.cluster(settings)
  return { clusters, labels, instances: changeByHand(instances, changes, clusterer.inference) }
}

/**
 * Makes changes by hand: the instances that hold a change's pixels go, its masks come, as certain as the surest of those that went.
 * All others stay to the pixel, even where a mask overlaps them: what a change is worth was said of it alone.
 */
export function changeByHand(
  instances: readonly DraftInstance[],
  changes: readonly HandChange[],
  size: Size,
): DraftInstance[] {
  let now = [...instances]
  for (const { at, masks } of changes) {
    const gone = new Set(now.filter(({ rle }) => at.some((pixel) => holds(rle, pixel, size))))
    const score = gone.size === 0 ? BY_HAND : Math.max(...[...gone].map((one) => one.score))
    const come = masks.map((mask) => ({ rle: parseRle(mask), score, cluster: -1 }))
    now = [...now.filter((one) => !gone.has(one)), ...come]
  }
  return now
}

/** A pixel by which a change by hand names an instance: its first one, by row-major index. @param rle not empty */
export function pixelIn(rle: Rle, { width, height }: Size): number {
  const at = rle[0]! - 1
  return (at % height) * width + Math.floor(at / height)
}

function holds(rle: Rle, pixel: number, { width, height }: Size): boolean {
  return contains(rle, height, pixel % width, Math.floor(pixel / width))
}
