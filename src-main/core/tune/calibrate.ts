import type { Calibration } from '../../contract/wire.ts'
import { ALL_FEATURES, hitProbability, logOdds, logOddsOf, OWN_FEATURES } from '../cluster/features.ts'
import type { InstanceFeatures } from '../cluster/features.ts'

/** An instance found on a validation image, and whether it was right. */
export interface Judged {
  /** which image it lies in: instances of one image are never on both sides of a split */
  image: number
  features: InstanceFeatures
  /** IoU > 0.5 with a truth instance */
  hit: boolean
}

type Feature = keyof InstanceFeatures

/** Sets of features to choose from, the simplest first: a larger one must predict better to be taken. */
const CHOICES: readonly (readonly Feature[])[] = [
  ['foreground'],
  ['foreground', 'logArea'],
  ['foreground', 'peak', 'logArea'],
  OWN_FEATURES,
]

/** Fewer hits or false alarms than these say nothing. */
const FEWEST = 10

/** Weight of the penalty 1/2 * |w|^2 on standardised features, against the sum of log losses. */
const RIDGE = 1

/** The same where many features are fitted to few ships. */
const STRONG_RIDGE = 10

const FOLDS = 5

const MOST_ROUNDS = 50

export interface Calibrated {
  calibration: Calibration
  /** [n] probability of each instance by a regression that has not seen its image: honest, for choosing on the same images */
  crossFitted: number[]
}

/**
 * Fits the probability of being a hit: Platt's logistic regression (Platt 1999, with his targets for small samples) on standardised
 * features with a ridge. The features are those that predict images left out best (log loss, 5 folds over images).
 * @returns null with fewer than 10 hits or 10 false alarms: then a score stays the mean foreground
 */
export function fitCalibration(instances: readonly Judged[]): Calibrated | null {
  if (!enough(instances)) return null
  const folds = foldsOfInstances(instances)
  let best: { features: readonly Feature[]; loss: number; crossFitted: number[] } | null = null
  for (const features of CHOICES) {
    const crossFitted = crossFit(instances, folds, { features, ridge: RIDGE })
    const loss = logLoss(instances, crossFitted)
    if (best === null || loss < best.loss) best = { features, loss, crossFitted }
  }
  if (best === null) return null
  return {
    calibration: fitLogistic(instances, { features: best.features, ridge: RIDGE }),
    crossFitted: best.crossFitted,
  }
}

/**
 * The same by all that is known of an instance, what the image shows of it included: a second opinion.
 * @returns null with fewer than 10 hits or 10 false alarms
 */
export function fitSecondOpinion(instances: readonly Judged[]): Calibrated | null {
  if (!enough(instances)) return null
  const way = { features: ALL_FEATURES, ridge: STRONG_RIDGE }
  return {
    calibration: fitLogistic(instances, way),
    crossFitted: crossFit(instances, foldsOfInstances(instances), way),
  }
}

/** A mean foreground as log odds, for the order of instances that were never calibrated. */
const MEAN_FOREGROUND = { intercept: 0, weights: { foreground: 1, peak: 0, logArea: 0, border: 0 } }

export interface Rescaled {
  calibration: Calibration
  /** the new score of an instance whose score was this */
  scoreOf: (before: number) => number
}

/**
 * Fits the probability of being a hit to scores as they are: another scale, the same order.
 * @param before what the scores were calibrated with; null: they are mean foreground
 * @returns null with too few hits or false alarms, or where higher scores are hits less often
 */
export function rescale(instances: readonly Judged[], before: Calibration | null): Rescaled | null {
  if (!enough(instances)) return null
  const { intercept, weights } = before ?? MEAN_FOREGROUND
  const scored = instances.map((instance): Judged => {
    const odds = logOddsOf(instance.features, { intercept, weights })
    return { ...instance, features: { ...instance.features, foreground: odds } }
  })
  const line = fitLogistic(scored, { features: ['foreground'], ridge: RIDGE })
  const scale = line.weights.foreground
  if (scale <= 0) return null
  return {
    calibration: {
      ...line,
      intercept: line.intercept + scale * intercept,
      weights: scaled(weights, scale),
    },
    // 0 keeps all, whatever is known of them
    scoreOf: (score) => (score === 0 ? 0 : sigmoid(line.intercept + scale * logOdds(score))),
  }
}

function scaled(weights: Calibration['weights'], scale: number): Calibration['weights'] {
  const { foreground, peak, logArea, border, ...further } = weights
  return {
    ...{ foreground: scale * foreground, peak: scale * peak },
    ...{ logArea: scale * logArea, border: scale * border },
    ...Object.fromEntries(Object.entries(further).map(([name, weight = 0]) => [name, scale * weight])),
  }
}

function enough(instances: readonly Judged[]): boolean {
  const hits = instances.filter(({ hit }) => hit).length
  return hits >= FEWEST && instances.length - hits >= FEWEST
}

/** Which fold each instance belongs to: images with hits and images without go round in turn, so that no fold lacks either. */
function foldsOfInstances(instances: readonly Judged[]): number[] {
  const withHits = new Set(instances.flatMap(({ image, hit }) => (hit ? [image] : [])))
  const fold = new Map<number, number>()
  const next = { hits: 0, none: 0 }
  for (const { image } of instances) {
    if (fold.has(image)) continue
    fold.set(image, (withHits.has(image) ? next.hits++ : next.none++) % FOLDS)
  }
  return instances.map(({ image }) => fold.get(image)!)
}

