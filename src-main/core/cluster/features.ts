import type { SparseInference, SparseLight } from '../../contract/engine.ts'
import type { Calibration } from '../../contract/wire.ts'
import type { Size } from '../mask/rle.ts'
import type { Groups } from './groups.ts'
import { aspectOf, momentsOf } from './moments.ts'
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
  /** natural logarithm of length over breadth, of the rectangle with the same second moments */
  elongation: number
  /** by how much it is lighter than the water around it, in 64ths of the lightest; as all below 0 where the image's light is not known */
  contrast: number
  /** natural logarithm of 1 + |the same in light| over the water's standard deviation and 2 */
  clarity: number
  /** natural logarithm of 1 + the standard deviation of the light of the water around it */
  roughness: number
  /** natural logarithm of 1 + that of the whole image */
  unrest: number
}

/** What tells whether an instance is a hit by itself. */
export const OWN_FEATURES = ['foreground', 'peak', 'logArea', 'border'] as const

/** What the image shows of it, too. */
export const ALL_FEATURES = [
  ...OWN_FEATURES,
  'elongation',
  'contrast',
  'clarity',
  'roughness',
  'unrest',
] as const satisfies readonly (keyof InstanceFeatures)[]

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

/** Pixels of instances. */
interface Pixels extends Places {
  /** [n] probability * 255 */
  foreground: Uint8Array
  /** [n] positions in the inference, whose light is taken there */
  kept: Uint32Array
}

/**
 * The features of instances.
 * @param groups the pixels of each, at least one
 * @param inference that they are of
 * @returns [count]
 */
export function featuresOf(
  { column: columns, row: rows, foreground, kept }: Pixels,
  { group, count }: Groups,
  { width, height, light }: Size & Pick<SparseInference, 'light'>,
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
  const forms = momentsOf(group, count, columns, rows)
  const lights = lightsOf(kept, { group, count }, light)
  return Array.from(border, (touches, g) => {
    const { foreground, peak, mean } = surenessOf(histograms.subarray(256 * g, 256 * (g + 1)))
    const form = forms[g]!
    const own = { logArea: Math.log(form.n), border: touches, elongation: Math.log(aspectOf(form)) }
    return { features: { foreground, peak, ...own, ...lights[g]! }, mean }
  })
}

type LightFeatures = Pick<InstanceFeatures, 'contrast' | 'clarity' | 'roughness' | 'unrest'>

/** What the image shows of each group: [count]. @param kept [n] positions in the inference */
function lightsOf(kept: Uint32Array, { group, count }: Groups, light: SparseLight | null): LightFeatures[] {
  if (!light)
    return Array.from({ length: count }, () => ({ contrast: 0, clarity: 0, roughness: 0, unrest: 0 }))
  const [n, above, rough] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  for (let k = 0; k < group.length; k++) {
    const g = group[k]!
    if (g < 0) continue
    const at = kept[k]!
    n[g]!++
    above[g]! += light.own[at]! - light.water[at]!
    rough[g]! += light.roughness[at]! / 4
  }
  const unrest = Math.log1p(light.whole)
  return Array.from(n, (pixels, g) => {
    const [contrast, deviation] = [above[g]! / pixels, rough[g]! / pixels]
    return {
      ...{ contrast: contrast / 64, clarity: Math.log1p(Math.abs(contrast) / (deviation + 2)) },
      ...{ roughness: Math.log1p(deviation), unrest },
    }
  })
}

/** @param histogram [256] pixels by foreground probability * 255 */
function surenessOf(histogram: Uint32Array): { foreground: number; peak: number; mean: number } {
  let [n, sum] = [0, 0]
  for (let value = 0; value < 256; value++) {
    n += histogram[value]!
    sum += value * histogram[value]!
  }
  let peak = 255
  for (let above = histogram[peak]!; above * 10 < n; above += histogram[peak]!) peak--
  const mean = sum / n / 255
  return { foreground: logOdds(mean), peak: logOdds(peak / 255), mean }
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
  return ALL_FEATURES.reduce((sum, name) => sum + (weights[name] ?? 0) * features[name], intercept)
}
