import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs'
import type { SegmentTensors } from './segments.ts'
import { padded, segmentsOf, segmentTensors } from './segments.ts'
import { denseLoss } from './loss-dense.ts'
import type { Tf } from './tf.ts'

/** 'sum': over all instances. 'image-mean': that, divided by the number of images. 'instance-mean': by that of instances. */
export type Reduction = 'sum' | 'image-mean' | 'instance-mean'

export interface LossOptions {
  reduction?: Reduction
  /** label that is no instance (default 0); null: every label is one */
  background?: number | null
  /** 'segment' (default): time and memory do not grow with the number of instances. 'dense': after the original text */
  form?: 'segment' | 'dense'
}

/**
 * Loss of semi-convolutional embeddings (Novotny et al. 2018, eq. 5): over all instances the mean Euclidean
 * distance, in the embedding's units, of an instance's pixels from their mean. Each label within one image is an
 * instance. Differentiable by the embeddings; value and gradient are always finite for finite embeddings, and 0
 * where there is no instance, for one-pixel instances, and for pixels that lie on the mean.
 * @param labels [B, H, W] non-negative integers, gaps allowed
 * @param embeddings [B, H, W, C]
 */
export function semiConvLoss(
  tf: Tf,
  labels: Tensor3D,
  embeddings: Tensor4D,
  { reduction = 'sum', background = 0, form = 'segment' }: LossOptions = {},
): Scalar {
  const [batch, height, width] = labels.shape
  const data = Int32Array.from(labels.dataSync())
  const segments = segmentsOf(data, height * width, background)
  const weight = reductionWeight(reduction, batch, segments.count)
  if (form === 'dense') return denseLoss(tf, data, embeddings, background, weight)
  return tf.tidy(() => {
    const rows: Tensor2D = tf.reshape(embeddings, [data.length, -1])
    return segmentLoss(tf, segmentTensors(tf, padded(segments, EQUALLY)), rows, weight)
  })
}

/** Every instance counts the same, as eq. 5 has it. */
const EQUALLY = (): number => 1

/** What the sum over all instances is multiplied by. */
export function reductionWeight(reduction: Reduction, batch: number, instances: number): number {
  if (reduction === 'sum') return 1
  return 1 / Math.max(1, reduction === 'image-mean' ? batch : instances)
}

/**
 * Eq. 5 on lists of pixels. Only the pixels of instances are read; sums over instances are scatter-additions, so
 * neither time nor memory depends on how many there are. Each instance is first moved so that one of its own
 * pixels lies at the origin (a constant for the gradient): embeddings around 10,000 px keep their accuracy.
 * @param segments an instance counts what the shares of its pixels add up to: 1 in eq. 5
 * @param rows [P, C] embeddings of all pixels, in the order that `segments.pixel` counts
 * @param weight factor of the whole, see {@link reductionWeight}
 * @param shift [n, C] what is added to the embeddings of the n pixels of instances: their coordinates, where
 *   `rows` holds offsets
 */
export function segmentLoss(
  tf: Tf,
  { pixel, segment, share, first, area }: SegmentTensors,
  rows: Tensor2D,
  weight: number,
  shift?: Tensor2D,
): Scalar {
  const [pixels, channels] = rows.shape
  const count = area.shape[0]
  const run = tf.customGrad((...inputs) => {
    const [psi, save] = inputs as unknown as [Tensor2D, (tensors: Tensor[]) => void]
    const ids = tf.reshape(segment, [-1, 1])
    const sumOver = (values: Tensor2D): Tensor2D => tf.scatterND(ids, values, [count, channels])

    const given = tf.gather(psi, pixel)
    const own = shift ? tf.add(given, shift) : given
    const origin = tf.gather(own, first)
    const moved = tf.sub<Tensor2D>(own, tf.gather(origin, segment))
    const mean = tf.div(sumOver(moved), area)
    const difference = tf.sub(moved, tf.gather(mean, segment))
    // Scaled by the largest component, so that neither very small nor very large differences lose their square.
    const largest = tf.max(tf.abs(difference), 1, true)
    const safe = tf.where(tf.greater(largest, 0), largest, tf.onesLike(largest))
    const scaled = tf.div(difference, safe)
    const length = tf.sqrt(tf.sum(tf.square(scaled), 1, true))
    const direction = tf.div<Tensor2D>(scaled, tf.maximum(length, 1))
    const value = tf.mul(tf.sum(tf.mul(tf.mul(length, largest), share)), weight)
    save([direction, pixel, segment, ids, area, share])
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [n, at, of, into, areas, shares] = saved as [Tensor, Tensor, Tensor1D, Tensor, Tensor, Tensor]
        const meanDirection = tf.div(tf.scatterND(into, n, [count, channels]), areas)
        const differences = tf.sub(n, tf.gather(meanDirection, of))
        const own = tf.mul(differences, tf.mul(shares, tf.mul(dy, weight)))
        return tf.scatterND(tf.reshape(at, [-1, 1]), own, [pixels, channels])
      },
    }
  })
  return run(rows) as Scalar
}
