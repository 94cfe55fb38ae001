import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { ThresholdScore } from '../contract/wire.ts'
import { f2Of, TWENTIETHS } from '../core/metric/thresholds.ts'
import type { Tf } from './tf.ts'

/** One image's score from its label maps. */
export interface TensorScore {
  /** mean F2 over the ten thresholds, 0..1 */
  f2: number
  thresholds: readonly ThresholdScore[]
}

/**
 * The Airbus F2 of one image as tensor operations on label maps; the same as `scoreImage` of core/metric, which a
 * test holds. Label maps cannot overlap, and IoU > 0.5 makes a match unique, so hits need no matching.
 * @param truth [H, W] int32, 0 = background, gaps allowed
 * @param prediction [H, W] int32 of the same shape
 */
export function f2OfLabelMaps(tf: Tf, truth: Tensor2D, prediction: Tensor2D): TensorScore {
  const [hits, truths, predictions] = tf.tidy(() => {
    const t = ranked(tf, tf.reshape(truth, [-1]))
    const p = ranked(tf, tf.reshape(prediction, [-1]))
    const pairs: Tensor1D = tf.add(tf.mul(t.rank, tf.scalar(p.count + 1, 'int32')), p.rank)
    const together = countOf(tf, pairs, (t.count + 1) * (p.count + 1))
    const overlap: Tensor2D = tf.reshape(together, [t.count + 1, p.count + 1])
    const areas = (axis: number): Tensor2D => tf.sum(overlap, axis, true)
    const union: Tensor2D = tf.sub(tf.add(areas(1), areas(0)), overlap)
    const ships = (table: Tensor2D): Tensor2D => tf.slice(table, [1, 1], [t.count, p.count])
    if (t.count === 0 || p.count === 0) return [tf.zeros([TWENTIETHS.length]), t.count, p.count]
    const limits = tf.reshape(tf.tensor1d([...TWENTIETHS]), [-1, 1, 1])
    const above = tf.greater(tf.mul(ships(overlap), 20), tf.mul(tf.expandDims(ships(union)), limits))
    return [tf.sum(tf.cast(above, 'float32'), [1, 2]), t.count, p.count]
  }) as [Tensor1D, number, number]
  const counts = hits.dataSync()
  hits.dispose()
  const thresholds = TWENTIETHS.map((k, level): ThresholdScore => {
    const tp = counts[level]!
    const [fp, fn] = [predictions - tp, truths - tp]
    return { iou: k / 20, tp, fp, fn, f2: f2Of(tp, fp, fn) }
  })
  return { f2: thresholds.reduce((sum, { f2 }) => sum + f2, 0) / thresholds.length, thresholds }
}

/** How often each of 0..size-1 occurs; exact up to 2^24 pixels. */
function countOf(tf: Tf, values: Tensor1D, size: number): Tensor1D {
  return tf.scatterND(tf.expandDims(values, 1), tf.ones(values.shape), [size])
}

/** Labels renumbered 1..count in their order, background staying 0. */
function ranked(tf: Tf, labels: Tensor1D): { rank: Tensor1D; count: number } {
  const highest = tf.max(labels).dataSync()[0]!
  const present = tf.greater(countOf(tf, labels, highest + 1), 0)
  const ships = tf.mul(
    tf.cast(present, 'float32'),
    tf.cast(tf.greater(tf.range(0, highest + 1), 0), 'float32'),
  )
  const ranks = tf.mul(tf.cumsum(ships), ships)
  const rank = tf.cast(tf.gather(ranks, labels), 'int32') as Tensor1D
  return {
    rank,
    count: tf.sum(ships).dataSync()[0]!,
  }
}
