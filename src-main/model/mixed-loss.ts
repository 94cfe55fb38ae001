import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import { segmentLoss, reductionWeight } from './loss.ts'
import { segmentsOf } from './segments.ts'
import { addCoordinates } from './semi-conv.ts'
import type { Coordinates } from './semi-conv.ts'
import type { Tf } from './tf.ts'

export interface LossWeights {
  bce: number
  dice: number
  embedding: number
}

/** The loss's parts before their weights; `embedding` in units of 10 px. */
export interface LossParts {
  total: Scalar
  bce: Scalar
  dice: Scalar
  embedding: Scalar
}

/** Eq. 5 is counted in this many px, which brings it to the size of the other parts. */
const EMBEDDING_UNIT_PX = 10

/**
 * What the network is trained with: binary cross-entropy and soft Dice (over the whole batch, so that images
 * without ships are no special case) of the foreground, and eq. 5 of the embeddings, averaged over images.
 * @param output [B, H, W, 1 + C] as the network gives it
 * @param labels [B * H * W] 0 = background
 */
export function mixedLoss(
  tf: Tf,
  output: Tensor4D,
  labels: Uint16Array,
  weights: LossWeights,
  coordinates: Coordinates,
): LossParts {
  const [batch, height, width, channels] = output.shape
  const pixels = labels.length
  const truth = tf.tensor2d(
    Float32Array.from(labels, (label) => (label ? 1 : 0)),
    [pixels, 1],
  )
  const flat: Tensor2D = tf.reshape(output, [pixels, channels])
  const [logits, offsets] = tf.split(flat, [1, channels - 1], 1) as [Tensor2D, Tensor2D]
  const bce = crossEntropy(tf, logits, truth)
  const dice = softDice(tf, tf.sigmoid(logits), truth)
  const segments = segmentsOf(labels, height * width, 0)
  const embeddings = addCoordinates(tf, tf.reshape(offsets, [batch, height, width, channels - 1]), {
    coordinates,
    origin: [0, 0],
    wholeSize: [width, height],
  })
  const eq5 = segmentLoss(tf, segments, embeddings, reductionWeight('image-mean', batch, segments.count))
  const unit = coordinates === 'pixel' ? EMBEDDING_UNIT_PX : EMBEDDING_UNIT_PX / Math.max(width, height)
  const embedding = tf.div(eq5, unit) as Scalar
  const total = tf.addN([
    tf.mul(bce, weights.bce),
    tf.mul(dice, weights.dice),
    tf.mul(embedding, weights.embedding),
  ]) as Scalar
  return { total, bce, dice, embedding }
}

/** Mean over pixels of softplus(z) - t z; its gradient (sigmoid(z) - t) / n costs one pass. */
function crossEntropy(tf: Tf, logits: Tensor2D, truth: Tensor2D): Scalar {
  const run = tf.customGrad((...inputs) => {
    const [z, save] = inputs as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    save([z])
    // softplus in its stable form: max(z, 0) + log1p(exp(-|z|))
    const softplus = tf.add(tf.relu(z), tf.log1p(tf.exp(tf.neg(tf.abs(z)))))
    return {
      value: tf.mean(tf.sub(softplus, tf.mul(truth, z))),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) =>
        tf.mul(tf.sub(tf.sigmoid(saved!), truth), tf.div(dy, truth.size)),
    }
  })
  return run(logits) as Scalar
}

/** 1 - (2 sum(p t) + 1) / (sum p + sum t + 1) */
function softDice(tf: Tf, probability: Tensor2D, truth: Tensor2D): Scalar {
  const both = tf.sum(tf.mul(probability, truth))
  const sizes = tf.add(tf.sum(probability), tf.sum(truth))
  return tf.sub(1, tf.div(tf.add(tf.mul(both, 2), 1), tf.add(sizes, 1)))
}
