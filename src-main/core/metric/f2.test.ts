import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Rle } from '../mask/rle.ts'
import { canonicalise, parseRle } from '../mask/rle.ts'
import { scoreImage } from './f2.ts'
import { maximumMatching } from './matching.ts'
import { summarise } from './sums.ts'
import { f2Of } from './thresholds.ts'

/** The metric once more, from dense masks and by trying every assignment. */
function scoreDense(truth: Uint8Array[], prediction: Uint8Array[]): { tp: number[]; legal: boolean } {
  const count = (a: Uint8Array, b: Uint8Array, both: boolean): number =>
    a.reduce((sum, v, i) => sum + Number(both ? v && b[i] : v || b[i]), 0)
  const overlap = (masks: Uint8Array[]): boolean =>
    masks.some((a, i) => masks.some((b, j) => i < j && count(a, b, true) > 0))
  const best = (k: number, i: number, used: ReadonlySet<number>): number => {
    if (i === truth.length) return 0
    let most = best(k, i + 1, used)
    prediction.forEach((p, j) => {
      if (used.has(j) || 20 * count(truth[i]!, p, true) <= k * count(truth[i]!, p, false)) return
      most = Math.max(most, 1 + best(k, i + 1, new Set([...used, j])))
    })
    return most
  }
  return {
    tp: Array.from({ length: 10 }, (_, level) => best(10 + level, 0, new Set())),
    legal: !overlap(truth) && !overlap(prediction),
  }
}

function dense(mask: Rle, pixels: number): Uint8Array {
  const out = new Uint8Array(pixels)
  for (let i = 0; i < mask.length; i += 2) out.fill(1, mask[i]! - 1, mask[i]! - 1 + mask[i + 1]!)
  return out
}

const PIXELS = 36
const run = fc.tuple(fc.integer({ min: 1, max: PIXELS - 8 }), fc.integer({ min: 1, max: 8 }))
const mask = fc.array(run, { minLength: 1, maxLength: 3 }).map((runs) => canonicalise(runs.flat()))
const masks = fc.array(mask, { maxLength: 4 })
/** Cuts of one line of pixels: instances that touch and never overlap. */
const disjoint = fc
  .uniqueArray(fc.integer({ min: 1, max: PIXELS }), { minLength: 2, maxLength: 6 })
  .map((cuts) => cuts.sort((a, b) => a - b))
  .map((cuts) => cuts.slice(1).map((end, i) => Uint32Array.of(cuts[i]!, end - cuts[i]!)))

describe('scoreImage', () => {
  it.each([
    ['overlapping', masks],
    ['disjoint', disjoint],
  ])('counts as an exhaustive search over dense masks does: %s', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, arbitrary, (truth, prediction) => {
        const result = scoreImage(truth, prediction)
        const expected = scoreDense(
          truth.map((m) => dense(m, PIXELS)),
          prediction.map((m) => dense(m, PIXELS)),
        )
        expect(result.legal).toBe(expected.legal)
        expect(result.thresholds.map((t) => t.tp)).toEqual(expected.tp)
        for (const { tp, fp, fn, f2 } of result.thresholds) {
          expect([tp + fn, tp + fp]).toEqual([truth.length, prediction.length])
          expect(f2).toBe(f2Of(tp, fp, fn))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('names its thresholds without rounding errors', () => {
    expect(JSON.stringify(scoreImage([], []).thresholds.map((t) => t.iou))).toBe(
      '[0.5,0.55,0.6,0.65,0.7,0.75,0.8,0.85,0.9,0.95]',
    )
  })

  it('says which truth met which prediction, and at which IoU', () => {
    const truth = ['1 10', '21 10', '51 4'].map(parseRle)
    const prediction = ['51 5', '1 10', '90 3'].map(parseRle)
    expect(scoreImage(truth, prediction).matches).toEqual([
      { truth: 0, prediction: 1, iou: 1 },
      { truth: 2, prediction: 0, iou: 0.8 },
    ])
  })

  it('counts exactly where 20 times the area leaves 32 bits', () => {
    const truth = [Uint32Array.of(1, 1_000_000_000)]
    expect(scoreImage(truth, [Uint32Array.of(1, 500_000_000)]).thresholds[0]!.tp).toBe(0)
    expect(scoreImage(truth, [Uint32Array.of(1, 500_000_001)]).thresholds[0]!.tp).toBe(1)
  })
})

describe('maximumMatching', () => {
  it('finds a chain that taking the first free partner misses', () => {
    const edges = [
      { truth: 0, prediction: 0 },
      { truth: 0, prediction: 1 },
      { truth: 1, prediction: 0 },
      { truth: 1, prediction: 2 },
      { truth: 2, prediction: 0 },
    ]
    expect(maximumMatching(edges).map((e) => [e.truth, e.prediction])).toEqual([
      [0, 1],
      [1, 2],
      [2, 0],
    ])
  })
})

describe('summarise', () => {
  const ship = parseRle('1 20')
  const images = [
    scoreImage([], []), // 1 everywhere
    scoreImage([ship], [parseRle('1 12')]), // IoU 0.6: hit at two thresholds
    scoreImage([], [ship]), // 0
  ]

  it('averages over images, and pools counts', () => {
    const result = summarise(images)
    expect(result.f2).toBeCloseTo((1 + 0.2 + 0) / 3, 12)
    expect(result.f2WithShips).toBeCloseTo(0.2, 12)
    expect(result.pooledF2).toBeCloseTo((2 * (5 / 6)) / 10, 14)
    expect(result.thresholds[0]).toEqual({ iou: 0.5, tp: 1, fp: 1, fn: 0, f2: 2 / 3 })
    expect(result.thresholds[9]).toEqual({ iou: 0.95, tp: 0, fp: 2, fn: 1, f2: 1 / 3 })
    expect(result.images).toBe(3)
  })

  it('is null, not 0 or 1, without images', () => {
    expect(summarise([])).toMatchObject({ f2: null, f2WithShips: null, pooledF2: null, images: 0 })
    expect(summarise([images[0]!]).f2WithShips).toBeNull()
  })
})
