import { beforeAll, expect, it } from 'vitest'
import { normal, randomFrom } from '../core/random.ts'
import { CELLS, CHANNELS } from '../core/smart-box/crop.ts'
import { BoxNet } from '../core/smart-box/net.ts'
import { boxNet, boxStepOf, freshBoxNet } from './box-net.ts'
import { kernelsFor } from './kernels.ts'
import { disposeState, freshState } from './optimizer.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

beforeAll(() => use(BACKENDS[0]!))

const random = randomFrom(3)
const noise = (length: number) => Float32Array.from({ length }, () => normal(random))
const weights = freshBoxNet(1).map((value) => value + 0.05 * normal(random))

it('is computed in the page as tensors compute it', () => {
  const input = noise(CELLS * CELLS * CHANNELS)
  const expected = tf.tidy(() => {
    const tensor = tf.tensor4d(input, [1, CELLS, CELLS, CHANNELS])
    return Array.from(boxNet(tf, kernelsFor(tf), tf.tensor1d(weights), tensor).dataSync())
  })
  const got = new BoxNet(weights).run(input)
  const worst = Math.max(...expected.map((value, p) => Math.abs(value - got[p]!)))
  const largest = Math.max(...expected.map(Math.abs))
  expect(largest).toBeGreaterThan(0.1)
  expect(worst).toBeLessThan(1e-4 * largest)
})

it('learns a crop, and leaves no tensor behind', () => {
  const step = boxStepOf(tf, kernelsFor(tf))
  const share = Float32Array.from({ length: CELLS * CELLS }, (_, p) => (p % CELLS < 20 ? 1 : 0))
  const input = noise(CELLS * CELLS * CHANNELS)
  share.forEach((value, p) => (input[p * CHANNELS]! += 2 * value))
  const before = tf.memory().numTensors
  let state = freshState(tf, weights)
  const losses = [0, 1, 2].map(() => {
    const next = step(state, { input, share }, { learningRate: 0.002, weightDecay: 0, averageDecay: 0.9 })
    state = next.state
    return next.loss
  })
  expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!)
  disposeState(state)
  expect(tf.memory().numTensors).toBe(before)
})
