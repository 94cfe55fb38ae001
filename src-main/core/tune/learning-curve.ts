import { intervalOf } from '../metric/interval.ts'
import type { Estimate } from '../metric/interval.ts'
import { randomFrom } from '../random.ts'

/** What was reached with so many labelled images. */
interface CurvePart {
  /** labelled images */
  images: number
  /** [K] F2 of the same images each time, in the same order */
  each: readonly number[]
}

/** A learning curve and how it goes on: F2 = a + b ln(images), fitted by least squares. */
export interface LearningCurve {
  /** at each part, with its 95 % interval over images */
  points: { images: number; f2: Estimate }[]
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
  const means = parts.map(({ each }) => mean(each))
  const { a, b } = fit(sizes, means)
  const growth = Math.log((last + more) / last)
  const random = randomFrom(seed)
  const count = parts[0]!.each.length
  const drawn: number[][] = parts.map(() => [])
  const gains: number[] = []
  for (let s = 0; s < samples; s++) {
    const chosen = Array.from({ length: count }, () => Math.floor(random() * count))
    const resampled = parts.map(({ each }) => mean(chosen.map((i) => each[i]!)))
    resampled.forEach((value, i) => drawn[i]!.push(value))
    gains.push(fit(sizes, resampled).b * growth)
  }
  return {
    points: parts.map(({ images }, i) => ({ images, f2: { value: means[i]!, ...intervalOf(drawn[i]!) } })),
    at: (images) => a + b * Math.log(images),
    gain: { value: b * growth, ...intervalOf(gains) },
    more,
  }
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
