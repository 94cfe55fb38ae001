import { expect, test } from 'vitest'
import { spotAt, spotByKey, type Spot } from './spots.ts'

const spot = (x: number, y: number): Spot => ({ x, y, head: `${x} ${y}`, values: [] })
/** two lines of a table with gaps */
const cells = [spot(10, 10), spot(50, 10), spot(30, 30), spot(70, 30)]

test('the pointer is over a column wherever it is in it, and over a cell only within reach', () => {
  expect(spotAt(cells, { x: 33, y: 900 }, null)).toBe(2)
  expect(spotAt(cells, { x: 52, y: 12 }, 10)).toBe(1)
  expect(spotAt(cells, { x: 52, y: 22 }, 10)).toBeNull()
  expect(spotAt([], { x: 0, y: 0 }, null)).toBeNull()
})

test('arrow keys reach every spot: along the list, and up and down to the nearest of the next line', () => {
  const by = (at: number | null, key: string) => spotByKey(cells, at, key)
  expect([by(null, 'ArrowRight'), by(0, 'ArrowRight'), by(3, 'ArrowRight')]).toEqual([0, 1, 3])
  expect([by(null, 'ArrowLeft'), by(0, 'ArrowLeft'), by(2, 'Home'), by(0, 'End')]).toEqual([3, 0, 0, 3])
  expect([by(1, 'ArrowDown'), by(3, 'ArrowUp'), by(3, 'ArrowDown'), by(0, 'ArrowUp')]).toEqual([2, 1, 3, 0])
  expect(by(0, 'a')).toBeUndefined()
  expect(spotByKey([], null, 'ArrowRight')).toBeUndefined()
})
