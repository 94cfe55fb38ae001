import { expect, test } from 'vitest'
import { smallMasks } from './small.ts'

const rows = ({ width, data }: ReturnType<typeof smallMasks>) =>
  Array.from({ length: data.length / width }, (_, y) => Array.from(data.slice(y * width, (y + 1) * width)))

test('masks are seen from afar, the smallest ones too', () => {
  // 8 x 4 at a side of 4: 2 px become one. A column of 2 px at (2, 0), and a pixel at (7, 3)
  const masks = [
    { rle: Uint32Array.of(2 * 4 + 1, 2), colour: 0 },
    { rle: Uint32Array.of(7 * 4 + 4, 1), colour: 11 },
  ]
  expect(rows(smallMasks({ width: 8, height: 4 }, 4, masks))).toEqual([
    [0, 1, 1, 0],
    [0, 1, 1, 12],
  ])
})

test('a small image keeps its size, and an empty one its blank', () => {
  const one = smallMasks({ width: 3, height: 2 }, 96, [{ rle: Uint32Array.of(1, 1), colour: 4 }])
  expect(rows(one)).toEqual([
    [5, 5, 0],
    [5, 5, 0],
  ])
  expect(smallMasks({ width: 3, height: 2 }, 96, []).data).toEqual(new Uint8Array(6))
})
