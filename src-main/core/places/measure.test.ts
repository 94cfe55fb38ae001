import { expect, test } from 'vitest'
import { fromPredicate } from '../mask/rle.ts'
import { measure } from './measure.ts'

const size = { width: 200, height: 120 }

test('a rectangle of pixels is as long and broad as it is, in metres', () => {
  const box = fromPredicate(size, (x, y) => x >= 10 && x < 50 && y >= 20 && y < 29)
  const { length, breadth } = measure(box, size.height, { x: 10, y: 10 })
  expect([length, breadth]).toEqual([expect.closeTo(400, 6), expect.closeTo(90, 6)])
  const flat = measure(box, size.height, { x: 0.5, y: 2 })
  expect([flat.length, flat.breadth]).toEqual([expect.closeTo(20, 6), expect.closeTo(18, 6)])
})

test('a run over several columns counts as one each, and a pixel is a pixel', () => {
  const column = Uint32Array.of(1, 3 * size.height)
  expect(measure(column, size.height, { x: 1, y: 1 })).toEqual({
    length: expect.closeTo(size.height, 6) as number,
    breadth: expect.closeTo(3, 6) as number,
  })
  expect(measure(Uint32Array.of(77, 1), size.height, { x: 3, y: 3 }).length).toBeCloseTo(3, 9)
})

test('a turned rectangle keeps its length', () => {
  const [cos, sin] = [Math.cos(0.6), Math.sin(0.6)]
  const inside = (x: number, y: number): boolean => {
    const [dx, dy] = [x + 0.5 - 100, y + 0.5 - 60]
    return Math.abs(dx * cos + dy * sin) < 40 && Math.abs(dy * cos - dx * sin) < 6
  }
  const { length, breadth } = measure(fromPredicate(size, inside), size.height, { x: 1, y: 1 })
  expect(Math.abs(length - 80)).toBeLessThan(1)
  expect(Math.abs(breadth - 12)).toBeLessThan(1)
})
