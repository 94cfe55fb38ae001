import { expect, test } from 'vitest'
import { Comparing } from '../../../src-main/core/metric/compare.ts'
import { parseRle } from '../../../src-main/core/mask/rle.ts'
import { narrowTo } from './narrow.ts'

test('a comparison is narrowed to the images that hold ships of a group, and its interval with it', () => {
  const comparing = new Comparing()
  const add = (image: number, truth: string[], second: string[]) =>
    comparing.add({
      ...{ image, path: `${image}.png`, height: 1000, first: [] },
      ...{
        truth: truth.map((rle) => ({ rle: parseRle(rle), category: null })),
        second: second.map(parseRle),
      },
    })
  // two large ones are found, two small ones are not, nothing is wrong where nothing is
  add(1, ['1 2000'], ['1 2000'])
  add(2, ['1 2000', '4001 50'], ['1 2000'])
  add(3, ['1 50'], ['5001 50'])
  add(4, [], [])
  const found = comparing.result()
  if (!found) throw new Error('nothing was compared')
  const comparison = { ...found, runs: { first: 1, second: 2 } }
  const place = (name: string) => comparison.groups.findIndex((group) => group.name === name)

  const large = narrowTo(comparison, place('from 1500 px'))
  expect(large.images.map(({ image }) => image).sort()).toEqual([1, 2])
  // 1, and 5 / (5 + 4): one of two is found
  expect(large.f2.value).toBeCloseTo((1 + 5 / 9) / 2, 12)
  expect([large.wins, large.losses, large.unchanged]).toEqual([2, 0, 0])
  expect(large.f2.low).toBeGreaterThan(0)

  const small = narrowTo(comparison, place('under 100 px'))
  expect([small.wins, small.losses, small.unchanged]).toEqual([1, 0, 1])

  const all = narrowTo(comparison, null)
  expect(all.f2).toEqual(comparison.difference.f2)
  expect(all.images).toHaveLength(4)
  expect(narrowTo(comparison, place('400 to 1500 px'))).toEqual(all)
})
