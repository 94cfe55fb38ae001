import type { Rank, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { ThresholdScore } from '../contract/wire.ts'
import { f2Of, TWENTIETHS } from '../core/metric/thresholds.ts'
import type { Tf } from './tf.ts'

/** One image's score from its label maps. */
export interface TensorScore {
  /** mean F2 over the ten thresholds, 0..1 */
  f2: number
  thresholds: readonly ThresholdScore[]
}

/** Pixels that are counted at once: their numbers are exact in float32, which ends at 2^24. */
const AT_ONCE = 2 ** 22

/**
 * The Airbus F2 of one image as tensor operations on label maps; the same as `scoreImage` of core/metric, which a
 * test holds. Label maps cannot overlap, and IoU > 0.5 makes a match unique, so hits need no matching. Pairs of labels are counted by tensors, some
 * million pixels at a time, and added up as doubles: exact up to 2^53 / 20 pixels, a gigapixel and far beyond.
 * @param truth [H, W] int32, 0 = background, gaps allowed
 * @param prediction [H, W] int32 of the same shape
 * @param atOnce pixels that are counted at once; up to 2^24 of them are exact
 */
export function f2OfLabelMaps(tf: Tf, truth: Tensor2D, prediction: Tensor2D, atOnce = AT_ONCE): TensorScore {
  const [t, p] = [ranksOf(tf, truth, atOnce), ranksOf(tf, prediction, atOnce)]
  const overlap = new Float64Array((t.count + 1) * (p.count + 1))
  for (const [from, size] of parts(truth.size, atOnce)) {
    const counts = tf.tidy(() => {
      const rank = (map: Tensor2D, ranks: Tensor1D): Tensor1D =>
        tf.cast(tf.gather(ranks, partOf(tf, map, from, size)), 'int32')
      const row = tf.mul(rank(truth, t.ranks), tf.scalar(p.count + 1, 'int32'))
      return countOf(tf, tf.add(row, rank(prediction, p.ranks)), overlap.length).dataSync()
    })
    counts.forEach((count, i) => (overlap[i]! += count))
  }
  tf.dispose([t.ranks, p.ranks])
  const hits = hitsOf(overlap, t.count, p.count)
  const thresholds = TWENTIETHS.map((k, level): ThresholdScore => {
    const tp = hits[level]!
    const [fp, fn] = [p.count - tp, t.count - tp]
    return { iou: k / 20, tp, fp, fn, f2: f2Of(tp, fp, fn) }
  })
  return { f2: thresholds.reduce((sum, { f2 }) => sum + f2, 0) / thresholds.length, thresholds }
}

/** [10] pairs above each threshold. @param overlap [truths + 1, predictions + 1] pixels of each pair, the background first */
function hitsOf(overlap: Float64Array, truths: number, predictions: number): number[] {
  const columns = predictions + 1
  const [rows, sums] = [new Float64Array(truths + 1), new Float64Array(columns)]
  overlap.forEach((count, i) => {
    rows[Math.floor(i / columns)]! += count
    sums[i % columns]! += count
  })
  const hits = TWENTIETHS.map(() => 0)
  for (let t = 1; t <= truths; t++) {
    for (let p = 1; p <= predictions; p++) {
      const both = overlap[t * columns + p]!
      const union = rows[t]! + sums[p]! - both
      TWENTIETHS.forEach((k, level) => {
        if (20 * both > k * union) hits[level]!++
      })
    }
  }
  return hits
}

/** A map's pixels in lots: where each begins, and how many it has. */
function parts(pixels: number, atOnce: number): [from: number, size: number][] {
  return Array.from({ length: Math.ceil(pixels / atOnce) }, (_, i) => [
    i * atOnce,
    Math.min(atOnce, pixels - i * atOnce),
  ])
}

function partOf(tf: Tf, map: Tensor2D, from: number, size: number): Tensor1D {
  return tf.slice(tf.reshape<Rank.R1>(map, [-1]), [from], [size])
}

/** How often each of 0..size-1 occurs; exact up to 2^24 values. */
function countOf(tf: Tf, values: Tensor1D, size: number): Tensor1D {
  return tf.scatterND(tf.expandDims(values, 1), tf.ones(values.shape), [size])
}

/** Labels renumbered 1..count in their order, background staying 0: the number of each label, to be disposed of. */
function ranksOf(tf: Tf, map: Tensor2D, atOnce: number): { ranks: Tensor1D; count: number } {
  const highest = tf.tidy(() => tf.max(map).dataSync()[0]!)
  const present = new Uint8Array(highest + 1)
  for (const [from, size] of parts(map.size, atOnce)) {
    const counts = tf.tidy(() => countOf(tf, partOf(tf, map, from, size), highest + 1).dataSync())
    counts.forEach((count, label) => (present[label]! |= count > 0 ? 1 : 0))
  }
  let count = 0
  const ranks = Float32Array.from(present, (there, label) => (label > 0 && there ? ++count : 0))
  return { ranks: tf.tensor1d(ranks), count }
}
