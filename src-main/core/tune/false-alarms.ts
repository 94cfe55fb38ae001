import type { ClusterSettings } from '../../contract/wire.ts'
import { clusterInference } from '../cluster/cluster.ts'
import { pixelsOf } from '../mask/rle.ts'
import { countedOf } from '../metric/ignoring.ts'
import { overlapsBetween } from '../metric/overlap.ts'
import type { TuneImage } from './candidates.ts'

/** Of one image no more, so that a handful of images with hundreds of them do not crowd out the others. */
const MOST_OF_AN_IMAGE = 4

/** What is fainter than this is no mistake yet. */
const LEAST_FOREGROUND = 0.5
const LEAST_AREA = 8

/**
 * Where something is taken for a ship though no ship is marked there and somebody could tell: the surest first.
 * @returns the middle pixel of each, image px
 */
export function falseAlarmsOf(
  { inference, truth, ignored = [] }: TuneImage,
  settings: ClusterSettings,
): { x: number; y: number }[] {
  const kept = { ...settings, minArea: LEAST_AREA, minScore: LEAST_FOREGROUND }
  const { instances } = clusterInference(inference, kept)
  const masks = instances.map(({ rle }) => rle)
  const counts = countedOf(truth, masks, ignored)
  const beside = new Set(overlapsBetween(truth, masks).map(({ prediction }) => prediction))
  return instances
    .filter((_, i) => counts[i] && !beside.has(i))
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_OF_AN_IMAGE)
    .map(({ rle }) => {
      const pixels = pixelsOf(rle, inference)
      const middle = pixels[pixels.length >> 1]!
      return { x: middle % inference.width, y: Math.floor(middle / inference.width) }
    })
}
