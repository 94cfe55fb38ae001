import type { SampleRange, WayRanges } from '../../contract/wire.ts'
import { RANGE_WAYS } from '../../contract/words.ts'
import { percentile, rangeOf, sortedTogether } from './survey.ts'

/** A range from samples. @param sorted ascending; none: 0 to 0 */
const WAYS: Readonly<Record<WayRanges['way'], (sorted: Float64Array) => SampleRange>> = {
  '0.5 to 99.5 %': rangeOf,
  '2 to 98 %': (sorted) => rangeOf(sorted, 0.02),
  'lowest to highest': (sorted) => rangeOf(sorted, 0),
  'mean ± 2 deviations': aroundMean,
}

/** What each way gives for bands. @param taken samples of each band shown, ascending */
export function rangesBy(taken: readonly Float64Array[]): WayRanges[] {
  const together = sortedTogether(taken)
  return RANGE_WAYS.map((way) => ({
    way,
    all: WAYS[way](together),
    each: taken.map((sorted) => WAYS[way](sorted)),
  }))
}

function aroundMean(sorted: Float64Array): SampleRange {
  if (sorted.length === 0) return { low: 0, high: 0 }
  // around a sample, so that squares of large ones do not drown what they differ by
  const near = percentile(sorted, 0.5)
  let sum = 0
  let squares = 0
  for (const value of sorted) {
    sum += value - near
    squares += (value - near) ** 2
  }
  const mean = sum / sorted.length
  const deviation = Math.sqrt(Math.max(0, squares / sorted.length - mean ** 2))
  return { low: near + mean - 2 * deviation, high: near + mean + 2 * deviation }
}
