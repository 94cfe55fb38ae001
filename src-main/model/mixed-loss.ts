import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import type { BatchTensors } from './batch.ts'
import { centreLoss } from './centre-loss.ts'
import { segmentLoss } from './loss.ts'
import type { Output } from './network.ts'
import { diceByShip } from './ship-dice.ts'
import type { Coordinates } from '../contract/words.ts'
import type { Tf } from './tf.ts'

export interface LossWeights {
  bce: number
  dice: number
  embedding: number
  centre: number
}

/** The loss's parts before their weights; `embedding` and `centre` in units of 10 px for a ship of 400 px. */
export type LossParts = LossWeights

/** Eq. 5 and the distance of centres are counted in this many px, which brings them to the size of the other parts. */
const EMBEDDING_UNIT_PX = 10

export interface MixedLoss {
  value: Scalar
  bce: Scalar
  dice: Scalar
  embedding: Scalar
  centre: Scalar
}

/**
 * What the network is trained with: binary cross-entropy and soft Dice (of each ship where ships are counted, else over the whole batch;
 * images without ships are no special case) of the foreground, eq. 5 of the embeddings, and the distance of mean embeddings
 * from centroids; the last two are summed over an image's instances, each by its weight, and averaged over images.
 * @param output as the network gives it
 */
export function mixedLoss(
  tf: Tf,
  { logits, offsets }: Output,
  { truth, pixelWeight, segments, shift, ships }: Omit<BatchTensors, 'images'>,
  weights: LossWeights,
  coordinates: Coordinates,
): MixedLoss {
  const [batch, halfHeight, halfWidth, depth] = offsets.shape
  const z: Tensor2D = tf.reshape(logits, [-1, 4])
  const bce = weightedCrossEntropy(tf, z, truth, pixelWeight)
  const dice = ships ? diceByShip(tf, ships, segments.area, z, truth) : softDice(tf, z, truth, pixelWeight)
  const side = 2 * Math.max(halfHeight, halfWidth)
  // the head gives px in either case, so that what it has learnt on crops holds on images of any size; the layer scales both
  const length = coordinates === 'pixel' ? 1 : side
  const px: Tensor2D = tf.reshape(offsets, [batch * halfHeight * halfWidth * 4, depth / 4])
  const rows = length === 1 ? px : tf.div<Tensor2D>(px, length)
  const unit = EMBEDDING_UNIT_PX / length
  const embedding = segmentLoss(tf, segments, rows, 1 / (batch * unit), shift)
  const centre = centreLoss(tf, segments, rows, 1 / (batch * unit))
  const foreground = tf.add(tf.mul(bce, weights.bce), tf.mul(dice, weights.dice))
  const pulled = tf.add(tf.mul(embedding, weights.embedding), tf.mul(centre, weights.centre))
  return { value: tf.add(foreground, pulled), bce, dice, embedding, centre }
}

/** Mean over all pixels of w (softplus(z) - t z). */
function weightedCrossEntropy(tf: Tf, logits: Tensor2D, truth: Tensor2D, weight: Tensor2D): Scalar {
  const n = logits.size
  const run = tf.customGrad((...inputs) => {
    const [z, save] = inputs as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    save([z, truth, weight])
    return {
      value: tf.div(tf.sum(tf.mul(weight, tf.sub(tf.softplus(z), tf.mul(truth, z)))), n),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, t, w] = saved as [Tensor, Tensor, Tensor]
        return tf.mul(tf.mul(w, tf.sub(tf.sigmoid(x), t)), tf.div(dy, n))
      },
    }
  })
  return run(logits) as Scalar
}

/** 1 - (2 sum(p t) + 1) / (sum p + sum t + 1), p = sigmoid(z), over the pixels whose weight is not 0. */
function softDice(tf: Tf, logits: Tensor2D, truth: Tensor2D, weight: Tensor2D): Scalar {
  const run = tf.customGrad((...inputs) => {
    const [z, save] = inputs as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    // 0 where a pixel does not count, so is its slope below
    const p = tf.mul(tf.sigmoid(z), tf.sign(weight))
    const sizes = tf.add(tf.add(tf.sum(p), tf.sum(truth)), 1)
    const share = tf.div(tf.add(tf.mul(tf.sum(tf.mul(p, truth)), 2), 1), sizes)
    save([p, truth, share, sizes])
    return {
      value: tf.sub(1, share),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [q, t, s, all] = saved as [Tensor, Tensor, Tensor, Tensor]
        const slope = tf.mul(tf.sub(q, tf.square(q)), tf.div(dy, all))
        return tf.mul(tf.sub(s, tf.mul(t, 2)), slope)
      },
    }
  })
  return run(logits) as Scalar
}
