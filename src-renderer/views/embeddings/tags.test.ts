import { expect, it } from 'vitest'
import { freePlace } from './tags.ts'

it('a tag stays where it belongs where there is room, and goes to the next place that is free', () => {
  const own = { x: 100, y: 50, width: 20 }
  expect(freePlace([], own, 1)).toEqual(own)
  // beside it, and far above
  expect(
    freePlace(
      [
        { x: 125, y: 50, width: 20 },
        { x: 100, y: 10, width: 20 },
      ],
      own,
      1,
    ),
  ).toEqual(own)
  expect(freePlace([{ x: 105, y: 55, width: 20 }], own, -1)).toEqual({ ...own, y: 32 })
  expect(freePlace([own, { ...own, y: 68 }], own, 1)).toEqual({ ...own, y: 86 })
  // in a crowd it is better on another than far from what it names
  const crowd = Array.from({ length: 40 }, (_, i) => ({ ...own, y: 18 * i }))
  expect(freePlace(crowd, own, 1)).toEqual(own)
})
