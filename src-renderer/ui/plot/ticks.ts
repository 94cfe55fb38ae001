/**
 * Round numbers (1, 2 or 5 times a power of ten apart) from at or below `low` to at or above `high`.
 * @param about how many steps there should be, roughly
 */
export function ticks(low: number, high: number, about: number): number[] {
  const span = high > low ? high - low : Math.max(Math.abs(low) * 0.1, 0.1)
  const rough = span / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? 10 * power
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil((low + span) / step - 1e-9))
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)))
}

/** Decimals that tell values so far apart from each other. @param fewest at least so many */
export function decimalsOf(values: readonly number[], fewest: number): number {
  const [a = 0, b = 1] = values
  return Math.max(fewest, -Math.floor(Math.log10(Math.abs(b - a) || 1) + 1e-9))
}

/** Mean over the `width` values that end at each place: a line without its jitter. */
export function smooth(values: readonly number[], width: number): number[] {
  let sum = 0
  return values.map((value, i) => {
    sum += value - (i >= width ? values[i - width]! : 0)
    return sum / Math.min(i + 1, width)
  })
}
