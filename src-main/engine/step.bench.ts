import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs'
import { normal, randomFrom } from '../core/random.ts'
import type { Kernels } from '../model/kernels.ts'
import { kernelsFor } from '../model/kernels.ts'
import { adamW, disposeState, freshState, norm, scheduleOf } from '../model/optimizer.ts'
import type { StateVectors } from '../model/optimizer.ts'
import type { Tf } from '../model/tf.ts'
import { chooseBackend } from './backends.ts'
import { bfloat16Suits } from './bfloat16-probe.ts'
import { graphCompiler } from './native-graph.ts'

/**
 * A training step of one and the same network three ways: as a plain tfjs loop writes it (variables, tf.conv2d, the
 * stock Adam), with this project's kernels and flat AdamW, and the same as a graph. The ways take turns, so that what
 * else the machine does meets all of them; the ratios count.
 */

const SIDE = 256
const ROUNDS = 12
/** Plain U-Net of 487,331 weights: two 3 x 3 convolutions a level, max pooling, nearest upsampling, concatenation. */
const WIDTHS = [16, 32, 64, 128]
const OUTPUTS = 3

interface Conv {
  kernel: number
  inputs: number
  outputs: number
}

function convs(): Conv[] {
  const [last] = WIDTHS.slice(-1)
  const down = WIDTHS.flatMap((width, i) => [
    { kernel: 3, inputs: i === 0 ? 3 : WIDTHS[i - 1]!, outputs: width },
    { kernel: 3, inputs: width, outputs: width },
  ])
  let below = last!
  const up = WIDTHS.slice(0, -1)
    .reverse()
    .flatMap((width) => {
      const pair = [
        { kernel: 3, inputs: below + width, outputs: width },
        { kernel: 3, inputs: width, outputs: width },
      ]
      below = width
      return pair
    })
  return [...down, ...up, { kernel: 1, inputs: WIDTHS[0]!, outputs: OUTPUTS }]
}

const sizes = convs().flatMap(({ kernel, inputs, outputs }) => [kernel * kernel * inputs * outputs, outputs])

/** @param conv a convolution with bias by its number, rectified unless it is the last */
function unet(tf: Tf, conv: (i: number, x: Tensor4D, relu: boolean) => Tensor4D, image: Tensor4D): Tensor4D {
  let [x, i] = [image, 0]
  const skips: Tensor4D[] = []
  for (let level = 0; level < WIDTHS.length; level++) {
    if (level > 0) x = tf.maxPool(x, 2, 2, 'same')
    x = conv(i++, x, true)
    x = conv(i++, x, true)
    skips.push(x)
  }
  for (const skip of skips.slice(0, -1).reverse()) {
    const [, height, width] = skip.shape
    x = tf.concat([tf.image.resizeNearestNeighbor(x, [height, width]), skip], 3)
    x = conv(i++, x, true)
    x = conv(i++, x, true)
  }
  return conv(i, x, false)
}

/** Cross-entropy of the first channel, square of the others. */
function loss(tf: Tf, output: Tensor4D, truth: Tensor2D): Tensor {
  const [logit, rest] = tf.split(tf.reshape(output, [-1, OUTPUTS]), [1, OUTPUTS - 1], 1) as [Tensor, Tensor]
  const entropy = tf.mean(tf.sub(tf.softplus(logit), tf.mul(truth, logit)))
  return tf.add(entropy, tf.mul(tf.mean(tf.square(rest)), 0.1))
}

function freshValues(): Float32Array[] {
  const random = randomFrom(1)
  return convs().flatMap(({ kernel, inputs, outputs }) => {
    const deviation = Math.sqrt(2 / (kernel * kernel * inputs))
    const filter = Float32Array.from(
      { length: kernel * kernel * inputs * outputs },
      () => deviation * normal(random),
    )
    return [filter, new Float32Array(outputs)]
  })
}

/** One step; returns its loss. */
type Step = () => number

function plainStep(tf: Tf, image: Tensor4D, truth: Tensor2D): Step {
  const variables: Variable[] = freshValues().map((values, i) => {
    const { kernel, inputs, outputs } = convs()[i >> 1]!
    return tf.variable(tf.tensor(values, i % 2 ? [outputs] : [kernel, kernel, inputs, outputs]))
  })
  const optimizer = tf.train.adam(1e-3)
  return () =>
    tf.tidy(() => {
      const conv = (i: number, x: Tensor4D, relu: boolean): Tensor4D => {
        const y = tf.add(
          tf.conv2d(x, variables[2 * i] as Variable as Tensor4D, 1, 'same'),
          variables[2 * i + 1]!,
        )
        return (relu ? tf.relu(y) : y) as Tensor4D
      }
      const value = optimizer.minimize(() => tf.squeeze(loss(tf, unet(tf, conv, image), truth)), true)
      return value!.dataSync()[0]!
    })
}

