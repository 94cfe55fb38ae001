import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillHoles, growByPixel, shrinkByPixel, smoothOutline } from './morph.ts'
import type { Rle } from './rle.ts'
import { areaOf, contains, equal, fromPixels, fromPredicate } from './rle.ts'

const SIZE = { width: 7, height: 6 }
const masks = fc.array(fc.boolean(), { minLength: 42, maxLength: 42 }).map((bits) =>
  fromPixels(
    bits.flatMap((bit, i) => (bit ? [i] : [])),
    SIZE,
  ),
)

/** Pixel of a mask; beyond the border the nearest one. */
function at(rle: Rle, x: number, y: number): boolean {
  const inside = (value: number, length: number) => Math.min(length - 1, Math.max(0, value))
  return contains(rle, SIZE.height, inside(x, SIZE.width), inside(y, SIZE.height))
}

const BESIDE = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]] as const // prettier-ignore
const AROUND = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const))

describe('outlines', () => {
  it('grow, shrink and are smoothed as the definitions say, pixel by pixel', () => {
    fc.assert(
      fc.property(masks, (rle) => {
        const near = (x: number, y: number) => BESIDE.map(([dx, dy]) => at(rle, x + dx, y + dy))
        expect(growByPixel(rle, SIZE)).toEqual(fromPredicate(SIZE, (x, y) => near(x, y).includes(true)))
        expect(shrinkByPixel(rle, SIZE)).toEqual(fromPredicate(SIZE, (x, y) => !near(x, y).includes(false)))
        const most = (x: number, y: number) =>
          AROUND.filter(([dx, dy]) => at(rle, x + dx, y + dy)).length >= 5
        expect(smoothOutline(rle, SIZE)).toEqual(fromPredicate(SIZE, most))
      }),
    )
  })

  it('are filled where no way leads out', () => {
    const ring = fromPredicate(SIZE, (x, y) => x >= 1 && x <= 4 && y >= 1 && y <= 4 && !(x === 2 && y === 2))
    expect(areaOf(fillHoles(ring, SIZE))).toBe(16)
    // a bay at the image's border is none
    const bay = fromPredicate(SIZE, (x, y) => x <= 2 && y <= 2 && !(x === 1 && y === 0))
    expect(equal(fillHoles(bay, SIZE), bay)).toBe(true)
    fc.assert(
      fc.property(masks, (rle) => {
        const filled = fillHoles(rle, SIZE)
        expect(equal(fillHoles(filled, SIZE), filled)).toBe(true)
        expect(areaOf(filled)).toBeGreaterThanOrEqual(areaOf(rle))
      }),
    )
  })
})
