import { describe, expect, it } from 'vitest'
import { f2OfLabelMaps } from './tensor-metric.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

describe.skipIf(BACKENDS[0] !== 'tensorflow')('on more pixels than float32 counts', () => {
  it('an IoU of exactly 0.95 is still no hit at 0.95', async () => {
    await use('tensorflow')
    const part = 838_862
    const labels = (pixels: number) => new Int32Array(20 * part).fill(1, 0, pixels)
    const maps = [20 * part, 19 * part].map((pixels) => tf.tensor2d(labels(pixels), [20, part], 'int32'))
    const { thresholds } = f2OfLabelMaps(tf, maps[0]!, maps[1]!)
    for (const map of maps) map.dispose()
    expect(thresholds.map(({ tp }) => tp)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
  })
})
