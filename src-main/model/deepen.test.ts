import type { Tensor4D } from '@tensorflow/tfjs'
import { expect, test } from 'vitest'
import type { Architecture } from '../contract/engine.ts'
import { randomFrom } from '../core/random.ts'
import { deepen } from './deepen.ts'
import { kernelsFor } from './kernels.ts'
import { forward, freshWeights, parameterCount, totalStride } from './network.ts'
import { tf, use } from './test-backends.ts'

const SHALLOW: Architecture = {
  ...{ family: 'fast-unet', levels: [4, 6, 8], embedding: 2 },
  ...{ offsetScale: 5, coordinates: 'pixel' },
}

test('a deeper network gives what the shallower one gave, and can learn from its new level', async () => {
  await use('cpu')
  const random = randomFrom(3)
  const weights = freshWeights(SHALLOW, 4).map((weight) => weight + 0.2 * (random() - 0.5))
  const deeper = deepen({ architecture: SHALLOW, weights }, 10, 5)
  expect(deeper.architecture.levels).toEqual([4, 6, 8, 10])
  expect(totalStride(deeper.architecture)).toBe(16)
  expect(deeper.weights).toHaveLength(parameterCount(deeper.architecture))
  tf.tidy(() => {
    const image: Tensor4D = tf.randomNormal([1, 32, 48, 3], 0, 1, 'float32', 2)
    const outputOf = (architecture: Architecture, flat: Float32Array): Float32Array[] => {
      const { logits, offsets } = forward(tf, kernelsFor(tf), architecture, tf.tensor1d(flat), image)
      return [logits.dataSync<'float32'>(), offsets.dataSync<'float32'>()]
    }
    const given = outputOf(SHALLOW, weights)
    expect(given[1]!.some((offset) => Math.abs(offset) > 0.1)).toBe(true)
    expect(outputOf(deeper.architecture, deeper.weights)).toEqual(given)
    const up = deeper.weights.map((weight) => (weight === 0 ? 0.01 : weight))
    expect(outputOf(deeper.architecture, up)).not.toEqual(given)
  })
})
