import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WayRanges } from '../../src-main/contract/wire.ts'
import { byteOf } from '../../src-main/core/mapping/apply.ts'
import {
  draftOf,
  isStored,
  tablesOf,
  wayOf,
  withBand,
  withColours,
  withEnd,
  withOneRange,
  withWay,
} from './mapping-draft.ts'

const draft = { bands: [4, 3, 2], low: [1, 1, 1], high: [9, 9, 9], nodata: null, apart: false }
const mapping = { ...draft, rule: '', byHand: false }

test('a draft always has a lowest and a highest sample for each band shown', () => {
  expect(withBand(draft, 1, 8)).toEqual({ ...draft, bands: [4, 8, 2] })
  const grey = withColours(draft, false)
  expect(grey).toEqual({ bands: [4], low: [1], high: [9], nodata: null, apart: false })
  expect(withColours(grey, true)).toEqual({ ...draft, bands: [4, 4, 4] })
  expect(withEnd(draft, 'high', 5, 1)).toEqual({ ...draft, high: [5, 5, 5] })
})

const WAYS: WayRanges[] = [
  {
    way: '0.5 to 99.5 %',
    all: { low: 2, high: 8 },
    each: [
      { low: 1, high: 7 },
      { low: 2, high: 8 },
      { low: 3, high: 9 },
    ],
  },
  {
    way: 'lowest to highest',
    all: { low: 1, high: 9 },
    each: [
      { low: 1, high: 8 },
      { low: 2, high: 8 },
      { low: 3, high: 9 },
    ],
  },
]

test('the way that gives a range is known again, for all bands and for each, and inverted', () => {
  expect(wayOf(draft, WAYS)?.way).toBe('lowest to highest')
  expect(wayOf({ ...draft, high: [9, 9, 8] }, WAYS)).toBeNull()
  const apart = withWay({ ...draft, apart: true }, WAYS[0]!)
  expect(wayOf(apart, WAYS)?.way).toBe('0.5 to 99.5 %')
  const inverted = { ...draft, low: [9, 9, 9], high: [1, 1, 1] }
  expect(withWay(inverted, WAYS[0]!)).toMatchObject({ low: [8, 8, 8], high: [2, 2, 2] })
  expect(wayOf(inverted, WAYS)?.way).toBe('lowest to highest')
})

test('a draft is what is stored until it would look otherwise', () => {
  expect(isStored(draftOf(mapping), mapping)).toBe(true)
  expect(isStored(withBand(draft, 0, 8), mapping)).toBe(false)
  expect(isStored({ ...draft, nodata: 0 }, mapping)).toBe(false)
})

test('each band gets its own range, is changed alone, and all get one that holds them again', () => {
  expect(draftOf(mapping).apart).toBe(false)
  expect(draftOf({ ...mapping, high: [9, 9, 8] }).apart).toBe(true)
  const apart = withWay({ ...draft, apart: true }, WAYS[0]!)
  expect(apart).toEqual({ ...draft, low: [1, 2, 3], high: [7, 8, 9], apart: true })
  expect(withEnd(apart, 'low', 0, 2)).toEqual({ ...apart, low: [1, 2, 0] })
  expect(withOneRange(apart)).toEqual(draft)
})

test('what is tried shows each sample as its own range would, as well as the stored byte tells it', () => {
  const end = fc.integer({ min: 0, max: 4000 })
  const stored = { ...mapping, low: [500, 500, 500], high: [1500, 1500, 1500] }
  fc.assert(
    fc.property(fc.integer({ min: 500, max: 1500 }), end, end, (sample, low, high) => {
      fc.pre(Math.abs(high - low) > 100)
      const tables = tablesOf(
        { ...stored, low: [500, low, 500], high: [1500, high, 1500], apart: true },
        stored,
      )
      fc.pre(tables !== null)
      const byte = byteOf(sample, 500, 1500, null)
      // half a step of the stored range, in steps of the other
      const most = Math.abs((0.5 * 1000) / (high - low)) + 1
      expect(Math.abs(tables[1][byte]! - byteOf(sample, low, high, null))).toBeLessThanOrEqual(most)
      expect(tables[0][byte]).toBe(byte)
    }),
  )
})

test('nothing is tried where the range is the stored one, or the bands are others', () => {
  expect(tablesOf(draft, mapping)).toBeNull()
  expect(tablesOf({ ...withBand(draft, 0, 8), high: [5, 5, 5] }, mapping)).toBeNull()
  const grey = { ...mapping, bands: [4], low: [0], high: [10] }
  const [red, green, blue] = tablesOf({ ...draftOf(grey), high: [5] }, grey)!
  expect([green, blue]).toEqual([red, red])
  expect(red[64]).toBe(128)
})
