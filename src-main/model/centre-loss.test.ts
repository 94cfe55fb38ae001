import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { centreLoss } from './centre-loss.ts'
import { segmentsOf } from './segments.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

/** Two images of four pixels: instances of two pixels and of one, background, and a third channel that plays no part. */
const LABELS = Int32Array.from([1, 1, 0, 2, 0, 0, 5, 5])
const OFFSETS = [3, 4, 9, 3, 4, -9, 7, 7, 7, 0, 0, 5, 1, 1, 1, 2, 2, 2, 6, -8, 0, -6, 8, 3]

describe.each(BACKENDS)('the distance of mean embeddings from centroids, on %s', (backend) => {
  beforeAll(() => use(backend))

  it('is the length of the mean offset, and its gradient that direction over the area', () => {
    const rows = tf.tensor2d(OFFSETS, [8, 3])
    const { value, grad } = tf.valueAndGrad((x: Tensor) =>
      centreLoss(tf, segmentsOf(LABELS, 4, 0), x as Tensor2D, 2),
    )(rows)
    // mean offsets (3, 4), (0, 0) and (0, 0): lengths 5, 0, 0, times the factor 2
    expect(value.dataSync()[0]).toBeCloseTo(10, 5)
    const gradient = Array.from(grad.dataSync())
    const first = [0.6, 0.8, 0]
    const expected = [...first, ...first, ...new Array<number>(18).fill(0)]
    gradient.forEach((entry, i) => expect(entry).toBeCloseTo(expected[i]!, 5))
    tf.dispose([rows, value, grad])
  })

  it('is 0 without an instance, with a gradient of 0, and keeps no tensor', () => {
    const none = segmentsOf(new Int32Array(8), 4, 0)
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
