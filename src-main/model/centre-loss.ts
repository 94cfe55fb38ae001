import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { SegmentTensors } from './segments.ts'
import type { Tf } from './tf.ts'

/**
 * What keeps two touching instances apart: over all instances, how far the mean embedding lies from the mean of
 * the instance's pixels. Eq. 5 alone is 0 where both share one embedding, so a network that sees a pair of ships
 * as one blob is never told otherwise; their centroids differ. An embedding is an offset plus the pixel's
 * coordinates, so that distance is the length of the mean offset, || 1/|S| sum over u in S of o_u ||_2.
 * Always finite; gradient 0 where the mean offset is 0.
 * @param segments an instance counts what the shares of its pixels add up to
 * @param rows [P, C] offsets of all pixels, in the order that `segments.pixel` counts; channels 0 and 1 are used
 * @param weight factor of the whole
 */
export function centreLoss(
  tf: Tf,
  { pixel, segment, share, area }: SegmentTensors,
  rows: Tensor2D,
  weight: number,
): Scalar {
  const [pixels, channels] = rows.shape
  const count = area.shape[0]
  const run = tf.customGrad((...inputs) => {
    const [offsets, save] = inputs as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    const ids = tf.reshape(segment, [-1, 1])
    const spatial = tf.tensor1d(Array.from({ length: channels }, (_, channel) => (channel < 2 ? 1 : 0)))
    const own = tf.mul<Tensor2D>(tf.gather(offsets, pixel), spatial)
    const mean = tf.div(tf.scatterND(ids, own, [count, channels]), area)
    const length = tf.sqrt(tf.sum(tf.square(mean), 1, true))
    const direction = tf.divNoNan(mean, length)
    const value = tf.mul(tf.sum(tf.mul(tf.gather(length, segment), share)), weight)
    save([direction, pixel, segment, share])
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [slope, at, of, shares] = saved as [Tensor, Tensor, Tensor1D, Tensor]
        const ofPixels = tf.mul(tf.gather(slope, of), tf.mul(shares, tf.mul(dy, weight)))
        return tf.scatterND(tf.reshape(at, [-1, 1]), ofPixels, [pixels, channels])
      },
    }
  })
  return run(rows) as Scalar
}
