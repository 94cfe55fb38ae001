import type { Scalar, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs'
import type { Architecture, ModelFile, TrainBatch } from '../contract/engine.ts'
import type { LossUnit } from '../contract/words.ts'
import { batchOf, batchTensors, tensorsOf } from './batch.ts'
import type { Kernels } from './kernels.ts'
import type { LossParts, LossWeights } from './mixed-loss.ts'
import { mixedLoss } from './mixed-loss.ts'
import { forward } from './network.ts'
import { adamW, disposeState, norm, scheduleOf } from './optimizer.ts'
import type { ScheduleOptions, StateVectors, TrainState } from './optimizer.ts'
import type { Tf } from './tf.ts'

/**
 * Pixels as the network wants them.
 * @param pixels [B, H, W, 3] 0..255
 * @returns [B, H, W, 3] (value / 255 - mean) / deviation
 */
export function normalised(tf: Tf, pixels: Tensor4D, { mean, std }: ModelFile['normalise']): Tensor4D {
  const scale = tf.tensor1d(std.map((deviation) => 1 / (255 * deviation)))
  const shift = tf.tensor1d(std.map((deviation, channel) => -mean[channel]! / deviation))
  return tf.add(tf.mul(pixels, scale), shift)
}

/** What a step tells of itself. */
export interface StepFigures {
  loss: number
  gradientNorm: number
  parts: LossParts
}

/** What stays the same over a training. */
export interface StepOptions {
  architecture: Architecture
  normalise: ModelFile['normalise']
  lossWeights: LossWeights
  /** what counts alike in the loss of the foreground */
  lossUnit: LossUnit
  /** [N] 1 where weight decay acts */
  decayMask: Tensor1D
  clipNorm: number
}

/** Takes one step; the state handed in is disposed of, unless the step failed: then `state` is null, and it stays. */
export type Step = (
  state: TrainState,
  batch: TrainBatch,
  schedule: ScheduleOptions,
) => { state: TrainState | null; figures: StepFigures }

/**
 * The training step: forward, loss, gradient and AdamW as one function of tensors, which the backend may make fast as a
 * whole. A step whose loss or gradient is not finite changes nothing.
 */
export function stepOf(tf: Tf, kernels: Kernels, options: StepOptions): Step {
  const { architecture, normalise, lossWeights, lossUnit, clipNorm } = options
  const key = JSON.stringify(['step', architecture, normalise, lossWeights, lossUnit, clipNorm])
  const run = kernels.compile(key, 'same', (inputs) => computeStep(tf, kernels, options, inputs), {
    coarse: true,
  })
  return (state, batch, schedule) => {
    const given: Tensor[] = [
      ...tensorsOf(batchTensors(tf, batch, architecture, lossUnit)),
      tf.tensor1d(scheduleOf(state.step, schedule)),
    ]
    const { weights, average, moment1, moment2 } = state
    const outputs = run([weights, average, moment1, moment2, options.decayMask, ...given])
    const [read, ...vectors] = outputs as [Tensor1D, Tensor1D, Tensor1D, Tensor1D, Tensor1D]
    const [loss, gradientNorm, bce, dice, embedding, centre] = Array.from(read.dataSync())
    tf.dispose([read, ...given])
    const figures = {
      loss: loss!,
      gradientNorm: gradientNorm!,
      parts: { bce: bce!, dice: dice!, embedding: embedding!, centre: centre! },
    }
    const [w, a, m1, m2] = vectors
    const next: StateVectors = { weights: w, average: a, moment1: m1, moment2: m2 }
    const finite = Number.isFinite(figures.loss) && Number.isFinite(figures.gradientNorm)
    disposeState(finite ? state : next)
    return { state: finite ? { ...next, step: state.step + 1 } : null, figures }
  }
}

/** Figures [6] and the next state's vectors. */
function computeStep(
  tf: Tf,
  kernels: Kernels,
  { architecture, normalise, lossWeights, clipNorm }: StepOptions,
  inputs: readonly Tensor[],
): Tensor[] {
  const [weights, average, moment1, moment2, decayMask] = inputs as [
    Tensor1D,
    Tensor1D,
    Tensor1D,
    Tensor1D,
    Tensor1D,
  ]
  const schedule = inputs.at(-1) as Tensor1D
  const batch = batchOf(inputs.slice(5, -1))
  const image = normalised(tf, batch.images, normalise)
  let parts: Scalar[] = []
  const { value, grad } = tf.valueAndGrad((flat) => {
    const output = forward(tf, kernels, architecture, flat as Tensor1D, image)
    const loss = mixedLoss(tf, output, batch, lossWeights, architecture.coordinates)
    parts = [loss.bce, loss.dice, loss.embedding, loss.centre].map((part) => tf.keep(part))
    return loss.value
  })(weights)
  const length = norm(tf, grad as Tensor1D)
  const state = { weights, average, moment1, moment2 }
  const next = adamW(tf, state, grad as Tensor1D, length, schedule, decayMask, clipNorm)
  const figures = tf.stack([value, length, ...parts])
  tf.dispose(parts)
  return [figures, next.weights, next.average, next.moment1, next.moment2]
}
