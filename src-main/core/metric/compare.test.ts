import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Rle } from '../mask/rle.ts'
import { canonicalise, parseRle } from '../mask/rle.ts'
import { Comparing } from './compare.ts'

const of = (...masks: string[]) => masks.map(parseRle)
const ships = (...masks: string[]) => of(...masks).map((rle) => ({ rle, category: null }))

it('counts wins, losses and what stays, and sorts images by what the second has lost', () => {
  const comparing = new Comparing()
  const add = (image: number, first: string[], second: string[]) =>
    comparing.add({
      ...{ image, path: `${image}.png`, height: 1000, truth: ships('1 200', '401 200') },
      ...{ first: of(...first), second: of(...second) },
    })
  add(1, ['1 200'], ['1 200', '401 200'])
  add(2, ['1 200', '401 200'], ['1 200'])
  add(3, ['1 200'], ['401 200'])
  const found = comparing.result()!
  expect([found.wins, found.losses, found.unchanged]).toEqual([1, 1, 1])
  expect(found.images.map(({ image }) => image)).toEqual([2, 3, 1])
  expect(found.difference.f2.value).toBeCloseTo(0, 12)
  expect(found.difference.f2.low).toBeLessThan(found.difference.f2.high)
  const group = (name: string) => found.groups.find((one) => one.name === name)
  expect(group('100 to 400 px')).toMatchObject({ ships: 6, first: 4, second: 4 })
  expect(group('lone')).toMatchObject({ ships: 6 })
  expect(found.falseAlarms).toEqual({ first: 0, second: 0 })
  // at 0.5: both have a ship of the first two images, and two different ones on the last
  expect(found.shared).toEqual({ both: 2, first: 2, second: 2 })
  const [least, none, same] = found.images.map(({ agreement }) => agreement)
  expect(none).toBe(0)
  for (const one of [least, same]) expect(one).toBeCloseTo(2 / 3, 12)
  const holds = found.images[0]!.groups.map((place) => found.groups[place]!.name)
  expect(holds).toEqual(['100 to 400 px', 'lone', 'ship'])
})

function agreementOf(first: readonly Rle[], second: readonly Rle[]): number | undefined {
  const comparing = new Comparing()
  comparing.add({ ...{ image: 1, path: 'a.png', height: 100, truth: [] }, first, second })
  return comparing.result()?.agreement
}

it('agreement does not ask who is right', () => {
  const mask = fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }))
    .map((run) => canonicalise(run))
  const masks = fc.array(mask, { maxLength: 4 })
  fc.assert(
    fc.property(masks, masks, (a, b) => {
      expect(agreementOf(a, b)).toBe(agreementOf(b, a))
      expect(agreementOf(a, a)).toBe(1)
    }),
  )
  // one of two: 2 / (2 + 1) at every threshold
  expect(agreementOf(of('1 10', '21 10'), of('1 10'))).toBeCloseTo(2 / 3, 12)
})
