import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isOver, pixelsToSpare } from './explain.ts'

it('says how many pixels decide: with one fewer lost it is still a hit, with one more gained it is one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.nat(400),
      fc.integer({ min: 1, max: 99 }),
      (i, rest, percent) => {
        const at = (intersection: number) => isOver({ intersection, union: i + rest }, percent)
        const spare = pixelsToSpare({ intersection: i, union: i + rest }, percent)
        if (at(i)) {
          expect([at(i - spare + 1), at(i - spare)]).toEqual([true, false])
        } else {
          expect([at(i - spare), at(i - spare + 1)]).toEqual([false, true])
        }
      },
    ),
  )
})

it('an IoU that equals the threshold is no hit: one pixel decides', () => {
  expect(isOver({ intersection: 11, union: 20 }, 55)).toBe(false)
  expect(pixelsToSpare({ intersection: 11, union: 20 }, 55)).toBe(0)
  expect(pixelsToSpare({ intersection: 12, union: 20 }, 55)).toBe(1)
})
