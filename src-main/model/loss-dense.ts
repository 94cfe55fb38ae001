import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import type { Tf } from './tf.ts'

/**
 * Eq. 5 after the original text: one-hot masks of all labels, the vectors |S| psi_u - sum over S of psi, their
 * lengths divided by |S|^2, rows of absent labels masked out first. Memory grows with the number of labels; kept
 * to hold the segment form to it.
 * @param labels [B * H * W] non-negative integers
 * @param embeddings [B, H, W, C]
 * @param background label that is no instance, or null
 * @param weight factor of the whole
 */
export function denseLoss(
  tf: Tf,
  labels: Int32Array,
  embeddings: Tensor4D,
  background: number | null,
  weight: number,
): Scalar {
  const [batch, height, width, channels] = embeddings.shape
  const pixels = height * width
  // tf.oneHot wants a depth of 2 at least.
  const depth = labels.reduce((most, label) => Math.max(most, label), 1) + 1
  const run = tf.customGrad((...inputs) => {
    const [psi, save] = inputs as unknown as [Tensor4D, (tensors: Tensor[]) => void]
    const images = tf.split(tf.reshape(psi, [batch, pixels, channels]), batch)
    const parts = images.map((image, b) => {
      const own = tf.tensor1d(labels.slice(b * pixels, (b + 1) * pixels), 'int32')
      return denseImage(tf, own, tf.reshape(image, [pixels, channels]), depth, background)
    })
    save(parts.map((part) => part.gradient))
    return {
      value: tf.mul(tf.addN(parts.map((part) => part.value)), weight),
      gradFunc: (dy: Tensor, gradients: Tensor[]) =>
        tf.mul(tf.reshape(tf.concat(gradients), psi.shape), tf.mul(dy, weight)),
    }
  })
  return run(embeddings) as Scalar
}

/** Value and gradient [P, C] of one image: its labels [P] and embeddings [P, C]. */
function denseImage(
  tf: Tf,
  labels: Tensor,
  psi: Tensor2D,
  depth: number,
  background: number | null,
): { value: Tensor; gradient: Tensor2D } {
  return tf.tidy(() => {
    const hot = tf.cast(tf.oneHot(labels, depth), 'float32')
    const mask =
      background === null || background >= depth
        ? hot
        : tf.mul(hot, tf.sub(1, tf.oneHot(tf.scalar(background, 'int32'), depth)))
    const inside = tf.max(mask, 1, true)
    const anyInside = tf.maximum(tf.sum(inside), 1)
    const centre = tf.div(tf.sum(tf.mul(psi, inside), 0, true), anyInside)
    const moved = tf.mul(tf.sub(psi, centre), inside)
    const area = tf.sum(mask, 0)
    const safeArea = tf.maximum(area, 1)
    const sums = tf.matMul(mask, moved, true)
    // [P, K, C]: |S| psi_u - sum psi, 0 outside of S
    const vectors = tf.mul(
      tf.sub(tf.mul(tf.reshape(safeArea, [1, depth, 1]), tf.expandDims(moved, 1)), tf.expandDims(sums, 0)),
      tf.expandDims(mask, 2),
    )
    const lengths = tf.sqrt(tf.sum(tf.square(vectors), 2))
    const perInstance = tf.div(tf.sum(lengths, 0), tf.square(safeArea))
    const value = tf.sum(perInstance)
    const safe = tf.where(tf.greater(lengths, 0), lengths, tf.onesLike(lengths))
    const directions = tf.div(vectors, tf.expandDims(safe, 2))
    const perArea = tf.reshape(tf.div(1, safeArea), [1, depth, 1])
    const means = tf.mul(tf.sum(directions, 0, true), perArea)
    const gradient = tf.sum<Tensor2D>(
      tf.mul(tf.mul(tf.sub(directions, means), tf.expandDims(mask, 2)), perArea),
      1,
    )
    return { value, gradient }
  })
}
