import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import { centreLoss } from './centre-loss.ts'
import { reductionWeight, segmentLoss } from './loss.ts'
import type { Output } from './network.ts'
import { packedOrder } from './packing.ts'
import { segmentsOf } from './segments.ts'
import type { Coordinates } from './semi-conv.ts'
import type { Tf } from './tf.ts'

export interface LossWeights {
  bce: number
  dice: number
  embedding: number
  centre: number
}

/** The loss's parts before their weights; `embedding` and `centre` in units of 10 px. */
export type LossParts = LossWeights

/** Eq. 5 and the distance of centres are counted in this many px, which brings them to the size of the other parts. */
const EMBEDDING_UNIT_PX = 10

/**
 * What the network is trained with: binary cross-entropy and soft Dice (over the whole batch, so that images
 * without ships are no special case) of the foreground, eq. 5 of the embeddings, and the distance of mean embeddings
 * from centroids; the last two are summed over an image's instances and averaged over images.
 * @param output as the network gives it
 * @param labels [B * H * W] row-major, 0 = background
 * @param report is given the parts
 */
export function mixedLoss(
  tf: Tf,
  { logits, offsets }: Output,
  labels: Uint16Array,
  weights: LossWeights,
  coordinates: Coordinates,
  report: (parts: LossParts) => void,
): Scalar {
  const [batch, halfHeight, halfWidth, depth] = offsets.shape
  const [height, width, channels] = [2 * halfHeight, 2 * halfWidth, depth / 4]
  const order = packedOrder(batch, height, width)
  const packed = new Uint16Array(labels.length)
  for (let i = 0; i < packed.length; i++) packed[i] = labels[order[i]!]!

  const truth = new Float32Array(packed.length)
  for (let i = 0; i < packed.length; i++) truth[i] = packed[i] ? 1 : 0
  const { total, bce, dice } = foregroundLoss(tf, tf.reshape(logits, [-1, 4]), truth, weights)

  const segments = segmentsOf(packed, height * width, 0)
  const perPixel = coordinates === 'pixel' ? [1, 1] : [1 / width, 1 / height]
  const shift = new Float32Array(segments.pixel.length * channels)
  segments.pixel.forEach((place, i) => {
    const pixel = order[place]! % (height * width)
    shift[i * channels] = (pixel % width) * perPixel[0]!
    shift[i * channels + 1] = Math.floor(pixel / width) * perPixel[1]!
  })
  const rows: Tensor2D = tf.reshape(offsets, [packed.length, channels])
  const share = reductionWeight('image-mean', batch, segments.count)
  const unit = coordinates === 'pixel' ? EMBEDDING_UNIT_PX : EMBEDDING_UNIT_PX / Math.max(width, height)
  const coordinatesOfPixels = tf.tensor2d(shift, [segments.pixel.length, channels])
  const embedding = segmentLoss(tf, segments, rows, share / unit, coordinatesOfPixels)
  const centre = centreLoss(tf, segments, rows, share / unit)
  report({ bce, dice, embedding: embedding.dataSync()[0]!, centre: centre.dataSync()[0]! })
  const pulled = tf.add(tf.mul(embedding, weights.embedding), tf.mul(centre, weights.centre))
  return tf.add(total, pulled)
}

/**
 * Weighted sum of mean cross-entropy softplus(z) - t z and soft Dice 1 - (2 sum(p t) + 1) / (sum p + sum t + 1),
 * with one gradient for both: both need p = sigmoid(z).
 */
function foregroundLoss(
  tf: Tf,
  logits: Tensor2D,
  truthValues: Float32Array,
  weights: LossWeights,
): { total: Scalar; bce: number; dice: number } {
  const truth = tf.tensor2d(truthValues, logits.shape)
  const ships = truthValues.reduce((sum, t) => sum + t, 0)
  const n = truthValues.length
  const parts = { bce: 0, dice: 0 }
  const run = tf.customGrad((...inputs) => {
    const [z, save] = inputs as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    const p = tf.sigmoid(z)
    const bce = tf.div(tf.sub(tf.sum(tf.softplus(z)), tf.sum(tf.mul(truth, z))), n)
    const sizes = tf.add(tf.sum(p), ships + 1)
    const overlap = tf.add(tf.mul(tf.sum(tf.mul(p, truth)), 2), 1)
    const share = tf.div(overlap, sizes)
    const dice = tf.sub(1, share)
    parts.bce = bce.dataSync()[0]!
    parts.dice = dice.dataSync()[0]!
    save([p, share, sizes, truth])
    return {
      value: tf.add(tf.mul(bce, weights.bce), tf.mul(dice, weights.dice)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [q, s, all, t] = saved as [Tensor, Tensor, Tensor, Tensor]
        const slope = tf.sub(q, tf.square(q))
        const byDice = tf.div(tf.mul(tf.sub(s, tf.mul(t, 2)), weights.dice), all)
        const byBce = tf.mul(tf.sub(q, t), weights.bce / n)
        return tf.mul(tf.add(byBce, tf.mul(byDice, slope)), dy)
      },
    }
  })
  const total = run(logits) as Scalar
  return { total, ...parts }
}
