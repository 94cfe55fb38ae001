import type { Calibration } from '../../contract/wire.ts'
import type { Size } from '../mask/rle.ts'
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

/**
 * The features of one instance.
 * @param foreground [n] probability * 255
 * @param member at least one position in both
 * @param size of the image
 * @returns also the mean foreground probability, 0..1
 */
export function featuresOf(
  { column: columns, row: rows }: Places,
  foreground: Uint8Array,
  member: Uint32Array,
  { width, height }: Size,
): { features: InstanceFeatures; mean: number } {
  const histogram = new Uint32Array(256)
  let sum = 0
  let border = 0
  for (let m = 0; m < member.length; m++) {
    const k = member[m]!
    const value = foreground[k]!
    histogram[value]!++
    sum += value
    const [column, row] = [columns[k]!, rows[k]!]
    if (column === 0 || row === 0 || column === width - 1 || row === height - 1) border = 1
  }
  let peak = 255
  for (let above = histogram[peak]!; above * 10 < member.length; above += histogram[peak]!) peak--
  const mean = sum / member.length / 255
  return {
    features: {
      foreground: logOdds(mean),
      peak: logOdds(peak / 255),
      logArea: Math.log(member.length),
      border,
    },
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
