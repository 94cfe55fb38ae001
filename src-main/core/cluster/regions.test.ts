import { expect, test } from 'vitest'
import { placesOf } from './places.ts'
import { regionsOf } from './regions.ts'

const WIDTH = 40

/** A bar of 40 x 10 px; `modeAt` says which mode a pixel's embedding belongs to. */
function bar(modeAt: (x: number, y: number) => number) {
  const index = Uint32Array.from({ length: WIDTH * 10 }, (_, p) => p)
  const mode = Int32Array.from(index, (p) => modeAt(p % WIDTH, Math.floor(p / WIDTH)))
  const x = Float32Array.from(index, (p) => p % WIDTH)
  const y = Float32Array.from(index, (p) => Math.floor(p / WIDTH))
  return {
    ...regionsOf(placesOf(index, WIDTH), WIDTH, mode, x, y),
    at: (px: number, py: number) => py * WIDTH + px,
  }
}

test('regions are numbered by their first pixel, and know their neighbours', () => {
  const { regions, region, at } = bar((x) => 2 - Math.floor(x / 14))
  expect([region[at(0, 0)], region[at(20, 0)], region[at(39, 0)]]).toEqual([0, 1, 2])
  expect(regions.map(({ neighbours }) => [...neighbours].sort())).toEqual([[1], [0, 2], [1]])
  expect(regions.map(({ places }) => places.n)).toEqual([140, 140, 120])
  expect(regions.map(({ hull }) => hull)).toEqual([140, 140, 120])
})

test('a sliver goes to the neighbour that it borders on most', () => {
  // a column of 5 px between the halves, and a spot of one pixel in the left one
  const { regions, region, at } = bar((x, y) =>
    x === 20 && y < 5 ? 7 : x === 3 && y === 3 ? 8 : x < 20 || (x === 20 && y >= 5) ? 0 : 1,
  )
  expect(regions).toHaveLength(2)
  expect(region[at(3, 3)]).toBe(region[at(0, 0)])
  // it has 5 sides and 4 + 5 corners to the left and to the right, and one more pixel of the left half below
  expect(region[at(20, 2)]).toBe(region[at(0, 0)])
})

test('nothing but slivers becomes one region', () => {
  const { regions } = bar((x, y) => y * WIDTH + x)
  expect(regions.length).toBeLessThanOrEqual(400 / 8)
  expect(regions.every(({ places }) => places.n >= 8)).toBe(true)
})
