import { describe, expect, it } from 'vitest'
import { hitProbability } from '../cluster/features.ts'
import type { InstanceFeatures } from '../cluster/features.ts'
import { randomFrom } from '../random.ts'
import { fitCalibration, rescale } from './calibrate.ts'
import type { Judged } from './calibrate.ts'

const NEUTRAL: InstanceFeatures = {
  ...{ foreground: 0, peak: 0, logArea: 0, border: 0 },
  ...{ elongation: 0, contrast: 0, clarity: 0, roughness: 0, unrest: 0 },
}

/** Instances whose hits follow a known law, 4 in each image. */
function drawn(n: number, seed: number, law: (features: InstanceFeatures) => number): Judged[] {
  const random = randomFrom(seed)
  return Array.from({ length: n }, (_, i) => {
    const features = {
      ...NEUTRAL,
      foreground: 4 * random() - 2,
      peak: 4 * random() - 2,
      logArea: 8 * random(),
      border: Number(random() < 0.2),
    }
    return { image: i >> 2, features, hit: random() < 1 / (1 + Math.exp(-law(features))) }
  })
}

describe('fitCalibration', () => {
  it('finds the closed form where features say nothing: the share of hits, with the targets of Platt', () => {
    // 30 hits of 120, all alike: every weight is 0, and the intercept is the log odds of the mean target
    const instances = Array.from({ length: 120 }, (_, i) => ({
      image: i,
      features: NEUTRAL,
      hit: i % 4 === 0,
    }))
    const fitted = fitCalibration(instances)!
    const mean = (30 * (31 / 32) + 90 * (1 / 92)) / 120
    expect(fitted.calibration).toMatchObject({ instances: 120, hits: 30 })
    expect(fitted.calibration.weights).toEqual({ foreground: 0, peak: 0, logArea: 0, border: 0 })
    expect(fitted.calibration.intercept).toBeCloseTo(Math.log(mean / (1 - mean)), 9)
    expect(hitProbability(NEUTRAL, fitted.calibration)).toBeCloseTo(mean, 9)
  })

  it('stands where the gradient of its objective vanishes, by finite differences', () => {
    // one feature of deviation 1, so that weight and ridge are those of the standardised feature
    const instances = Array.from({ length: 80 }, (_, i) => ({
      image: i,
      features: { ...NEUTRAL, foreground: i % 2 === 0 ? 1 : -1 },
      hit: i % 2 === 0 ? i % 8 !== 0 : i % 8 === 1,
    }))
    const { calibration } = fitCalibration(instances)!
    expect(calibration.weights).toMatchObject({ peak: 0, logArea: 0, border: 0 })
    const hits = instances.filter(({ hit }) => hit).length
    const objective = (intercept: number, weight: number): number =>
      instances.reduce(
        (sum, { features, hit }) => {
          const target = hit ? (hits + 1) / (hits + 2) : 1 / (80 - hits + 2)
          const p = 1 / (1 + Math.exp(-(intercept + weight * features.foreground)))
          return sum - target * Math.log(p) - (1 - target) * Math.log(1 - p)
        },
        weight ** 2 / 2,
      )
    const at = [calibration.intercept, calibration.weights.foreground] as const
    const h = 1e-4
    expect((objective(at[0] + h, at[1]) - objective(at[0] - h, at[1])) / (2 * h)).toBeCloseTo(0, 5)
    expect((objective(at[0], at[1] + h) - objective(at[0], at[1] - h)) / (2 * h)).toBeCloseTo(0, 5)
  })

  it('recovers a law of several features from many instances', () => {
    const fitted = fitCalibration(drawn(4000, 1, (f) => -3 + 1.5 * f.foreground + 0.6 * f.logArea))!
    const { intercept, weights } = fitted.calibration
    expect(Math.abs(intercept + 3)).toBeLessThan(0.3)
    expect(Math.abs(weights.foreground - 1.5)).toBeLessThan(0.15)
    expect(Math.abs(weights.logArea - 0.6)).toBeLessThan(0.06)
    expect(Math.abs(weights.peak)).toBeLessThan(0.15)
  })

  it('leaves out what does not help to predict other images', () => {
    const { weights } = fitCalibration(drawn(300, 4, (f) => 2 * f.foreground))!.calibration
    expect(weights.border).toBe(0)
    expect(weights.foreground).toBeGreaterThan(1)
  })

  it('stays finite where a feature tells hits and false alarms apart without error', () => {
    const instances = drawn(60, 2, () => 0).map((one) => ({ ...one, hit: one.features.foreground > 0 }))
    const { calibration, crossFitted } = fitCalibration(instances)!
    expect(Object.values(calibration.weights).every(Number.isFinite)).toBe(true)
    expect(crossFitted.every((p, i) => p > 0.5 === instances[i]!.hit || Math.abs(p - 0.5) < 0.25)).toBe(true)
  })

  it('gives none with fewer than ten hits, or fewer than ten false alarms', () => {
    const instances = drawn(100, 3, () => 0)
    const few = (hit: boolean) => [
      ...instances.filter((one) => one.hit === hit).slice(0, 9),
      ...instances.filter((one) => one.hit !== hit),
    ]
    expect(fitCalibration(few(true))).toBeNull()
    expect(fitCalibration(few(false))).toBeNull()
    expect(fitCalibration([])).toBeNull()
  })
})

describe('rescale', () => {
  const before = {
    intercept: -1,
    weights: { foreground: 0.8, peak: 0.3, logArea: 0.2, border: -0.5 },
    ...{ instances: 100, hits: 50 },
  }

  it('keeps the order of scores, and the same instances above what the old limit becomes', () => {
    for (const [old, seed] of [
      [before, 5],
      [null, 6],
    ] as const) {
      const instances = drawn(200, seed, (f) => -2 + 1.5 * f.foreground)
      const { calibration, scoreOf } = rescale(instances, old)!
      const mean = (f: InstanceFeatures): number => 1 / (1 + Math.exp(-f.foreground))
      const was = instances.map(({ features }) => (old ? hitProbability(features, old) : mean(features)))
      const now = instances.map(({ features }) => hitProbability(features, calibration))
      was.forEach((score, i) => expect(now[i]).toBeCloseTo(scoreOf(score), 9))
      const order = (scores: number[]) => scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
      expect(order(now)).toEqual(order(was))
      const limit = 0.45
      const above = (scores: number[], least: number) => scores.map((score) => score >= least)
      expect(above(now, scoreOf(limit))).toEqual(above(was, limit))
      expect(scoreOf(0)).toBe(0)
      // probabilities again: what is expected is what was right
      const hits = instances.filter(({ hit }) => hit).length
      expect(Math.abs(now.reduce((sum, p) => sum + p, 0) - hits)).toBeLessThan(2)
    }
  })

  it('says nothing where there are few, or where higher scores are hits less often', () => {
    expect(
      rescale(
        drawn(15, 7, () => 0),
        before,
      ),
    ).toBeNull()
    expect(
      rescale(
        drawn(200, 8, (f) => -2 * f.foreground),
        null,
      ),
    ).toBeNull()
  })
})
