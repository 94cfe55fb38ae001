import { areaOf, intersectionArea } from '../mask/rle.ts'
import type { Rle } from '../mask/rle.ts'

/** Two instances that share pixels, with exact counts; their IoU is intersection / union. */
export interface Overlap {
  /** index in the truth */
  truth: number
  /** index in the prediction */
  prediction: number
  /** px */
  intersection: number
  /** px */
  union: number
}

/** The first pixel number of a non-empty mask and the one after its last; both sides of a cheap test. */
interface Extents {
  from: Float64Array
  to: Float64Array
}

function extentsOf(masks: readonly Rle[]): Extents {
  const from = new Float64Array(masks.length)
  const to = new Float64Array(masks.length)
  masks.forEach((mask, i) => {
    if (mask.length === 0) return
    from[i] = mask[0]!
    to[i] = mask[mask.length - 2]! + mask[mask.length - 1]!
  })
  return { from, to }
}

/**
 * All pairs of a truth and a predicted instance that share at least one pixel, by truth, then prediction.
 * Column-major pixel numbers make a mask's extent its range of columns, so that most pairs cost one comparison.
 */
export function overlapsBetween(truth: readonly Rle[], prediction: readonly Rle[]): Overlap[] {
  const a = extentsOf(truth)
  const b = extentsOf(prediction)
  const areas = prediction.map(areaOf)
  const overlaps: Overlap[] = []
  for (let i = 0; i < truth.length; i++) {
    const area = areaOf(truth[i]!)
    for (let j = 0; j < prediction.length; j++) {
      if (a.from[i]! >= b.to[j]! || b.from[j]! >= a.to[i]!) continue
      const intersection = intersectionArea(truth[i]!, prediction[j]!)
      if (intersection === 0) continue
      overlaps.push({ truth: i, prediction: j, intersection, union: area + areas[j]! - intersection })
    }
  }
  return overlaps
}

/** True where no two of the masks share a pixel, as a submission demands. */
export function areDisjoint(masks: readonly Rle[]): boolean {
  const { from, to } = extentsOf(masks)
  for (let i = 0; i < masks.length; i++) {
    for (let j = i + 1; j < masks.length; j++) {
      if (from[i]! >= to[j]! || from[j]! >= to[i]!) continue
      if (intersectionArea(masks[i]!, masks[j]!) > 0) return false
    }
  }
  return true
}
