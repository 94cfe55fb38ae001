import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hullPixels, joinOutlines, outlinesOf } from './outline.ts'
import { placesOf } from './places.ts'

const WIDTH = 64

function pixelsOf(inside: (x: number, y: number) => boolean): Uint32Array {
  const all = Array.from({ length: WIDTH * WIDTH }, (_, p) => p)
  return Uint32Array.from(all.filter((p) => inside(p % WIDTH, Math.floor(p / WIDTH))))
}

const outlineOf = (index: Uint32Array) =>
  outlinesOf(placesOf(index, WIDTH), new Int32Array(index.length), 1)[0]!

test.each([
  ['a rectangle', (x: number, y: number) => x >= 3 && x < 20 && y >= 5 && y < 9, 17 * 4],
  ['a disc', (x: number, y: number) => (x - 30) ** 2 + (y - 30) ** 2 <= 100, null],
  ['one pixel', (x: number, y: number) => x === 7 && y === 7, 1],
])('the hull of %s is itself', (_, inside, area) => {
  const index = pixelsOf(inside)
  expect(hullPixels(outlineOf(index))).toBe(area ?? index.length)
})

test('the hull of a square without its quarter is the square without the triangle', () => {
  // an L of 20 x 20 px whose notch is 10 x 10; the hull's edge runs over the pixels (9, 0) and (19, 10)
  const index = pixelsOf((x, y) => x < 20 && y < 20 && !(x >= 10 && y < 10))
  const triangle = (9 * 10) / 2 // of the notch: in row y the columns 10..9 + y
  expect(hullPixels(outlineOf(index))).toBe(300 + triangle)
})

test('rows without pixels are bridged', () => {
  const index = pixelsOf((x, y) => (y === 2 || y === 6) && x >= 10 && x < 15)
  expect(hullPixels(outlineOf(index))).toBe(25)
})

test('the outline of two groups joined is that of all their pixels', () => {
  const pixel = fc.integer({ min: 0, max: WIDTH * WIDTH - 1 })
  const pixels = fc.uniqueArray(pixel, { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(pixels, pixels, (a, b) => {
      const sorted = (values: readonly number[]) => Uint32Array.from(values).sort()
      const joined = joinOutlines(outlineOf(sorted(a)), outlineOf(sorted(b)))
      expect(joined).toEqual(outlineOf(sorted([...new Set([...a, ...b])])))
    }),
  )
})
