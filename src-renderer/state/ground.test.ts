import fc from 'fast-check'
import { expect, test } from 'vitest'
import { metresText } from '../../src-main/core/places/metres.ts'
import { placeText, sampleText, samplesText, scaleBar } from './ground.ts'

test('places, metres and samples as people write them', () => {
  expect(placeText({ longitude: 3.000123, latitude: -42 })).toBe('3.00012° E, 42.00000° S')
  expect(placeText({ longitude: NaN, latitude: 1 })).toBeNull()
  expect([metresText(84.4), metresText(1234), metresText(0.351)]).toEqual(['84 m', '1.23 km', '0.35 m'])
  expect([sampleText(6100), sampleText(-18.123456), sampleText(null)]).toEqual(['6,100', '-18.123', 'none'])
  const bands = ['B01', 'B02', 'B03'].map((name) => ({
    ...{ name, type: 'uint16' as const, bits: 16, nodata: null, alpha: null },
  }))
  const at = { x: 0, y: 0, values: [1, 2, 3] }
  expect(samplesText(at, bands, [3, 2, 1])).toBe('B03: 3 · B02: 2 · B01: 1')
})

test('a scale bar is a round length that fits, and more than a third of the room', () => {
  expect(scaleBar(10, 120)).toEqual({ metres: 1000, px: 100 })
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 1e4, noNaN: true }), (metresPerPx) => {
      const { metres, px } = scaleBar(metresPerPx, 120)
      expect(px).toBeLessThanOrEqual(120 * (1 + 1e-9))
      expect(px).toBeGreaterThan(120 / 2.6)
      expect(Math.abs(px * metresPerPx - metres)).toBeLessThan(1e-6 * metres)
    }),
  )
})
