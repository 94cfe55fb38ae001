import type { Rank, Tensor, Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs'
import { normal, randomFrom } from '../core/random.ts'
import { CELLS, CHANNELS } from '../core/smart-box/crop.ts'
import type { LayerName } from '../core/smart-box/net.ts'
import { LAYERS, WEIGHTS } from '../core/smart-box/net.ts'
import type { Kernels } from './kernels.ts'
import type { TrainState } from './optimizer.ts'
import { adamW, disposeState, norm, scheduleOf } from './optimizer.ts'
import type { ScheduleOptions } from './optimizer.ts'
import type { Tf } from './tf.ts'

/** The smart box's network (`core/smart-box/net.ts` runs it) as tensors, to train it. */

/** Layers that are added to what goes into them begin smaller. */
const ADDED = new Set<string>(['c', 'e', 'g', 'h', 'at2', 'at1', 'at0'] satisfies LayerName[])

/** [WEIGHTS] to start from (He et al. 2015), no bias. */
export function freshBoxNet(seed: number): Float32Array {
  const random = randomFrom(seed)
  const weights = new Float32Array(WEIGHTS)
  let at = 0
  for (const [name, { kernel, from, to }] of Object.entries(LAYERS)) {
    const deviation = Math.sqrt(2 / (kernel * kernel * from)) * (ADDED.has(name) ? 0.5 : 1)
    const end = at + kernel * kernel * from * to
    while (at < end) weights[at++] = deviation * normal(random)
    at += to
  }
  return weights
}

/**
 * @param flat [WEIGHTS]
 * @param input [B, CELLS, CELLS, CHANNELS]
 * @returns [B, CELLS, CELLS] log odds that a cell is the ship's
 */
export function boxNet(tf: Tf, kernels: Kernels, flat: Tensor1D, input: Tensor4D): Tensor3D {
  const layers = Object.entries(LAYERS)
  const sizes = layers.flatMap(([, { kernel, from, to }]) => [kernel * kernel * from * to, to])
  const parts = tf.split(flat, sizes)
  const named = new Map(
    layers.map(([name, { kernel, from, to }], i) => [
      name,
      {
        filter: tf.reshape<Rank.R4>(parts[2 * i]!, [kernel, kernel, from, to]),
        bias: parts[2 * i + 1]! as Tensor1D,
      },
    ]),
  )
  const conv = (x: Tensor4D, name: LayerName, stride: 1 | 2, relu: boolean): Tensor4D => {
    const { filter, bias } = named.get(name)!
    return kernels.conv(x, filter, bias, { stride, relu, inputGradient: name !== 'a' })
  }
  const further = (x: Tensor4D, name: LayerName): Tensor4D => tf.relu(tf.add(conv(x, name, 1, false), x))
  const up = (low: Tensor4D, name: LayerName, skip: Tensor4D): Tensor4D =>
    tf.relu(kernels.upsampleAdd(conv(low, name, 1, false), skip))
  const a = conv(input, 'a', 1, true)
  const c = further(conv(a, 'b', 2, true), 'c')
  const e = further(conv(c, 'd', 2, true), 'e')
  const h = further(further(conv(e, 'f', 2, true), 'g'), 'h')
  const at2 = further(up(h, 'up2', e), 'at2')
  const at1 = further(up(at2, 'up1', c), 'at1')
  const at0 = further(up(at1, 'up0', a), 'at0')
  return tf.squeeze<Tensor3D>(conv(at0, 'out', 1, false), [3])
}

/** Cross-entropy of all cells counts so much beside a crop's intersection over union. */
const BY_CELL = 2

/**
 * @param odds [B, CELLS, CELLS] log odds
 * @param share [B, CELLS, CELLS] how much of a cell is the ship's, 0..1
 * @returns [] cross-entropy, and 1 less the intersection over union of chances and shares, on average over crops
 */
export function boxLoss(tf: Tf, odds: Tensor3D, share: Tensor3D): Tensor {
  const surprise = tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(odds)))))
  const entropy = tf.mean(tf.add(tf.sub(tf.relu(odds), tf.mul(odds, share)), surprise))
  const chance = tf.sigmoid(odds)
  const common = tf.sum(tf.mul(chance, share), [1, 2])
  const all = tf.sub(tf.sum(tf.add(chance, share), [1, 2]), common)
  return tf.add(tf.mul(entropy, BY_CELL), tf.mean(tf.sub(1, tf.div(common, tf.add(all, 1)))))
}

/** Gradients longer than this are shortened. */
const CLIP = 5

/** Crops with their truth, in turn. */
export interface BoxBatch {
  /** [B, CELLS, CELLS, CHANNELS] */
  input: Float32Array
  /** [B, CELLS, CELLS] 0..1 */
  share: Float32Array
}

/** One step of a training; the state handed in is disposed of. */
export function boxStepOf(tf: Tf, kernels: Kernels) {
  const run = kernels.compile('box net', 'same', (inputs) => compute(tf, kernels, inputs), { coarse: true })
  const none = tf.zeros([WEIGHTS])
  return (state: TrainState, { input, share }: BoxBatch, schedule: ScheduleOptions) => {
    const given = [
      tf.tensor4d(input, [share.length / CELLS ** 2, CELLS, CELLS, CHANNELS]),
      tf.tensor3d(share, [share.length / CELLS ** 2, CELLS, CELLS]),
      tf.tensor1d(scheduleOf(state.step, schedule)),
    ]
    const { weights, average, moment1, moment2, step } = state
    const outputs = run([weights, average, moment1, moment2, none, ...given])
    const [loss, w, a, m1, m2] = outputs as [Tensor1D, Tensor1D, Tensor1D, Tensor1D, Tensor1D]
    const [value = NaN] = loss.dataSync()
    tf.dispose([loss, ...given])
    disposeState(state)
    return {
      loss: value,
      state: { weights: w, average: a, moment1: m1, moment2: m2, step: step + 1 } satisfies TrainState,
    }
  }
}

function compute(tf: Tf, kernels: Kernels, inputs: readonly Tensor[]): Tensor[] {
  const [weights, average, moment1, moment2, decays, input, share, schedule] = inputs as [
    ...[Tensor1D, Tensor1D, Tensor1D, Tensor1D, Tensor1D],
    ...[Tensor4D, Tensor3D, Tensor1D],
  ]
  const { value, grad } = tf.valueAndGrad((flat) =>
    boxLoss(tf, boxNet(tf, kernels, flat as Tensor1D, input), share),
  )(weights)
  const gradient = grad as Tensor1D
  const state = { weights, average, moment1, moment2 }
  const next = adamW(tf, state, gradient, norm(tf, gradient), schedule, decays, CLIP)
  return [tf.reshape(value, [1]), next.weights, next.average, next.moment1, next.moment2]
}
