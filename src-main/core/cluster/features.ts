import type { Calibration } from '../../contract/wire.ts'
import type { Size } from '../mask/rle.ts'
import type { Groups } from './groups.ts'
import type { Places } from './places.ts'

/** What tells a hit from a false alarm, as far as an instance itself shows. */
export interface InstanceFeatures {
  /** log odds of the mean foreground probability */
  foreground: number
  /** log odds of the foreground probability that a tenth of the pixels reach */
  peak: number
  /** natural logarithm of the area in px */
  logArea: number
  /** 1 where the instance touches the image's border, so that part of it may lie outside; else 0 */
  border: number
}

/** Foreground is kept in 256 steps: probabilities nearer to 0 or 1 than half of one are not told apart. */
const HALF_STEP = 1 / 512

/** @param probability 0..1; both ends are half a step of foreground away from certainty */
export function logOdds(probability: number): number {
  const p = Math.min(1 - HALF_STEP, Math.max(HALF_STEP, probability))
  return Math.log(p / (1 - p))
}

/** What the features of one instance are made of. */
interface Seen {
  features: InstanceFeatures
  /** mean foreground probability, 0..1 */
  mean: number
}

/**
 * The features of instances.
 * @param foreground [n] probability * 255
 * @param groups the pixels of each, at least one
 * @param size of the image
 * @returns [count]
 */
export function featuresOf(
  { column: columns, row: rows }: Places,
  foreground: Uint8Array,
  { group, count }: Groups,
  { width, height }: Size,
): Seen[] {
  const histograms = new Uint32Array(256 * count)
  const border = new Uint8Array(count)
  for (let k = 0; k < group.length; k++) {
    const g = group[k]!
    if (g < 0) continue
    histograms[256 * g + foreground[k]!]!++
    const [column, row] = [columns[k]!, rows[k]!]
    if (column === 0 || row === 0 || column === width - 1 || row === height - 1) border[g] = 1
  }
  return Array.from(border, (touches, g) => seenBy(histograms.subarray(256 * g, 256 * (g + 1)), touches))
}

/** @param histogram [256] pixels by foreground probability * 255 */
function seenBy(histogram: Uint32Array, border: number): Seen {
  let [n, sum] = [0, 0]
  for (let value = 0; value < 256; value++) {
    n += histogram[value]!
    sum += value * histogram[value]!
  }
  let peak = 255
  for (let above = histogram[peak]!; above * 10 < n; above += histogram[peak]!) peak--
  const mean = sum / n / 255
  return {
    features: { foreground: logOdds(mean), peak: logOdds(peak / 255), logArea: Math.log(n), border },
    mean,
  }
}

/** An instance's score: the probability that it is a hit where the model version has a calibration, else its mean foreground. */
export function scoreOf(features: InstanceFeatures, mean: number, calibration: Calibration | null): number {
  return calibration ? hitProbability(features, calibration) : mean
}

/** The probability that an instance is a hit (IoU > 0.5), 0..1. */
export function hitProbability(features: InstanceFeatures, calibration: Calibration): number {
  return 1 / (1 + Math.exp(-logOddsOf(features, calibration)))
}

/** Log odds of being a hit. */
export function logOddsOf(
  features: InstanceFeatures,
  { intercept, weights }: Pick<Calibration, 'intercept' | 'weights'>,
): number {
  return (
    intercept +
    weights.foreground * features.foreground +
    weights.peak * features.peak +
    weights.logArea * features.logArea +
    weights.border * features.border
  )
}
