import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Rle } from '../mask/rle.ts'
import { areaOf, fromPredicate, intersectionArea, subtract, unionAll } from '../mask/rle.ts'
import { polygonMask } from '../mask/shapes.ts'
import { areRectangles, rectangleAround, rectanglesOf } from './rectangles.ts'

const SIZE = { width: 160, height: 140 }

interface Ship {
  x: number
  y: number
  length: number
  breadth: number
  angle: number
}

/** Pixels whose centres satisfy a condition in the ship's own frame: along -1..1, across -1..1. */
function shaped({ x, y, length, breadth, angle }: Ship, inside: (a: number, b: number) => boolean): Rle {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return fromPredicate(SIZE, (column, row) => {
    const [dx, dy] = [column + 0.5 - x, row + 0.5 - y]
    return inside((2 * (dx * cos + dy * sin)) / length, (2 * (dy * cos - dx * sin)) / breadth)
  })
}
const box = (ship: Ship): Rle => shaped(ship, (a, b) => Math.abs(a) < 1 && Math.abs(b) < 1)
const ellipse = (ship: Ship): Rle => shaped(ship, (a, b) => a * a + b * b < 1)

const anyShip = fc.record({
  x: fc.double({ min: 60, max: 100, noNaN: true }),
  y: fc.double({ min: 60, max: 80, noNaN: true }),
  length: fc.double({ min: 40, max: 90, noNaN: true }),
  breadth: fc.double({ min: 10, max: 25, noNaN: true }),
  angle: fc.double({ min: 0, max: Math.PI, noNaN: true }),
})

function iou(a: Rle, b: Rle): number {
  const common = intersectionArea(a, b)
  return common / (areaOf(a) + areaOf(b) - common)
}

const squares = (masks: readonly Rle[], scores: readonly number[]): Rle[] =>
  rectanglesOf(
    masks.map((mask) => rectangleAround(mask, SIZE)),
    scores,
    SIZE,
  )

const around = (mask: Rle): Rle => polygonMask(rectangleAround(mask, SIZE), SIZE)

describe('rectangleAround', () => {
  it('gives an upright rectangle back, pixel for pixel', () => {
    const mask = fromPredicate(SIZE, () => true, { x: 20, y: 30, width: 41, height: 9 })
    expect(around(mask)).toEqual(mask)
    expect(around(Uint32Array.of(141, 1))).toEqual(Uint32Array.of(141, 1))
  })

  it('is near to any turned rectangle, and holds an ellipse nearly whole', () => {
    fc.assert(
      fc.property(anyShip, (ship) => {
        expect(iou(around(box(ship)), box(ship))).toBeGreaterThan(0.85)
        const round = ellipse(ship)
        expect(intersectionArea(around(round), round) / areaOf(round)).toBeGreaterThan(0.95)
      }),
    )
  })

  it('does not reach for an antenna', () => {
    const hull = fromPredicate(SIZE, () => true, { x: 20, y: 30, width: 80, height: 20 })
    const antenna = fromPredicate(SIZE, () => true, { x: 60, y: 50, width: 1, height: 15 })
    expect(iou(around(unionAll([hull, antenna])), hull)).toBeGreaterThan(0.9)
  })
})

describe('rectanglesOf', () => {
  it('never lets two have the same pixel: the surer one has it', () => {
    fc.assert(
      fc.property(fc.array(anyShip, { minLength: 2, maxLength: 4 }), (ships) => {
        // as clusters are: no pixel twice
        const masks: Rle[] = []
        for (const ship of ships) {
          const free = masks.reduce((left, other) => subtract(left, other), ellipse(ship))
          if (free.length > 0) masks.push(free)
        }
        const scores = masks.map((_, i) => 0.5 + (i % 2) / 4)
        const rectangles = squares(masks, scores)
        expect(areaOf(unionAll(rectangles))).toBe(rectangles.reduce((sum, one) => sum + areaOf(one), 0))
        const surest = scores.indexOf(Math.max(...scores))
        expect(rectangles[surest]).toEqual(around(masks[surest]!))
      }),
    )
  })

  it('leaves nothing of one that a surer one covers', () => {
    const ring = shaped({ x: 80, y: 70, length: 60, breadth: 60, angle: 0 }, (a, b) => {
      const distance = Math.hypot(a, b)
      return distance < 1 && distance > 0.5
    })
    const core = fromPredicate(SIZE, () => true, { x: 77, y: 67, width: 6, height: 6 })
    const [outer, inner] = squares([ring, core], [0.9, 0.6])
    expect(areaOf(outer!)).toBeGreaterThan(3000)
    expect(inner).toHaveLength(0)
    expect(areaOf(squares([ring, core], [0.6, 0.9])[1]!)).toBe(36)
  })
})

describe('areRectangles', () => {
  const ships = Array.from({ length: 9 }, (_, i) => ({
    ...{ x: 80, y: 70, length: 50 + 4 * i, breadth: 12 + i, angle: i / 3 },
  }))
  const asked = (masks: Rle[]) => areRectangles([{ masks, size: SIZE }])

  it('tells labels drawn as boxes from hulls', () => {
    expect(asked(ships.map(box))).toBe(true)
    expect(asked(ships.map(ellipse))).toBe(false)
    const pointed = (ship: Ship): Rle => shaped(ship, (a, b) => Math.abs(b) < 1 - Math.max(0, a) && a > -1)
    expect(asked(ships.map(pointed))).toBe(false)
    // the many say it
    expect(asked([...ships.map(box), ...ships.slice(0, 3).map(ellipse)])).toBe(true)
  })

  it('does not know of few, or of small ones', () => {
    expect(asked(ships.slice(0, 4).map(box))).toBeNull()
    expect(asked(ships.map((ship) => box({ ...ship, length: 12, breadth: 6 })))).toBeNull()
  })
})
