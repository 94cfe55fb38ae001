import { beforeAll, describe, expect, it } from 'vitest'
import { labelMapToRles } from '../core/mask/rle.ts'
import { scoreImage } from '../core/metric/f2.ts'
import type { Random } from '../core/random.ts'
import { randomFrom, wholeBetween } from '../core/random.ts'
import { f2OfLabelMaps } from './tensor-metric.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

const [HEIGHT, WIDTH] = [24, 30]

/** A few boxes, later ones over earlier ones, with labels that leave gaps. */
function boxes(random: Random, count: number, jitter: number): Int32Array {
  const labels = new Int32Array(HEIGHT * WIDTH)
  for (let i = 0; i < count; i++) {
    const x = 7 * (i % 4) + wholeBetween(random, 0, jitter)
    const y = 8 * Math.floor(i / 4) + wholeBetween(random, 0, jitter)
    for (let row = y; row < Math.min(HEIGHT, y + 6); row++)
      for (let column = x; column < Math.min(WIDTH, x + 5); column++) labels[row * WIDTH + column] = 1 + 3 * i
  }
  return labels
}

describe.each(BACKENDS)('F2 of label maps on %s', (backend) => {
  beforeAll(() => use(backend))

  it('is the exact metric, threshold by threshold, and leaves nothing behind', () => {
    const random = randomFrom(11)
    const before = tf.memory().numTensors
    let between = 0
    for (let i = 0; i < 25; i++) {
      const truth = boxes(random, wholeBetween(random, 0, 9), 1)
      const prediction = boxes(random, wholeBetween(random, 0, 9), 1)
      const rles = (labels: Int32Array) => labelMapToRles(labels, WIDTH, HEIGHT).filter((rle) => rle.length)
      const exact = scoreImage(rles(truth), rles(prediction))
      const maps = [truth, prediction].map((labels) => tf.tensor2d(labels, [HEIGHT, WIDTH], 'int32'))
      // counted in lots, as large images are
      const found = f2OfLabelMaps(tf, maps[0]!, maps[1]!, 100 + i)
      for (const map of maps) map.dispose()
      expect(found.thresholds).toEqual(exact.thresholds)
      expect(found.f2).toBeCloseTo(exact.f2, 12)
      if (found.f2 > 0 && found.f2 < 1) between++
    }
    expect(between).toBeGreaterThan(10)
    expect(tf.memory().numTensors).toBe(before)
  })
})
