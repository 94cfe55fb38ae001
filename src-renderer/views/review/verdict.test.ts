import { describe, expect, it } from 'vitest'
import { parseRle } from '../../../src-main/core/mask/rle.ts'
import { scoreImage } from '../../../src-main/core/metric/f2.ts'
import { compare, verdictAt } from './verdict.ts'

const of = (...masks: string[]) => masks.map((text) => ({ rle: parseRle(text) }))

describe('verdictAt', () => {
  it('is what the score counts, where masks overlap too: another hit at each threshold', () => {
    const compared = { truth: of('1 100'), predictions: of('1 60', '1 90') }
    const { thresholds } = scoreImage(
      compared.truth.map(({ rle }) => rle),
      compared.predictions.map(({ rle }) => rle),
    )
    const comparison = compare(compared)
    thresholds.forEach(({ tp, fp, fn }, level) => {
      const { hits, matched, hit } = verdictAt(comparison, 50 + 5 * level)
      expect([hits, hit.filter((t) => t < 0).length, matched.filter((p) => p < 0).length]).toEqual([
        tp,
        fp,
        fn,
      ])
    })
    // IoU 0.6 and 0.9: from 0.60 on only the second is above, up to 0.85
    for (let level = 2; level < 8; level++) expect(verdictAt(comparison, 50 + 5 * level).matched).toEqual([1])
    expect(verdictAt(comparison, 90)).toEqual({ matched: [-1], hit: [-1, -1], hits: 0 })
  })

  it('does not count an IoU that equals the threshold', () => {
    // 6 of 10 pixels: 0.6 exactly
    const comparison = compare({ truth: of('1 10', '50 4'), predictions: of('1 6') })
    expect(verdictAt(comparison, 55)).toEqual({ matched: [0, -1], hit: [0], hits: 1 })
    expect(verdictAt(comparison, 60)).toEqual({ matched: [-1, -1], hit: [-1], hits: 0 })
    expect([comparison.iou(0, 0), comparison.iou(1, 0)]).toEqual([0.6, 0])
  })
})
