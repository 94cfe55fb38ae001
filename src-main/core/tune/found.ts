import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import { scoreOf } from '../cluster/features.ts'
import { areaOf } from '../mask/rle.ts'
import type { Rle } from '../mask/rle.ts'
import { AREAS } from '../metric/report.ts'
import type { Recall } from '../metric/report.ts'
import type { Candidates } from './candidates.ts'

/**
 * Ships by their area, and how many of them are found at IoU > 0.5.
 * @param images clustered with `settings`
 * @returns as `AREAS`
 */
export function foundByArea(
  images: readonly { found: Candidates; truth: readonly Rle[] }[],
  { minArea, minScore }: Pick<ClusterSettings, 'minArea' | 'minScore'>,
  calibration: Calibration | null,
): Recall[] {
  const recall = AREAS.map(() => ({ ships: 0, found: 0 }))
  for (const { found, truth } of images) {
    const kept = found.candidates.map(
      ({ area, features, foreground }) =>
        area >= minArea && scoreOf(features, foreground, calibration) >= minScore,
    )
    const hit = new Set(found.hits.flatMap((one) => (kept[one.prediction] ? [one.truth] : [])))
    truth.forEach((rle, i) => {
      const area = areaOf(rle)
      const own = recall[AREAS.findIndex(([from, to]) => area >= from && area < to)]
      if (!own) return
      own.ships++
      if (hit.has(i)) own.found++
    })
  }
  return recall
}