/** What a regression goes by, and the weight of its penalty. */
interface Way {
  features: readonly Feature[]
  ridge: number
}

function crossFit(instances: readonly Judged[], folds: readonly number[], way: Way): number[] {
  const fits = Array.from({ length: FOLDS }, (_, fold) =>
    fitLogistic(
      instances.filter((_, i) => folds[i] !== fold),
      way,
    ),
  )
  return instances.map((instance, i) => hitProbability(instance.features, fits[folds[i]!]!))
}

function logLoss(instances: readonly Judged[], probabilities: readonly number[]): number {
  const losses = instances.map(({ hit }, i) => {
    const p = hit ? probabilities[i]! : 1 - probabilities[i]!
    return -Math.log(Math.max(p, Number.EPSILON))
  })
  return losses.reduce((sum, loss) => sum + loss, 0) / instances.length
}

/** Ridge logistic regression by Newton's method. Weights are given for the features as they are, not standardised. */
function fitLogistic(instances: readonly Judged[], { features, ridge }: Way): Calibration {
  const n = instances.length
  const hits = instances.filter(({ hit }) => hit).length
  const [target1, target0] = [(hits + 1) / (hits + 2), 1 / (n - hits + 2)]
  const means = features.map((f) => instances.reduce((sum, { features }) => sum + features[f], 0) / n)
  const deviations = features.map((f, d) => {
    const variance = instances.reduce((sum, { features }) => sum + (features[f] - means[d]!) ** 2, 0) / n
    // one that is the same for all differs from its mean by rounding
    return variance > 1e-12 ? Math.sqrt(variance) : 1
  })
  const rows = instances.map(({ features: own }) => [
    1,
    ...features.map((f, d) => (own[f] - means[d]!) / deviations[d]!),
  ])
  const targets = instances.map(({ hit }) => (hit ? target1 : target0))
  const w = newton(rows, targets, ridge)
  const weights: Calibration['weights'] = { foreground: 0, peak: 0, logArea: 0, border: 0 }
  let intercept = w[0]!
  features.forEach((f, d) => {
    weights[f] = w[d + 1]! / deviations[d]!
    intercept -= weights[f] * means[d]!
  })
  return { intercept, weights, instances: n, hits }
}

/**
 * Minimises the sum of log losses + ridge / 2 |w|^2 (the first weight, the intercept, free), a convex function.
 * @param rows [n][d], the first column 1 @param targets [n] 0..1 @returns [d]
 */
function newton(rows: readonly (readonly number[])[], targets: readonly number[], ridge: number): number[] {
  const d = rows[0]?.length ?? 0
  let w = new Array<number>(d).fill(0)
  let value = objective(rows, targets, w, ridge)
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const direction = newtonDirection(rows, targets, w, ridge)
    // Halve the step until it helps: far from the minimum a whole one may overshoot.
    let size = 1
    let next = w
    let nextValue = value
    do {
      const step = size
      next = w.map((weight, i) => weight - step * direction[i]!)
      nextValue = objective(rows, targets, next, ridge)
      size /= 2
    } while (nextValue > value && size > 1e-6)
    if (!(value - nextValue > 1e-12)) return w
    w = next
    value = nextValue
  }
  return w
}

function newtonDirection(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  w: readonly number[],
  ridge: number,
): number[] {
  const gradient = w.map((weight, i) => (i === 0 ? 0 : ridge * weight))
  const hessian = w.map((_, i) => w.map((_, j) => (i === j && i > 0 ? ridge : 0)))
  rows.forEach((row, k) => {
    const p = sigmoid(dot(row, w))
    row.forEach((a, i) => {
      gradient[i]! += (p - targets[k]!) * a
      row.forEach((b, j) => (hessian[i]![j]! += p * (1 - p) * a * b))
    })
  })
  return solve(hessian, gradient)
}

function objective(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  w: readonly number[],
  ridge: number,
): number {
  const penalty = w.slice(1).reduce((sum, weight) => sum + weight * weight, 0)
  return rows.reduce(
    (sum, row, k) => {
      const z = dot(row, w)
      // log(1 + exp(z)) - target * z, without overflow
      return sum + Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - targets[k]! * z
    },
    (ridge * penalty) / 2,
  )
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z))
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

/** Solves a x = b for a symmetric positive definite matrix (Gauss, no pivots needed). */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]!])
  const d = rows.length
  for (let i = 0; i < d; i++) {
    for (let j = i + 1; j < d; j++) {
      const factor = rows[j]![i]! / rows[i]![i]!
      for (let k = i; k <= d; k++) rows[j]![k]! -= factor * rows[i]![k]!
    }
  }
  const x = new Array<number>(d).fill(0)
  for (let i = d - 1; i >= 0; i--) {
    const known = rows[i]!.slice(i + 1, d).reduce((sum, value, k) => sum + value * x[i + 1 + k]!, 0)
    x[i] = (rows[i]![d]! - known) / rows[i]![i]!
  }
  return x
}
