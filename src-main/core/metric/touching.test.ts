import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromPixels, parseRle } from '../mask/rle.ts'
import { touchingMasks } from './touching.ts'

it('counts side, corner and overlap, and nothing further away', () => {
  // columns of 10 px: pixel (x, y) is 10 x + y + 1
  const at = (mask: string) => touchingMasks(['33 2', mask].map(parseRle), 10) // column 3, rows 2 and 3
  expect(at('35 1')).toEqual([true, true]) // below
  expect(at('43 1')).toEqual([true, true]) // to the right
  expect(at('45 1')).toEqual([true, true]) // to the right, one down
  expect(at('22 1')).toEqual([true, true]) // to the left, one up
  expect(at('34 1')).toEqual([true, true]) // shared
  expect(at('36 1')).toEqual([false, false])
  expect(at('46 1')).toEqual([false, false])
  expect(at('53 1')).toEqual([false, false])
  // the foot of one column is no neighbour of the head of the next
  expect(touchingMasks(['10 1', '11 1'].map(parseRle), 10)).toEqual([false, false])
})

it('is what comparing all pairs of pixels says', () => {
  const SIDE = 7
  const mask = fc.uniqueArray(fc.nat(SIDE * SIDE - 1), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(mask, { maxLength: 5 }), (masks) => {
      const near = (a: number, b: number): boolean =>
        Math.abs((a % SIDE) - (b % SIDE)) <= 1 && Math.abs(Math.floor(a / SIDE) - Math.floor(b / SIDE)) <= 1
      const expected = masks.map((own, i) =>
        masks.some((other, j) => i !== j && own.some((a) => other.some((b) => near(a, b)))),
      )
      const rles = masks.map((pixels) => fromPixels(pixels, { width: SIDE, height: SIDE }))
      expect(touchingMasks(rles, SIDE)).toEqual(expected)
    }),
    { numRuns: 500 },
  )
})
