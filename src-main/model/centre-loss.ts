import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import type { Segments } from './segments.ts'
import type { Tf } from './tf.ts'

/**
 * What keeps two touching instances apart: over all instances, how far the mean embedding lies from the mean of
 * the instance's pixels. Eq. 5 alone is 0 where both share one embedding, so a network that sees a pair of ships
 * as one blob is never told otherwise; their centroids differ. An embedding is an offset plus the pixel's
 * coordinates, so that distance is the length of the mean offset, || 1/|S| sum over u in S of o_u ||_2.
 * Always finite; gradient 0 where the mean offset is 0.
 * @param rows [P, C] offsets of all pixels, in the order that `segments.pixel` counts; channels 0 and 1 are used
 * @param weight factor of the whole
 */
export function centreLoss(tf: Tf, segments: Segments, rows: Tensor2D, weight: number): Scalar {
  const { count } = segments
  const [pixels, channels] = rows.shape
  const run = tf.customGrad((...inputs) => {
    const [offsets, save] = inputs as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    if (count === 0) {
      save([])
      return { value: tf.scalar(0), gradFunc: () => tf.zeros([pixels, channels]) }
    }
    const pixel = tf.expandDims(tf.tensor1d(segments.pixel, 'int32'), 1)
    const segment = tf.tensor1d(segments.segment, 'int32')
    const areas = tf.tensor2d(segments.area, [count, 1])
    const spatial = tf.tensor1d(Array.from({ length: channels }, (_, channel) => (channel < 2 ? 1 : 0)))
    const own = tf.mul<Tensor2D>(tf.gather(offsets, tf.tensor1d(segments.pixel, 'int32')), spatial)
    const mean = tf.div(tf.scatterND(tf.expandDims(segment, 1), own, [count, channels]), areas)
    const length = tf.norm(mean, 2, 1, true)
    const direction = tf.divNoNan(mean, length)
    save([tf.div(direction, areas), pixel, segment])
    return {
      value: tf.mul(tf.sum(length), weight),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [slope, at, of] = saved as [Tensor, Tensor, Tensor]
        const ofPixels = tf.mul(tf.gather(slope, of as Tensor2D), tf.mul(dy, weight))
        return tf.scatterND(at, ofPixels, [pixels, channels])
      },
    }
  })
  return run(rows) as Scalar
}
