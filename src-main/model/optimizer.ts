import type { Scalar, Tensor1D } from '@tensorflow/tfjs'
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

export interface UpdateOptions {
  learningRate: number
  weightDecay: number
  /** [N] 1 where weight decay acts */
  decayMask: Tensor1D
  /** gradients longer than this (all weights together) are shortened to it */
  clipNorm: number
  /** of the exponential average; it starts lower, so that early weights are forgotten */
  averageDecay: number
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

/**
 * One AdamW update (Loshchilov and Hutter 2019) of all weights at once: a dozen large operations, whatever the
 * number of layers. The old state's tensors are disposed of.
 * @param gradient [N]
 * @param norm its Euclidean length
 */
export function adamW(
  tf: Tf,
  state: TrainState,
  gradient: Tensor1D,
  norm: number,
  { learningRate, weightDecay, decayMask, clipNorm, averageDecay }: UpdateOptions,
): TrainState {
  const step = state.step + 1
  const next = tf.tidy(() => {
    const clip = norm > clipNorm ? clipNorm / norm : 1
    const moment1 = tf.add(tf.mul(state.moment1, BETA1), tf.mul(gradient, (1 - BETA1) * clip))
    const moment2 = tf.add(
      tf.mul(state.moment2, BETA2),
      tf.mul(tf.square(gradient), (1 - BETA2) * clip * clip),
    )
    const size = learningRate / (1 - BETA1 ** step)
    const root = tf.add(tf.mul(tf.sqrt(moment2), 1 / Math.sqrt(1 - BETA2 ** step)), EPSILON)
    const kept = tf.sub(1, tf.mul(decayMask, learningRate * weightDecay))
    const weights = tf.sub(tf.mul(state.weights, kept), tf.div(tf.mul(moment1, size), root))
    const decay = Math.min(averageDecay, (1 + step) / (10 + step))
    const average = tf.add(state.average, tf.mul(tf.sub(weights, state.average), 1 - decay))
    return { weights, average, moment1, moment2 } as Omit<TrainState, 'step'>
  })
  disposeState(state)
  return { ...next, step }
}

/** Euclidean length of a vector. */
export function norm(tf: Tf, vector: Tensor1D): Scalar {
  return tf.sqrt(tf.sum(tf.square(vector)))
}

export function disposeState(state: TrainState): void {
  for (const tensor of [state.weights, state.average, state.moment1, state.moment2]) tensor.dispose()
}
