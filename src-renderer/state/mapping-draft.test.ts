import { expect, test } from 'vitest'
import { withBand, withColours, withEnd } from './mapping-draft.ts'

const draft = { bands: [4, 3, 2], low: [1, 1, 1], high: [9, 9, 9], nodata: null }

test('a draft always has a lowest and a highest sample for each band shown', () => {
  expect(withBand(draft, 1, 8)).toEqual({ ...draft, bands: [4, 8, 2] })
  const grey = withColours(draft, false)
  expect(grey).toEqual({ bands: [4], low: [1], high: [9], nodata: null })
  expect(withColours(grey, true)).toEqual({ ...draft, bands: [4, 4, 4] })
  expect(withEnd(draft, 'high', 5)).toEqual({ ...draft, high: [5, 5, 5] })
})
