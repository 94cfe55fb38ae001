import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doubtOf } from './doubt.ts'

test('doubt is what the least certain decisions can change of F2', () => {
  expect(doubtOf([], [])).toBe(0)
  expect(doubtOf([1, 1, 1], [0])).toBe(0)
  // one ship in two: 5 * 0.5 / (4 * 0.5 + 1)
  expect(doubtOf([0.5], [])).toBeCloseTo(5 / 6, 12)
  // among ten sure ones it is worth less: 5 * 0.5 / (4 * 10.5 + 11)
  expect(doubtOf([...new Array<number>(10).fill(1), 0.5], [])).toBeCloseTo(2.5 / 53, 12)
  // a region that was dropped: 5 * 0.4 / (4 * 0.4 + 0)
  expect(doubtOf([], [0.4])).toBe(1)
  expect(doubtOf([1, 1], [0.1])).toBeCloseTo(0.5 / 10.4, 12)
})

test('it lies between 0 and 1, and is greater where a decision is less sure', () => {
  const p = fc.double({ min: 0, max: 1, noNaN: true })
  const half = fc.double({ min: 0.5, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(p), fc.array(p), half, half, (kept, dropped, a, b) => {
      const doubt = doubtOf(kept, dropped)
      expect(doubt).toBeGreaterThanOrEqual(0)
      expect(doubt).toBeLessThanOrEqual(1)
      const [less, more] = a < b ? [a, b] : [b, a]
      expect(doubtOf([...kept, less], dropped)).toBeGreaterThanOrEqual(
        doubtOf([...kept, more], dropped) - 1e-12,
      )
    }),
  )
})
