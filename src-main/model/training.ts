import type { Scalar, Tensor1D, Tensor4D } from '@tensorflow/tfjs'
import type { Architecture, ModelFile, TrainBatch } from '../contract/engine.ts'
import type { Kernels } from './kernels.ts'
import type { LossParts, LossWeights } from './mixed-loss.ts'
import { mixedLoss } from './mixed-loss.ts'
import { forward } from './network.ts'
import { norm } from './optimizer.ts'
import type { Tf } from './tf.ts'

export interface StepResult {
  /** [N]; the caller disposes of it */
  gradient: Tensor1D
  gradientNorm: number
  loss: number
  parts: LossParts
}

/**
 * 8-bit RGB as the network wants it.
 * @param data [B * H * W * 3], 0..255
 * @returns [B, H, W, 3] (value / 255 - mean) / deviation
 */
export function normalised(
  tf: Tf,
  data: Uint8Array,
  shape: [number, number, number, number],
  { mean, std }: ModelFile['normalise'],
): Tensor4D {
  const floats = new Float32Array(data.length)
  const tables = [0, 1, 2].map((channel) =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean[channel]!) / std[channel]!),
  )
  const [red, green, blue] = tables as [Float32Array, Float32Array, Float32Array]
  for (let i = 0; i < data.length; i += 3) {
    floats[i] = red[data[i]!]!
    floats[i + 1] = green[data[i + 1]!]!
    floats[i + 2] = blue[data[i + 2]!]!
  }
  return tf.tensor4d(floats, shape)
}

/** Loss and gradient of one mini-batch; the weights stay as they are. */
export function lossAndGradient(
  tf: Tf,
  kernels: Kernels,
  architecture: Architecture,
  normalise: ModelFile['normalise'],
  weights: Tensor1D,
  { images, labels, batch, crop }: TrainBatch,
  lossWeights: LossWeights,
): StepResult {
  let parts: LossParts = { bce: 0, dice: 0, embedding: 0, centre: 0 }
  const [gradient, length, value] = tf.tidy<[Tensor1D, Scalar, Scalar]>(() => {
    const input = normalised(tf, images, [batch, crop, crop, 3], normalise)
    const { value, grad } = tf.valueAndGrad((flat) => {
      const output = forward(tf, kernels, architecture, flat as Tensor1D, input)
      return mixedLoss(tf, output, labels, lossWeights, architecture.coordinates, (found) => {
        parts = found
      })
    })(weights)
    return [grad as Tensor1D, norm(tf, grad as Tensor1D), value]
  })
  const [gradientNorm] = length.dataSync()
  const [loss] = value.dataSync()
  length.dispose()
  value.dispose()
  return { gradient, gradientNorm: gradientNorm!, loss: loss!, parts }
}
