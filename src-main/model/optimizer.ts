import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs'
import type { Tf } from './tf.ts'

const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/** All that a training goes on from, as flat vectors in the order of the network's weights. */
export interface TrainState {
  /** [N] */
  weights: Tensor1D
  /** [N] exponential average of the weights: what validates, predicts and ships */
  average: Tensor1D
  /** [N] Adam's first and second moments */
  moment1: Tensor1D
  moment2: Tensor1D
  /** updates done */
  step: number
}

/** A state that starts at the given weights; the caller disposes of it with {@link disposeState}. */
export function freshState(tf: Tf, weights: Float32Array): TrainState {
  return {
    weights: tf.tensor1d(weights),
    average: tf.tensor1d(weights),
    moment1: tf.zeros([weights.length]),
    moment2: tf.zeros([weights.length]),
    step: 0,
  }
}

export interface ScheduleOptions {
  learningRate: number
  weightDecay: number
  /** of the exponential average; it starts lower, so that early weights are forgotten */
  averageDecay: number
}

/**
 * What changes from update to update, in one vector, so that the update itself is the same function each time.
 * @param step updates done before this one
 * @returns [4] for {@link adamW}
 */
export function scheduleOf(
  step: number,
  { learningRate, weightDecay, averageDecay }: ScheduleOptions,
): [size: number, secondScale: number, shrinkage: number, renewal: number] {
  const t = step + 1
  return [
    learningRate / (1 - BETA1 ** t),
    1 / Math.sqrt(1 - BETA2 ** t),
    learningRate * weightDecay,
    1 - Math.min(averageDecay, (1 + t) / (10 + t)),
  ]
}

/** The vectors of a {@link TrainState}. */
export type StateVectors = Omit<TrainState, 'step'>

/**
 * One AdamW update (Loshchilov and Hutter 2019) of all weights at once: a dozen large operations, whatever the
 * number of layers.
 * @param gradient [N]
 * @param norm its Euclidean length
 * @param schedule [4] as {@link scheduleOf} gives it
 * @param decayMask [N] 1 where weight decay acts
 * @param clipNorm gradients longer than this (all weights together) are shortened to it
 */
export function adamW(
  tf: Tf,
  state: StateVectors,
  gradient: Tensor1D,
  norm: Scalar,
  schedule: Tensor1D,
  decayMask: Tensor1D,
  clipNorm: number,
): StateVectors {
  const [size, secondScale, shrinkage, renewal] = tf.split(schedule, 4) as [Tensor, Tensor, Tensor, Tensor]
  const clipped = tf.mul(gradient, tf.div(clipNorm, tf.maximum(norm, clipNorm)))
  const moment1 = tf.add(tf.mul(state.moment1, BETA1), tf.mul(clipped, 1 - BETA1))
  const moment2 = tf.add(tf.mul(state.moment2, BETA2), tf.mul(tf.square(clipped), 1 - BETA2))
  const root = tf.add(tf.mul(tf.sqrt(moment2), secondScale), EPSILON)
  const kept = tf.sub(state.weights, tf.mul(tf.mul(state.weights, decayMask), shrinkage))
  const weights = tf.sub(kept, tf.div(tf.mul(moment1, size), root))
  const average = tf.add(state.average, tf.mul(tf.sub(weights, state.average), renewal))
  return { weights, average, moment1, moment2 } as StateVectors
}

/** Euclidean length of a vector. */
export function norm(tf: Tf, vector: Tensor1D): Scalar {
  return tf.sqrt(tf.sum(tf.square(vector)))
}

export function disposeState(state: StateVectors): void {
  for (const tensor of [state.weights, state.average, state.moment1, state.moment2]) tensor.dispose()
}