function ownStep(tf: Tf, kernels: Kernels, image: Tensor4D, truth: Tensor2D): Step {
  const values = freshValues()
  let state = freshState(tf, Float32Array.from(values.flatMap((part) => [...part])))
  const mask: Tensor1D = tf.ones([sizes.reduce((sum, size) => sum + size)])
  const run = kernels.compile(
    'step of the bench',
    'same',
    (inputs) => {
      const [weights, average, moment1, moment2, x, t, schedule] = inputs as Tensor[]
      const { value, grad } = tf.valueAndGrad((flat) => {
        const parts = tf.split(flat, sizes)
        const conv = (i: number, y: Tensor4D, relu: boolean): Tensor4D => {
          const { kernel, inputs: from, outputs } = convs()[i]!
          const filter = tf.reshape<Rank.R4>(parts[2 * i]!, [kernel, kernel, from, outputs])
          return kernels.conv(y, filter, parts[2 * i + 1] as Tensor1D, {
            stride: 1,
            relu,
            inputGradient: i > 0,
          })
        }
        return tf.squeeze(loss(tf, unet(tf, conv, x as Tensor4D), t as Tensor2D))
      })(weights!)
      const vectors = { weights, average, moment1, moment2 } as StateVectors
      const gradient = grad as Tensor1D
      const next = adamW(
        tf,
        vectors,
        gradient,
        norm(tf, gradient),
        schedule as Tensor1D,
        inputs[7] as Tensor1D,
        5,
      )
      return [value, next.weights, next.average, next.moment1, next.moment2]
    },
    { coarse: true },
  )
  return () => {
    const { weights, average, moment1, moment2 } = state
    const options = { learningRate: 1e-3, weightDecay: 0, averageDecay: 0.99 }
    const schedule = tf.tensor1d(scheduleOf(state.step, options))
    const outputs = run([weights, average, moment1, moment2, image, truth, schedule, mask])
    const [value, w, a, m1, m2] = outputs as [Tensor, Tensor1D, Tensor1D, Tensor1D, Tensor1D]
    disposeState(state)
    state = { weights: w, average: a, moment1: m1, moment2: m2, step: state.step + 1 }
    const [read] = value.dataSync()
    tf.dispose([value, schedule])
    return read!
  }
}

const { tf, info } = await chooseBackend(null)
const random = randomFrom(2)
for (const batch of [1, 4]) {
  const image = tf.tensor4d(
    Float32Array.from({ length: batch * SIDE * SIDE * 3 }, () => normal(random)),
    [batch, SIDE, SIDE, 3],
  )
  const truth = tf.tensor2d(
    Float32Array.from({ length: batch * SIDE * SIDE }, (_, i) => (i % 97 < 6 ? 1 : 0)),
    [batch * SIDE * SIDE, 1],
  )
  const ways: [string, Step][] = [
    ['plain tfjs, stock Adam', plainStep(tf, image, truth)],
    ['own kernels, flat AdamW', ownStep(tf, kernelsFor(tf), image, truth)],
    ['the same as a graph', ownStep(tf, kernelsFor(tf, graphCompiler(tf)), image, truth)],
    ...(bfloat16Suits(tf)
      ? [
          [
            'a graph with convolutions in bfloat16',
            ownStep(
              tf,
              kernelsFor(
                tf,
                graphCompiler(tf, () => true),
              ),
              image,
              truth,
            ),
          ] satisfies [string, Step],
        ]
      : []),
  ]
  const times = ways.map((): number[] => [])
  for (let round = 0; round < ROUNDS + 2; round++) {
    ways.forEach(([, step], i) => {
      const start = performance.now()
      step()
      if (round >= 2) times[i]!.push(performance.now() - start)
    })
  }
  const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
  const plain = times[0]!
  console.log(
    `Training step, U-Net of ${sizes.reduce((a, b) => a + b).toLocaleString('en')} weights, ${batch} x ${SIDE} x ${SIDE}, ${info.name}, ${info.threads} threads`,
  )
  console.table(
    ways.map(([name], i) => ({
      way: name,
      'median ms': Math.round(median(times[i]!)),
      'plain / this, median of rounds': median(plain.map((time, round) => time / times[i]![round]!)).toFixed(
        2,
      ),
    })),
  )
  tf.dispose([image, truth])
}
