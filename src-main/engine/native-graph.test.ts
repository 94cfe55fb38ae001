import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs'
import { describe, expect, it, vi } from 'vitest'
import type { Architecture, ModelFile, RgbImage, TrainBatch } from '../contract/engine.ts'
import { LOSS_UNITS } from '../contract/words.ts'
import { normal, randomFrom, wholeBetween } from '../core/random.ts'
import { kernelsFor } from '../model/kernels.ts'
import { decayMask, freshWeights } from '../model/network.ts'
import { disposeState, freshState } from '../model/optimizer.ts'
import { predict } from '../model/predict.ts'
import { BACKENDS, tf, use } from '../model/test-backends.ts'
import { stepOf } from '../model/training.ts'
import { graphCompiler } from './native-graph.ts'

const SMALL: Architecture = {
  family: 'fast-unet',
  levels: [4, 6, 8],
  embedding: 2,
  offsetScale: 5,
  coordinates: 'pixel',
}
const NORMALISE: ModelFile['normalise'] = { mean: [0.3, 0.3, 0.3], std: [0.2, 0.2, 0.2] }

function batchOf(seed: number): TrainBatch {
  const [batch, crop] = [2, 32]
  const random = randomFrom(seed)
  const labels = new Uint16Array(batch * crop * crop)
  const ships = wholeBetween(random, 0, 4)
  for (let ship = 1; ship <= ships; ship++) {
    const at = wholeBetween(random, 0, labels.length - 6 * crop)
    for (let row = 0; row < 5; row++) labels.fill(ship, at + row * crop, at + row * crop + 7)
  }
  const images = Uint8Array.from({ length: 3 * labels.length }, () => 256 * random())
  return { images, labels, batch, crop }
}

/** `onlyIf` libtensorflow is there: on other backends nothing is compiled. */
const onLibtensorflow = describe.skipIf(BACKENDS[0] !== 'tensorflow')

onLibtensorflow('graphs', () => {
  it.each(LOSS_UNITS)(
    'take the same training steps, %ss counted, batches with other numbers of ships and all, and keep no tensor',
    async (lossUnit) => {
      await use('tensorflow')
      const train = (kernels: ReturnType<typeof kernelsFor>): { losses: number[]; average: number[] } => {
        const mask: Tensor1D = tf.tensor1d(decayMask(SMALL))
        const step = stepOf(tf, kernels, {
          architecture: SMALL,
          normalise: NORMALISE,
          lossWeights: { bce: 2, dice: 1, embedding: 0.5, centre: 0.5 },
          lossUnit,
          decayMask: mask,
          clipNorm: 5,
        })
        let state = freshState(tf, freshWeights(SMALL, 1))
        const losses: number[] = []
        const tensors = new Set<number>()
        for (let i = 0; i < 12; i++) {
          const schedule = { learningRate: 0.003, weightDecay: 0.01, averageDecay: 0.9 }
          const next = step(state, batchOf(i), schedule)
          state = next.state!
          losses.push(next.figures.loss)
          tensors.add(tf.memory().numTensors)
        }
        expect(tensors.size).toBe(1)
        const average = [...state.average.dataSync()]
        disposeState(state)
        mask.dispose()
        return { losses, average }
      }
      const before = tf.memory().numTensors
      const plain = train(kernelsFor(tf))
      const warn = vi.spyOn(console, 'warn')
      const graphs = train(kernelsFor(tf, graphCompiler(tf)))
      expect(warn).not.toHaveBeenCalled()
      warn.mockRestore()
      expect(tf.memory().numTensors).toBe(before)
      expect(new Set(plain.losses).size).toBe(12)
      graphs.losses.forEach((loss, i) => expect(loss).toBeCloseTo(plain.losses[i]!, 3))
      graphs.average.forEach((weight, i) => expect(weight).toBeCloseTo(plain.average[i]!, 3))
    },
  )

  it('predict the same, flips and several sizes included', async () => {
    await use('tensorflow')
    const random = randomFrom(4)
    const imageOf = (width: number, height: number): RgbImage => ({
      width,
      height,
      data: Uint8Array.from({ length: 3 * width * height }, () => 256 * random()),
    })
    const weights = freshWeights(SMALL, 2)
    weights.forEach((_, i) => (weights[i]! += 0.2 * normal(random)))
    const network = { architecture: SMALL, normalise: NORMALISE, weights: tf.tensor1d(weights) }
    const fast = kernelsFor(tf, graphCompiler(tf))
    for (const image of [imageOf(64, 48), imageOf(40, 40)]) {
      for (const flips of [false, true]) {
        const plain = await predict(tf, kernelsFor(tf), network, image, { flips, tile: 512 })
        const [, , third] = [1, 2, 3].map(() => predict(tf, fast, network, image, { flips, tile: 512 }))
        const found = await third!
        expect(found.index.length).toBeGreaterThan(50)
        expect(Math.abs(found.index.length - plain.index.length)).toBeLessThan(3)
      }
    }
    network.weights.dispose()
  })

  it('are made the second time, once, and not at all where a function reads what it is not given', async () => {
    await use('tensorflow')
    const compile = graphCompiler(tf)
    const calls = vi.fn(([x]: readonly Tensor[]): Tensor[] => [tf.add(tf.square(x!), 1)])
    const run = compile('square', 'plain', calls)
    const x = tf.tensor1d([1, 2, 3])
    for (let i = 0; i < 5; i++) {
      const [y] = run([x])
      expect([...y!.dataSync()]).toEqual([2, 5, 10])
      y!.dispose()
    }
    // once as it is, once to be written down
    expect(calls).toHaveBeenCalledTimes(2)

    const outside = tf.sqrt(tf.tensor1d([4, 9, 16]))
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const open = compile('outside', 'plain', ([given]) => [tf.add(given!, outside)])
    for (let i = 0; i < 3; i++) {
      const [y] = open([x])
      expect([...y!.dataSync()]).toEqual([3, 5, 7])
      y!.dispose()
    }
    expect(warn).toHaveBeenCalledTimes(1)
    warn.mockRestore()
    tf.dispose([x, outside])
  })

  it('of convolutions with strides and biases give gradients that finite differences confirm', async () => {
    await use('tensorflow')
    const kernels = kernelsFor(tf, graphCompiler(tf))
    const run = kernels.compile('gradient', 'same', ([x, w]) => {
      const { value, grad } = tf.valueAndGrad((filter) => {
        const y = kernels.conv(x as Tensor4D, filter as Tensor4D, null, {
          stride: 2,
          relu: true,
          inputGradient: false,
        })
        return tf.sum(tf.square(y))
      })(w!)
      return [value, grad]
    })
    const random = randomFrom(6)
    const x = tf.tensor4d(
      Float32Array.from({ length: 64 }, () => normal(random)),
      [1, 8, 8, 1],
    )
    const filter = Float32Array.from({ length: 9 }, () => normal(random))
    const at = (values: Float32Array): { value: number; gradient: number[] } => {
      const w = tf.tensor4d(values, [3, 3, 1, 1])
      const [value, gradient] = run([x, w])
      const result = { value: value!.dataSync()[0]!, gradient: [...gradient!.dataSync()] }
      tf.dispose([w, value!, gradient!])
      return result
    }
    const here = [1, 2, 3].map(() => at(filter)).at(-1)!
    filter.forEach((weight, i) => {
      const slope = (at(filter.with(i, weight + 0.01)).value - at(filter.with(i, weight - 0.01)).value) / 0.02
      expect(here.gradient[i]).toBeCloseTo(slope, 1)
    })
    x.dispose()
  })
})
