import fc from 'fast-check'
import { expect, it } from 'vitest'
import { divideMask } from './divide.ts'
import { contains, equal, fromPixels, fromPredicate, intersectionArea, unionAll } from './rle.ts'

const size = { width: 9, height: 8 }
const pixels = fc.uniqueArray(fc.nat(size.width * size.height - 1), { minLength: 1, maxLength: 30 })

it('gives each pixel to a seed that has it, else to one of the nearest in the mask', () => {
  fc.assert(
    fc.property(pixels, fc.array(pixels, { minLength: 1, maxLength: 4 }), (own, others) => {
      const mask = fromPixels(own, size)
      const seeds = others.map((other) => fromPixels(other, size))
      fc.pre(seeds.some((seed) => intersectionArea(seed, mask) > 0))
      const parts = divideMask(mask, seeds, size.height)
      // nothing is lost, nothing is given twice
      expect(equal(unionAll(parts), mask)).toBe(true)
      expect(parts.reduce((sum, part) => sum + intersectionArea(part, mask), 0)).toBe(own.length)
      const shared = seeds.map((seed, s) =>
        own.filter(
          (i) =>
            others[s]!.includes(i) &&
            !seeds.slice(0, s).some((earlier) => holds(earlier, i)) &&
            holds(seed, i),
        ),
      )
      for (const pixel of own) {
        const far = shared.map((seed) => Math.min(...seed.map((i) => distance(pixel, i))))
        const given = parts.findIndex((part) => holds(part, pixel))
        expect(far[given]).toBe(Math.min(...far))
      }
    }),
    { numRuns: 300 },
  )
})

it('divides two ships in one blob along the middle of what lies between', () => {
  const blob = fromPredicate(size, (x, y) => y === 3 && x >= 1 && x <= 8)
  const [left, right] = [
    [1, 2],
    [7, 8],
  ].map((columns) => fromPredicate(size, (x, y) => y === 3 && columns.includes(x)))
  const parts = divideMask(blob, [left!, right!], size.height)
  const held = parts.map((part) =>
    Array.from({ length: 9 }, (_, x) => x).filter((x) => contains(part, 8, x, 3)),
  )
  expect(held).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ])
})

function holds(mask: ReturnType<typeof fromPixels>, pixel: number): boolean {
  return contains(mask, size.height, pixel % size.width, Math.floor(pixel / size.width))
}

function distance(a: number, b: number): number {
  const { width } = size
  return Math.hypot((a % width) - (b % width), Math.floor(a / width) - Math.floor(b / width))
}
