import { expect, test } from 'vitest'
import { valuesByX } from './at-x.ts'

test('each x is told once, from left to right, with the values of the lines that have a point there', () => {
  const lines = [
    {
      name: 'fit',
      points: [
        { x: 20, y: 0.5 },
        { x: 40, y: 0.7 },
      ],
    },
    {
      name: 'measured',
      points: [
        { x: 10, y: 0.4 },
        { x: 20, y: 0.6 },
      ],
    },
  ]
  expect(valuesByX(lines)).toEqual([
    { x: 10, values: [{ name: 'measured', y: 0.4 }] },
    {
      x: 20,
      values: [
        { name: 'fit', y: 0.5 },
        { name: 'measured', y: 0.6 },
      ],
    },
    { x: 40, values: [{ name: 'fit', y: 0.7 }] },
  ])
  expect(valuesByX([{ name: 'none', points: [] }])).toEqual([])
})
