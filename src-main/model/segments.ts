import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { Tf } from './tf.ts'

/** The instances of a batch of label maps, as flat lists: what the segment form of the loss works on. */
export interface Segments {
  /** [n] flat pixel indices (image * H * W + y * W + x) of all pixels that belong to an instance, ascending */
  pixel: Int32Array
  /** [n] instance of each of these pixels, 0..count-1 */
  segment: Int32Array
  /** [count] the first pixel of each instance, as a position in `pixel` */
  first: Int32Array
  /** [count] pixels of each instance */
  area: Float32Array
  /** number of instances: labels of two images are two instances */
  count: number
}

/**
 * Finds the instances of a batch.
 * @param labels [B * pixelsPerImage] non-negative integers, row-major, gaps allowed
 * @param pixelsPerImage H * W
 * @param background label that is no instance; null: every label is one
 */
export function segmentsOf(
  labels: Uint16Array | Int32Array,
  pixelsPerImage: number,
  background: number | null,
): Segments {
  let n = 0
  for (let i = 0; i < labels.length; i++) if (labels[i] !== background) n++
  const pixel = new Int32Array(n)
  const segment = new Int32Array(n)
  const first: number[] = []
  const area: number[] = []
  let known = new Map<number, number>()
  let lastLabel = -1
  let lastSegment = -1
  let at = 0
  for (let i = 0; i < labels.length; i++) {
    if (i % pixelsPerImage === 0) {
      known = new Map()
      lastLabel = -1
    }
    const label = labels[i]!
    if (label === background) continue
    if (label !== lastLabel) {
      lastLabel = label
      const found = known.get(label)
      lastSegment = found ?? area.length
      if (found === undefined) {
        known.set(label, lastSegment)
        first.push(at)
        area.push(0)
      }
    }
    pixel[at] = i
    segment[at++] = lastSegment
    area[lastSegment]!++
  }
  return { pixel, segment, first: Int32Array.from(first), area: Float32Array.from(area), count: area.length }
}

/** {@link Segments} on the backend, in the form that the losses compute with. */
export interface SegmentTensors {
  /** [n] flat pixel indices, ascending but for the padding */
  pixel: Tensor1D
  /** [n] instance of each of these pixels */
  segment: Tensor1D
  /** [n, 1] what each pixel counts: its instance's weight over its area; 0 for padding */
  share: Tensor2D
  /** [K] the first pixel of each instance, as a position in `pixel` */
  first: Tensor1D
  /** [K, 1] pixels of each instance; 1 for padding */
  area: Tensor2D
}

/** Plain arrays for {@link SegmentTensors}. */
export interface SegmentArrays {
  pixel: Int32Array
  segment: Int32Array
  share: Float32Array
  first: Int32Array
  area: Float32Array
}

/**
 * Segments as arrays of given lengths, so that batches with other numbers of ships have the same shapes. What is
 * padded is one more instance, of copies of pixel 0, that counts nothing.
 * @param weightOf what an instance of so many pixels counts
 * @param pixels at least n; more where there is no pixel at all
 * @param instances more than `count`
 */
export function padded(
  { pixel, segment, first, area, count }: Segments,
  weightOf: (area: number) => number,
  pixels = Math.max(1, pixel.length),
  instances = count + 1,
): SegmentArrays {
  const out: SegmentArrays = {
    pixel: new Int32Array(pixels),
    segment: new Int32Array(pixels).fill(instances - 1),
    share: new Float32Array(pixels),
    first: new Int32Array(instances).fill(Math.min(pixel.length, pixels - 1)),
    area: new Float32Array(instances).fill(1),
  }
  out.pixel.set(pixel)
  out.segment.set(segment)
  out.first.set(first)
  out.area.set(area)
  const shares = area.map((own) => weightOf(own) / own)
  for (let i = 0; i < segment.length; i++) out.share[i] = shares[segment[i]!]!
  return out
}

/** The arrays on the backend; the caller disposes of them. */
export function segmentTensors(
  tf: Tf,
  { pixel, segment, share, first, area }: SegmentArrays,
): SegmentTensors {
  return {
    pixel: tf.tensor1d(pixel, 'int32'),
    segment: tf.tensor1d(segment, 'int32'),
    share: tf.tensor2d(share, [share.length, 1]),
    first: tf.tensor1d(first, 'int32'),
    area: tf.tensor2d(area, [area.length, 1]),
  }
}
