import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logit } from './lean.ts'
import { fitRectangle, gridOver } from './rectangle.ts'
import type { TurnedBox } from './turned-box.ts'
import { cornersOf, fromBox, toBox } from './turned-box.ts'

/** So small that places are pixels. */
const AREA = { x: 10, y: 20, width: 40, height: 40 }
const GRID = gridOver(AREA)

/** Share of the unit normal distribution below, by the logistic curve nearest to it (0.01 off at the most). */
const below = (z: number) => 1 / (1 + Math.exp(-1.702 * z))

/** [grid.height, grid.width] log odds of a rectangle that was blurred: the product of how far in a place lies both ways. */
function seenOf({ length, breadth, ...frame }: TurnedBox, blur: number): Float32Array {
  const between = (at: number, extent: number) =>
    below((at + extent / 2) / blur) - below((at - extent / 2) / blur)
  return Float32Array.from({ length: GRID.width * GRID.height }, (_, p) => {
    const [x, y] = [GRID.x + (p % GRID.width) * GRID.gap, GRID.y + Math.floor(p / GRID.width) * GRID.gap]
    const { along, across } = toBox({ ...frame, length, breadth }, { x, y })
    return logit(between(along, length) * between(across, breadth))
  })
}

/** The furthest that a corner is from where it belongs, px. */
function furthest(a: TurnedBox, b: TurnedBox): number {
  const corners = cornersOf(b)
  return Math.max(...cornersOf(a).map(({ x, y }, i) => Math.hypot(x - corners[i]!.x, y - corners[i]!.y)))
}

/** px */
const BLUR = 0.7
const SHIP: TurnedBox = { x: 29.3, y: 40.8, angle: 0.5, length: 24.6, breadth: 9.7 }
/** Of a drag around nothing in particular: it is too far off to be believed. */
const nowhere = { box: { x: 0, y: 0, angle: 0, length: 300, breadth: 300 }, along: false }

describe('fitRectangle', () => {
  it('finds the corners of a blurred rectangle to 0.3 px, from one that is several off', () => {
    const start = { ...fromBox(SHIP, 2, -1), angle: 0.62, length: 20, breadth: 12 }
    const { box } = fitRectangle(seenOf(SHIP, BLUR), GRID, start, nowhere)
    expect(furthest(box, SHIP)).toBeLessThan(0.3)
  })

  it('finds them to a pixel wherever the ship lies, and however it is turned', () => {
    const ship = fc.record({
      x: fc.double({ min: 28, max: 32, noNaN: true }),
      y: fc.double({ min: 38, max: 42, noNaN: true }),
      angle: fc.double({ min: -1.5, max: 1.5, noNaN: true }),
      length: fc.double({ min: 20, max: 28, noNaN: true }),
      breadth: fc.double({ min: 8, max: 12, noNaN: true }),
    })
    fc.assert(
      fc.property(ship, fc.double({ min: -0.08, max: 0.08, noNaN: true }), (truth, off) => {
        const start = {
          ...{ x: truth.x + 10 * off, y: truth.y - 10 * off, angle: truth.angle + off },
          ...{ length: truth.length * (1 + off), breadth: truth.breadth * (1 - off) },
        }
        const { box } = fitRectangle(seenOf(truth, BLUR), GRID, start, nowhere)
        expect(furthest(box, truth)).toBeLessThan(1)
      }),
      { numRuns: 200 },
    )
  })
})
