import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { centreLoss } from './centre-loss.ts'
import { padded, segmentsOf, segmentTensors } from './segments.ts'
import type { SegmentTensors } from './segments.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

/** Two images of four pixels: instances of two pixels and of one, background, and a third channel that plays no part. */
const LABELS = Int32Array.from([1, 1, 0, 2, 0, 0, 5, 5])
const OFFSETS = [3, 4, 9, 3, 4, -9, 7, 7, 7, 0, 0, 5, 1, 1, 1, 2, 2, 2, 6, -8, 0, -6, 8, 3]

/** Of instances that count their area's number: 2 for the pairs, 1 for the single pixel. */
function tensors(labels: Int32Array, pixels?: number, instances?: number): SegmentTensors {
  return segmentTensors(
    tf,
    padded(segmentsOf(labels, 4, 0), (area) => area, pixels, instances),
  )
}

describe.each(BACKENDS)('the distance of mean embeddings from centroids, on %s', (backend) => {
  beforeAll(() => use(backend))

  it('is the length of the mean offset, and its gradient that direction over the area', () => {
    const rows = tf.tensor2d(OFFSETS, [8, 3])
    // mean offsets (3, 4), (0, 0) and (0, 0): lengths 5, 0, 0, times the first one's weight 2 and the factor 2
    const first = [1.2, 1.6, 0]
    const expected = [...first, ...first, ...new Array<number>(18).fill(0)]
    // padding to fixed lengths changes nothing
    for (const segments of [tensors(LABELS), tensors(LABELS, 16, 9)]) {
      const { value, grad } = tf.valueAndGrad((x: Tensor) => centreLoss(tf, segments, x as Tensor2D, 2))(rows)
      expect(value.dataSync()[0]).toBeCloseTo(20, 5)
      const gradient = Array.from(grad.dataSync())
      gradient.forEach((entry, i) => expect(entry).toBeCloseTo(expected[i]!, 5))
      tf.dispose([value, grad])
    }
    rows.dispose()
  })

  it('is 0 without an instance, with a gradient of 0, and keeps no tensor', () => {
    const none = tensors(new Int32Array(8))
    const rows = tf.tensor2d(OFFSETS, [8, 3])
    const before = tf.memory().numTensors
    for (let i = 0; i < 3; i++) {
      const { value, grad } = tf.valueAndGrad((x: Tensor) => centreLoss(tf, none, x as Tensor2D, 1))(rows)
      expect(value.dataSync()[0]).toBe(0)
      expect(Math.max(...grad.dataSync().map(Math.abs))).toBe(0)
      tf.dispose([value, grad])
    }
    expect(tf.memory().numTensors).toBe(before)
    rows.dispose()
  })
})
