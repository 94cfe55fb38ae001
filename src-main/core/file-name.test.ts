import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fittingName } from './file-name.ts'

test('a name that is too long is cut before its ending, between letters', () => {
  expect(fittingName('harbour', '-truth.csv')).toBe('harbour-truth.csv')
  // 255 bytes less 4, at three bytes a letter
  expect(fittingName('船'.repeat(90), '.csv')).toBe(`${'船'.repeat(83)}.csv`)
  expect(fittingName('🚢'.repeat(90), '.csv')).toBe(`${'🚢'.repeat(62)}.csv`)
})

test('whatever the name, it fits, and is the name itself where that fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (stem) => {
      const name = fittingName(stem, '.drydock')
      const whole = `${stem}.drydock`
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
      if (Buffer.byteLength(whole) <= 255) expect(name).toBe(whole)
    }),
  )
})
