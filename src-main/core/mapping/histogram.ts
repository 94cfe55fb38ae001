import type { Histogram } from '../../contract/wire.ts'
import { percentile } from './survey.ts'

const PARTS = 128

/**
 * How often values lie where.
 * @param sorted ascending; where there is none the histogram is empty
 */
export function histogramOf(sorted: Float64Array): Histogram {
  const counts = new Array<number>(PARTS).fill(0)
  if (sorted.length === 0) return { from: 0, to: 1, counts }
  const from = percentile(sorted, 0)
  const to = percentile(sorted, 1)
  const width = to > from ? (to - from) / PARTS : 1
  for (const value of sorted) counts[Math.min(PARTS - 1, Math.floor((value - from) / width))]!++
  return { from, to: to > from ? to : from + PARTS, counts }
}
