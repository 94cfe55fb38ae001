import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ImagePoint } from '../geometry/points.ts'
import { imagePoint } from '../geometry/points.ts'
import { fromBox } from '../smart-box/turned-box.ts'
import type { Line } from './box-lines.ts'
import { boxFromLines } from './box-lines.ts'
import { turnedBoxOf } from './shape.ts'

const box = fc.record({
  x: fc.integer({ min: 20, max: 80 }),
  y: fc.integer({ min: 20, max: 80 }),
  angle: fc.double({ min: -3, max: 3, noNaN: true }),
  length: fc.integer({ min: 12, max: 60 }),
  breadth: fc.integer({ min: 3, max: 10 }),
})
const line = (from: ImagePoint, to = from): Line => ({ from, to })

describe('the box that two lines mean', () => {
  it('is the one whose sides, or axis and breadth, they follow, bow where the first begins', () => {
    fc.assert(
      fc.property(box, (truth) => {
        const at = (bow: number, side: number) =>
          fromBox(truth, (bow * truth.length) / 2, (side * truth.breadth) / 2)
        const [port, starboard] = [line(at(-1, -1), at(1, -1)), line(at(-1, 1), at(1, 1))]
        const ways: [Line, Line][] = [
          [port, starboard],
          [starboard, port],
          // the second line runs back, from the stern to the bow
          [port, line(starboard.to, starboard.from)],
          // somewhere on the other side, clicked or by a short line
          [port, line(at(-0.4, 1))],
          [starboard, line(at(0.2, -1), at(0.5, -1))],
          // bow to stern, then across
          [line(at(-1, 0), at(1, 0)), line(at(0.1, 1), at(0.1, -1))],
        ]
        for (const [first, second] of ways) {
          const { x, y, length, breadth, angle } = turnedBoxOf(boxFromLines(first, second)!)
          expect([x, y, length, breadth]).toEqual(
            [truth.x, truth.y, truth.length, truth.breadth].map(
              (value) => expect.closeTo(value, 6) as number,
            ),
          )
          expect(Math.cos(angle - truth.angle)).toBeCloseTo(1, 9)
        }
      }),
    )
  })

  it.each([
    ['place and length', [10, 20, 50, 20], [12, 31, 54, 31], [31.5, 25.5, 41, 11]],
    ['turn', [10, 21, 50, 19], [10, 29, 50, 31], [30, 25, 40, 10]],
    ['the middle, where the second crosses the first', [10, 20, 50, 20], [30, 16, 31, 28], [30, 21, 40, 12]],
  ] as const)(
    'shares what is off in %s between two lines',
    (_what, [x0, y0, x1, y1], [x2, y2, x3, y3], box) => {
      const shape = boxFromLines(
        line(imagePoint(x0, y0), imagePoint(x1, y1)),
        line(imagePoint(x2, y2), imagePoint(x3, y3)),
      )!
      const { x, y, length, breadth } = turnedBoxOf(shape)
      const [bx, by, blength, bbreadth] = box.map((value) => expect.closeTo(value, 0.05) as number)
      expect([x, y, length, breadth]).toEqual([bx, by, blength, bbreadth])
    },
  )

  it('is none along a line without length', () => {
    const there = imagePoint(5, 5)
    expect(boxFromLines(line(there), line(imagePoint(9, 9)))).toBeNull()
  })
})
