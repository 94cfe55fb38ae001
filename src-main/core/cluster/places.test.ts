import { expect, test } from 'vitest'
import { placesOf } from './places.ts'

test('rows and columns are those of division, whatever the order of the pixels', () => {
  const [width, rows] = [7, 5]
  const all = Uint32Array.from({ length: width * rows }, (_, pixel) => pixel)
  // ascending with gaps, then back to earlier rows, as components follow each other
  for (const index of [all, all.filter((p) => p % 3 === 0), Uint32Array.of(30, 31, 34, 2, 3, 9, 0, 6, 7)]) {
    const { column, row } = placesOf(index, width)
    expect([...column]).toEqual([...index].map((p) => p % width))
    expect([...row]).toEqual([...index].map((p) => Math.floor(p / width)))
  }
})
