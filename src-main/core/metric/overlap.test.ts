import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalise } from '../mask/rle.ts'
import { areDisjoint } from './overlap.ts'

/** Masks of some of 40 pixels, as sets. */
const masks = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }), { maxLength: 4 })

test('masks are disjoint where no pixel is in two of them, whether they follow each other or interlock', () => {
  fc.assert(
    fc.property(masks, (sets) => {
      const all = sets.flat()
      const rles = sets.map((pixels) => canonicalise(pixels.flatMap((pixel) => [pixel, 1])))
      expect(areDisjoint(rles)).toBe(new Set(all).size === all.length)
    }),
    { numRuns: 2000 },
  )
})

test('masks that touch are disjoint, and one pixel in two of them is enough not to be', () => {
  expect(areDisjoint([Uint32Array.of(1, 3), Uint32Array.of(4, 2)])).toBe(true)
  expect(areDisjoint([Uint32Array.of(1, 4), Uint32Array.of(4, 2)])).toBe(false)
  // between the runs of another, and before the end of it
  expect(areDisjoint([Uint32Array.of(1, 2, 9, 2), Uint32Array.of(4, 2)])).toBe(true)
})
