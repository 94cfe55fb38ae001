import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NEIGHBOURS, cutGrid } from './grid-cut.ts'

/** What a cut costs, as the definition says. */
function costOf(
  side: ArrayLike<number>,
  width: number,
  height: number,
  lean: number[],
  links: number[],
): number {
  let cost = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const p = y * width + x
      if (side[p] === 0) cost += Math.max(0, lean[p]!)
      else cost += Math.max(0, -lean[p]!)
      NEIGHBOURS.forEach(([dx, dy], d) => {
        const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height
        if (inside && side[p] === 1 && side[p + dy * width + dx] === 0) cost += links[p * 8 + d]!
      })
    }
  }
  return cost
}

describe('cutGrid', () => {
  it('costs what the cheapest of all ways to part a small grid costs', () => {
    const grids = fc.constantFrom([3, 3], [2, 4], [5, 2]).chain(([width = 1, height = 1]) =>
      fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        lean: fc.array(fc.integer({ min: -9, max: 9 }), {
          minLength: width * height,
          maxLength: width * height,
        }),
        weights: fc.array(fc.integer({ min: 0, max: 6 }), {
          minLength: width * height * 8,
          maxLength: width * height * 8,
        }),
      }),
    )
    fc.assert(
      fc.property(grids, ({ width, height, lean, weights }) => {
        const links = weights.map((weight, i) => {
          const [dx, dy] = NEIGHBOURS[i % 8]!
          const [x, y] = [(Math.floor(i / 8) % width) + dx, Math.floor(i / 8 / width) + dy]
          return x >= 0 && x < width && y >= 0 && y < height ? weight : 0
        })
        const side = cutGrid({
          width,
          height,
          lean: Float32Array.from(lean),
          links: Float32Array.from(links),
        })
        let cheapest = Infinity
        for (let bits = 0; bits < 2 ** lean.length; bits++) {
          const way = lean.map((_, p) => (bits >> p) & 1)
          cheapest = Math.min(cheapest, costOf(way, width, height, lean, links))
        }
        expect(costOf(side, width, height, lean, links)).toBe(cheapest)
      }),
      { numRuns: 150 },
    )
  })
})
