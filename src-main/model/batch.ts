import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import type { Architecture, TrainBatch } from '../contract/engine.ts'
import { packedOrder } from './packing.ts'
import type { Segments, SegmentTensors } from './segments.ts'
import { padded, segmentsOf, segmentTensors } from './segments.ts'
import type { Tf } from './tf.ts'

/** A mini-batch on the backend, as the loss wants it. The caller disposes of all of it: {@link tensorsOf}. */
export interface BatchTensors {
  /** [B, H, W, 3] 0..255 */
  images: Tensor4D
  /** [B * H * W / 4, 4] in packed order: 1 where there is a ship */
  truth: Tensor2D
  /** [B * H * W / 4, 4] what each pixel counts in the cross-entropy; 1 for background */
  pixelWeight: Tensor2D
  segments: SegmentTensors
  /** [n, C] coordinates of the pixels of instances, in the embedding's units; 0 in further channels */
  shift: Tensor2D
}

/** Smallest numbers of pixels and instances that batches are padded to; from there on in powers of two. */
const [FEWEST_PIXELS, FEWEST_INSTANCES] = [4096, 64]

/** Ships of this area count 1: see {@link pixelWeight} and {@link instanceWeight}. */
const EQUAL_AREA_PX = 400
const LARGEST_PIXEL_WEIGHT = 3
const SMALLEST_INSTANCE_WEIGHT = 0.5

/** What a pixel of a ship of so many px counts in the cross-entropy: small ships are few pixels, and all count. */
export function pixelWeight(area: number): number {
  return Math.min(LARGEST_PIXEL_WEIGHT, Math.max(1, Math.sqrt(EQUAL_AREA_PX / area)))
}

/**
 * What an instance of so many px counts in the losses of embeddings, by its length: a distance's gradient is the same
 * whether 1 px or 80 px are left to go, and long ships are few, so that otherwise the many short ones decide alone and
 * embeddings never get to the middle of a long one. 1 at 400 px.
 */
export function instanceWeight(area: number): number {
  return Math.max(SMALLEST_INSTANCE_WEIGHT, Math.sqrt(area / EQUAL_AREA_PX))
}

/** Brings a mini-batch to the backend; its shapes are the same for all but unusually crowded batches of one size. */
export function batchTensors(
  tf: Tf,
  { images, labels, batch, crop }: TrainBatch,
  { embedding, coordinates }: Pick<Architecture, 'embedding' | 'coordinates'>,
): BatchTensors {
  const order = packedOrder(batch, crop, crop)
  const packed = new Uint16Array(labels.length)
  for (let i = 0; i < packed.length; i++) packed[i] = labels[order[i]!]!
  const segments = segmentsOf(packed, crop * crop, 0)
  const truth = new Float32Array(packed.length)
  const weights = new Float32Array(packed.length).fill(1)
  const weightOf = segments.area.map(pixelWeight)
  const cut = cutInstances(segments, order, crop)
  const arrays = padded(
    segments,
    (area, instance) => (cut[instance] ? 0 : instanceWeight(area)),
    powerFrom(FEWEST_PIXELS, segments.pixel.length),
    powerFrom(FEWEST_INSTANCES, segments.count + 1),
  )
  const shift = new Float32Array(arrays.pixel.length * embedding)
  const unit = coordinates === 'pixel' ? 1 : 1 / crop
  for (let i = 0; i < segments.pixel.length; i++) {
    const place = segments.pixel[i]!
    truth[place] = 1
    weights[place] = weightOf[segments.segment[i]!]!
    const pixel = order[place]! % (crop * crop)
    shift[i * embedding] = (pixel % crop) * unit
    shift[i * embedding + 1] = Math.floor(pixel / crop) * unit
  }
  return {
    images: tf.tensor4d(new Float32Array(images), [batch, crop, crop, 3]),
    truth: tf.tensor2d(truth, [packed.length / 4, 4]),
    pixelWeight: tf.tensor2d(weights, [packed.length / 4, 4]),
    segments: segmentTensors(tf, arrays),
    shift: tf.tensor2d(shift, [arrays.pixel.length, embedding]),
  }
}

/**
 * Which instances reach the border of their crop, [count] 1 or 0. They may go on beyond it, so that the mean of what is seen is
 * not where the whole ship's would be: their embeddings are not trained.
 * @param order row-major position of each packed pixel
 */
function cutInstances({ pixel, segment, count }: Segments, order: Int32Array, crop: number): Uint8Array {
  const cut = new Uint8Array(count)
  for (let i = 0; i < pixel.length; i++) {
    const place = order[pixel[i]!]! % (crop * crop)
    const [x, y] = [place % crop, Math.floor(place / crop)]
    if (x === 0 || y === 0 || x === crop - 1 || y === crop - 1) cut[segment[i]!] = 1
  }
  return cut
}

function powerFrom(fewest: number, wanted: number): number {
  let size = fewest
  while (size < wanted) size *= 2
  return size
}

/** All tensors of a batch, in the order that {@link batchOf} takes them. */
export function tensorsOf({ images, truth, pixelWeight, segments, shift }: BatchTensors): Tensor[] {
  const { pixel, segment, share, first, area } = segments
  return [images, truth, pixelWeight, pixel, segment, share, first, area, shift]
}

/** The batch that {@link tensorsOf} has made a list of. */
export function batchOf(tensors: readonly Tensor[]): BatchTensors {
  const [images, truth, weights, pixel, segment, share, first, area, shift] = tensors as [
    Tensor4D,
    Tensor2D,
    Tensor2D,
    Tensor1D,
    Tensor1D,
    Tensor2D,
    Tensor1D,
    Tensor2D,
    Tensor2D,
  ]
  return { images, truth, pixelWeight: weights, segments: { pixel, segment, share, first, area }, shift }
}
