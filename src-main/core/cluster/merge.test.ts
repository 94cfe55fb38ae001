import { describe, expect, test } from 'vitest'
import { mergeRegions, separation } from './merge.ts'
import type { Moments } from './moments.ts'
import { placesOf } from './places.ts'
import { regionsOf } from './regions.ts'

/** Four embeddings around (x, y), with these standard deviations along the axes. */
function around(x: number, y: number, sx: number, sy: number): Moments {
  return {
    n: 4,
    ...{ x: 4 * x, y: 4 * y },
    ...{ xx: 4 * (x * x + sx * sx), xy: 4 * x * y, yy: 4 * (y * y + sy * sy) },
  }
}

describe('separation', () => {
  test('is the Mahalanobis distance over two where both are spread alike', () => {
    // variances 16 and 0.7 + 0.3 (never surer than that): d' C^-1 d = 12^2 / 16 + 4^2 / 1
    const [sx, sy] = [Math.sqrt(15.7), Math.sqrt(0.7)]
    const apart = separation(around(5, 5, sx, sy), around(17, 9, sx, sy))
    expect(apart).toBeCloseTo(Math.sqrt(144 / 16 + 16) / 2, 12)
  })

  test('of embeddings along two parallel lines is large, though the line between their means runs along them', () => {
    const apart = separation(around(0, 0, 20, 1), around(30, 10, 10, 1))
    const between = Math.hypot(30, 10) / ((20 + 10) * 0.95)
    expect(apart).toBeGreaterThan(4)
    expect(between).toBeLessThan(1.2)
  })

  test('is 0 for one mean, and finite for embeddings without spread', () => {
    expect(separation(around(3, 3, 1, 1), around(3, 3, 2, 2))).toBe(0)
    // 2 px over twice the root of the least variance
    expect(separation(around(3, 3, 0, 0), around(5, 3, 0, 0))).toBeCloseTo(2 / (2 * Math.sqrt(0.3)), 12)
  })
})

const WIDTH = 120

/** Rectangles [left, top, width, height], each a region whose embeddings lie `reach` of the way from its pixels to its middle. */
function merged(
  reach: number,
  rule: number | { alpha: number; necks: boolean },
  ...boxes: (readonly [number, number, number, number])[]
): number[] {
  const of = new Map<number, number>()
  boxes.forEach(([left, top, w, h], b) => {
    for (let y = top; y < top + h; y++) for (let x = left; x < left + w; x++) of.set(y * WIDTH + x, b)
  })
  const index = Uint32Array.from([...of.keys()].sort((a, b) => a - b))
  const mode = Int32Array.from(index, (p) => of.get(p)!)
  const towards = (at: number, from: number, size: number): number =>
    at + reach * (from + (size - 1) / 2 - at)
  const x = Float32Array.from(index, (p, k) => towards(p % WIDTH, boxes[mode[k]!]![0], boxes[mode[k]!]![2]))
  const y = Float32Array.from(index, (p, k) =>
    towards(Math.floor(p / WIDTH), boxes[mode[k]!]![1], boxes[mode[k]!]![3]),
  )
  return [
    ...mergeRegions(
      regionsOf(placesOf(index, WIDTH), WIDTH, mode, x, y).regions,
      typeof rule === 'number' ? { alpha: rule, necks: false } : rule,
    ),
  ]
}

describe('mergeRegions', () => {
  test('joins pieces of one long hull, whose embeddings are some way apart', () => {
    // apart by sqrt(12) / 2 times 1 / 0.6, more than alpha
    expect(merged(0.4, 2.4, [0, 10, 40, 14], [40, 10, 40, 14])).toEqual([0, 0])
  })

  test('leaves a small ship beside a long one alone', () => {
    expect(merged(0.4, 2.4, [0, 10, 100, 16], [60, 26, 30, 8])).toEqual([0, 1])
  })

  test('leaves two ships side by side alone, which together are no slender hull', () => {
    expect(merged(0.5, 2.4, [10, 10, 60, 14], [10, 24, 60, 14])).toEqual([0, 1])
  })

  test('joins what the embeddings do not tell apart, and never what does not touch', () => {
    expect(merged(0, 2.4, [10, 10, 30, 14], [10, 24, 30, 14])).toEqual([0, 0])
    expect(merged(0, 1e9, [0, 0, 20, 8], [60, 40, 20, 8])).toEqual([0, 1])
  })

  test('leaves what a neck joins alone where necks count, whatever the embeddings say', () => {
    const necks = { alpha: 1e9, necks: true }
    // the halves of a bar and of a square are sqrt(3) apart
    expect(merged(0, necks, [0, 10, 50, 10], [50, 10, 50, 10])).toEqual([0, 0])
    expect(merged(0, necks, [0, 10, 15, 30], [15, 10, 15, 30])).toEqual([0, 0])
    // two end to end that are not in line, one of them broader; two that touch with half a side
    const couples = [
      [[0, 10, 40, 20] as const, [40, 22, 40, 8] as const],
      [[0, 10, 50, 12] as const, [30, 22, 60, 12] as const],
    ]
    for (const couple of couples) {
      expect(merged(0, necks, ...couple)).toEqual([0, 1])
      expect(merged(0, { ...necks, necks: false }, ...couple)).toEqual([0, 0])
    }
  })

  test('leaves the regions that it is given as they were', () => {
    const index = Uint32Array.from({ length: 400 }, (_, k) => k)
    const [x, y] = [Float32Array.from(index), new Float32Array(400)]
    const { regions } = regionsOf(
      placesOf(index, 400),
      400,
      Int32Array.from(index, (k) => Math.floor(k / 100)),
      x,
      y,
    )
    const before = structuredClone(regions)
    mergeRegions(regions, { alpha: 10, necks: true })
    expect(regions).toEqual(before)
  })
})
