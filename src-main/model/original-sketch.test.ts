import type { Rank, Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { semiConvLoss } from './loss.ts'
import { addCoordinates } from './semi-conv.ts'
import { f2OfLabelMaps } from './tensor-metric.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

/**
 * The original sketch, literally, piece by piece: each test shows what the piece does and what ours does instead
 * (the table is in the README).
 */

beforeAll(() => use(BACKENDS[0]!))

const PIXEL = { coordinates: 'pixel' as const, origin: [0, 0] as [number, number], wholeSize: null }

/** semi_conv_2d: a grid over all axes of the tensor, scaled to 0..1, added to the first channels. */
function sketchCoordinates(features: Tensor4D): Tensor4D {
  const grids = features.shape.map((size, axis) => {
    const shape = [1, 1, 1, 1].with(axis, size)
    return tf.add(tf.reshape(tf.div(tf.range(0, size), size), shape), tf.zeros(features.shape))
  })
  const first = (grid: Tensor): Tensor => tf.slice(grid, [0, 0, 0, 0], [...features.shape.slice(0, 3), 1])
  return tf.add(features, tf.concat([first(grids[0]!), first(grids[1]!)], 3))
}

/** semi_conv_loss: one-hot masks of depth max. */
function sketchMasks(labels: Tensor3D): Tensor4D {
  return tf.cast(tf.oneHot(labels, tf.max(labels).dataSync()[0]!), 'float32') as Tensor4D
}

/** semi_conv_loss: |S| psi - sum of psi over S, as written, and its length. */
function sketchLengths(masks: Tensor4D, psi: Tensor4D): Tensor {
  const count = tf.sum(masks, [1, 2])
  const sums = tf.sum(tf.mul(tf.expandDims(masks, 4), tf.expandDims(psi, 3)), [1, 2])
  return tf.sqrt(tf.sum(tf.square(tf.sub(tf.mul(count, tf.expandDims(psi, 3)), sums)), -1))
}

/** iou_score: overlap of two label maps, and F2 over `slots` padded instances. */
function sketchIou(truth: Tensor, prediction: Tensor): number {
  const [t, p] = [tf.cast(truth, 'float32'), tf.cast(prediction, 'float32')]
  const intersection = tf.sum(tf.mul(t, p))
  const union = tf.sub(tf.add(tf.sum(t), tf.sum(p)), intersection)
  return tf.div(intersection, union).dataSync()[0]!
}

function sketchF2(hits: number[], predicted: number, slots: number): number {
  const tp = hits.filter(Boolean).length
  const [fn, fp] = [slots - tp, predicted - tp]
  return (5 * tp) / (5 * tp + 4 * fn + fp)
}

describe('semi_conv_2d', () => {
  it('counts batch and channel as coordinates; ours x to channel 0 and y to channel 1 of every image', () => {
    const features: Tensor4D = tf.zeros([2, 3, 4, 2])
    const sketch = sketchCoordinates(features).arraySync()
    expect(sketch[1]![0]![3]).toEqual([0.5, 0])
    const ours = addCoordinates(tf, features, PIXEL).arraySync()
    expect(ours[1]![2]![3]).toEqual([3, 2])
    expect(ours[1]).toEqual(ours[0])
  })
})

describe('semi_conv_loss', () => {
  const labels: Tensor3D = tf.tensor3d([[[0, 0, 1, 1, 2, 2]]], undefined, 'int32')
  const psi: Tensor4D = tf.tensor4d([[[[100], [0], [0], [2], [0], [10]]]])

  it('drops the last instance and counts the background; ours does neither', () => {
    const masks = sketchMasks(labels)
    expect(masks.shape[3]).toBe(2)
    expect([...tf.sum(masks, [0, 1, 2]).dataSync()]).toEqual([2, 2])
    expect(semiConvLoss(tf, labels, psi).dataSync()[0]).toBeCloseTo(1 + 5, 6)
  })

  it('does not run where images and instances differ in number; ours broadcasts', () => {
    const masks = tf.cast(tf.oneHot(labels, 3), 'float32')
    const two = tf.concat([masks, masks])
    expect(() => sketchLengths(two as Tensor4D, tf.concat([psi, psi]))).toThrow(/broadcast|shape/i)
    const both = semiConvLoss(tf, tf.concat([labels, labels]), tf.concat([psi, psi]))
    expect(both.dataSync()[0]).toBeCloseTo(12, 6)
  })

  it('has no gradient on the mean; ours is 0 there', () => {
    const onMean: Tensor4D = tf.tensor4d([[[[3], [3]]]])
    const mask: Tensor4D = tf.ones([1, 1, 2, 1])
    const sketch = tf.grad((x) => tf.sum(sketchLengths(mask, x as Tensor4D)))(onMean)
    expect([...sketch.dataSync()].some(Number.isNaN)).toBe(true)
    const one: Tensor3D = tf.ones([1, 1, 2], 'int32')
    const ours = tf.grad((x) => semiConvLoss(tf, one, x as Tensor4D))(onMean)
    expect([...ours.dataSync()]).toEqual([0, 0])
  })
})

describe('iou_score', () => {
  const truth = tf.tensor2d([[1, 1, 0, 2, 2]], undefined, 'int32')

  it('multiplies label numbers; ours compares masks', () => {
    expect(sketchIou(truth, truth)).not.toBe(1)
    expect(f2OfLabelMaps(tf, truth, truth).f2).toBe(1)
  })

  it('counts padded instances as missed; ours only those that are there', () => {
    expect(sketchF2([1, 1], 2, 8)).toBeLessThan(1)
    expect(f2OfLabelMaps(tf, truth, truth).thresholds[0]).toMatchObject({ tp: 2, fp: 0, fn: 0 })
  })

  it('gives 0 / 0 on an empty image that is rightly empty; ours 1', () => {
    const empty = tf.zeros<Rank.R2>([1, 5], 'int32')
    expect(sketchIou(empty, empty)).toBeNaN()
    expect(sketchF2([], 0, 0)).toBeNaN()
    expect(f2OfLabelMaps(tf, empty, empty).f2).toBe(1)
  })
})
