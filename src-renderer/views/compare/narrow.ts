import type { RunComparison } from '../../../src-main/contract/wire.ts'
import { meanGain } from '../../../src-main/core/metric/difference.ts'

/** What of a comparison concerns some of its images. */
export interface Narrowed {
  images: RunComparison['images']
  /** by how much the second is above the first, over these images, each with its whole F2 */
  f2: RunComparison['difference']['f2']
  wins: number
  losses: number
  unchanged: number
}

/**
 * A comparison over the images that hold ships of one group. The interval is made as that of all images.
 * @param group its place among the comparison's groups; null: all images. One that no image holds is as null
 */
export function narrowTo(comparison: RunComparison, group: number | null): Narrowed {
  const images = comparison.images.filter(({ groups }) => group !== null && groups.includes(group))
  if (images.length === 0) {
    const { images: all, difference, wins, losses, unchanged } = comparison
    return { images: all, f2: difference.f2, wins, losses, unchanged }
  }
  const gains = images.map(({ first, second }) => second - first)
  const wins = gains.filter((gain) => gain > 0).length
  const losses = gains.filter((gain) => gain < 0).length
  return { images, f2: meanGain(gains), wins, losses, unchanged: gains.length - wins - losses }
}
