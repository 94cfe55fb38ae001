import { expect, test } from 'vitest'
import { draftOf, withOneRange, taken, withBand, withColours, withEnd } from './mapping-draft.ts'

const draft = { bands: [4, 3, 2], low: [1, 1, 1], high: [9, 9, 9], nodata: null, apart: false }
const mapping = { ...draft, rule: '', byHand: false }

test('a draft always has a lowest and a highest sample for each band shown', () => {
  expect(withBand(draft, 1, 8)).toEqual({ ...draft, bands: [4, 8, 2] })
  const grey = withColours(draft, false)
  expect(grey).toEqual({ bands: [4], low: [1], high: [9], nodata: null, apart: false })
  expect(withColours(grey, true)).toEqual({ ...draft, bands: [4, 4, 4] })
  expect(withEnd(draft, 'high', 5, 1)).toEqual({ ...draft, high: [5, 5, 5] })
})

test('each band gets its own range, is changed alone, and all get one that holds them again', () => {
  expect(draftOf(mapping).apart).toBe(false)
  expect(draftOf({ ...mapping, high: [9, 9, 8] }).apart).toBe(true)
  const apart = taken(draft, [
    { low: 1, high: 7 },
    { low: 2, high: 8 },
    { low: 3, high: 9 },
  ])
  expect(apart).toEqual({ ...draft, low: [1, 2, 3], high: [7, 8, 9], apart: true })
  expect(withEnd(apart, 'low', 0, 2)).toEqual({ ...apart, low: [1, 2, 0] })
  expect(withOneRange(apart)).toEqual(draft)
})
