/** A mean with its 95 % bootstrap interval over images. */
export interface Estimate {
  value: number
  low: number
  high: number
}

export type Interval = Omit<Estimate, 'value'>

/** Percentile interval of 95 %. @param means of the samples, in any order; none: NaN */
export function intervalOf(means: readonly number[]): Interval {
  const sorted = Float64Array.from(means).sort()
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) }
}

/** Linear between the order statistics. @param sorted ascending */
function quantile(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return NaN
  const at = q * (sorted.length - 1)
  const below = Math.floor(at)
  const low = sorted[below]!
  return low + (at - below) * ((sorted[below + 1] ?? low) - low)
}
