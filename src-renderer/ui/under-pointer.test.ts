import { expect, test } from 'vitest'
import { underPointer } from './under-pointer.ts'

test('the nearest point of any line is told, with the values of the lines that have one there', () => {
  const lines = [
    {
      name: 'measured',
      points: [
        { x: 10, y: 0.4 },
        { x: 20, y: 0.6 },
      ],
    },
    {
      name: 'fit',
      points: [
        { x: 20, y: 0.5 },
        { x: 40, y: 0.7 },
      ],
    },
  ]
  expect(underPointer(lines, 3)).toEqual({ x: 10, values: [{ name: 'measured', y: 0.4 }] })
  expect(underPointer(lines, 29)).toEqual({
    x: 20,
    values: [
      { name: 'measured', y: 0.6 },
      { name: 'fit', y: 0.5 },
    ],
  })
  expect(underPointer(lines, 31)).toEqual({ x: 40, values: [{ name: 'fit', y: 0.7 }] })
  expect(underPointer([{ name: 'none', points: [] }], 1)).toBeNull()
})
