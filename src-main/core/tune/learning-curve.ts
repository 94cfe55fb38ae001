import { intervalOf } from '../metric/interval.ts'
import type { Estimate } from '../metric/interval.ts'
import { randomFrom } from '../random.ts'

/** What was reached on one image: its F2, and how many of its ships were found at IoU > 0.5. */
export interface ReachedOn {
  f2: number
  found: number
  ships: number
}

/** What was reached with so many labelled images. */
interface CurvePart {
  /** labelled images */
  images: number
  /** [K] of the same images each time, in the same order */
  each: readonly ReachedOn[]
}

/** A learning curve and how it goes on: F2 = a + b ln(images), fitted by least squares. */
export interface LearningCurve {
  /** at each part, with 95 % intervals over images; `recall`: the share of all ships that is found, null where there are none */
  points: { images: number; f2: Estimate; recall: Estimate | null }[]
  /** F2 at any number of images by the fit */
  at: (images: number) => number
  /** what so many more images than the last part's bring */
  gain: Estimate
  more: number
}

/**
 * Fits a learning curve. Its interval is over images: each resample draws the same images at every part and is fitted anew.
 * @param parts two at least, of different numbers of images, from 1
 * @param more images beyond the last part's
 */
export function learningCurve(
  parts: readonly CurvePart[],
  { more = 100, samples = 2000, seed = 1 }: { more?: number; samples?: number; seed?: number } = {},
): LearningCurve {
  const sizes = parts.map(({ images }) => images)
  const last = Math.max(...sizes)
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const means = parts.map(({ each }) => mean(each.map(({ f2 }) => f2)))
  const { a, b } = fit(sizes, means)
  const growth = Math.log((last + more) / last)
  const random = randomFrom(seed)
  const count = parts[0]!.each.length
  const drawn: number[][] = parts.map(() => [])
  const shares: number[][] = parts.map(() => [])
  const gains: number[] = []
  for (let s = 0; s < samples; s++) {
    const chosen = Array.from({ length: count }, () => Math.floor(random() * count))
    const each = parts.map((part) => chosen.map((i) => part.each[i]!))
    const resampled = each.map((images) => mean(images.map(({ f2 }) => f2)))
    resampled.forEach((value, i) => drawn[i]!.push(value))
    each.map(recallOf).forEach((value, i) => value !== null && shares[i]!.push(value))
    gains.push(fit(sizes, resampled).b * growth)
  }
  const recall = ({ each }: CurvePart, i: number): Estimate | null => {
    const value = recallOf(each)
    return value === null ? null : { value, ...intervalOf(shares[i]!) }
  }
  return {
    points: parts.map((part, i) => ({
      images: part.images,
      f2: { value: means[i]!, ...intervalOf(drawn[i]!) },
      recall: recall(part, i),
    })),
    at: (images) => a + b * Math.log(images),
    gain: { value: b * growth, ...intervalOf(gains) },
    more,
  }
}

/** The share of all ships that is found; null where there are none. */
function recallOf(each: readonly ReachedOn[]): number | null {
  const ships = each.reduce((sum, one) => sum + one.ships, 0)
  return ships === 0 ? null : each.reduce((sum, { found }) => sum + found, 0) / ships
}

/** Least squares of y = a + b ln(x). */
function fit(xs: readonly number[], ys: readonly number[]): { a: number; b: number } {
  const logs = xs.map((x) => Math.log(x))
  const n = xs.length
  const [mx, my] = [logs.reduce((s, x) => s + x, 0) / n, ys.reduce((s, y) => s + y, 0) / n]
  const sxy = logs.reduce((s, x, i) => s + (x - mx) * (ys[i]! - my), 0)
  const sxx = logs.reduce((s, x) => s + (x - mx) ** 2, 0)
  const b = sxx === 0 ? 0 : sxy / sxx
  return { a: my - b * mx, b }
}
