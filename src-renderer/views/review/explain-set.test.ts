import { expect, test } from 'vitest'
import type { ReviewedImage } from '../../../src-main/contract/wire.ts'
import { explainSet } from './explain-set.ts'

const image = (f2: number, ships: number): ReviewedImage => ({
  ...{ image: 1, path: `${f2}.png`, f2, fixes: [], suspects: [], trainedOn: false },
  counts: {
    truth: { merged: 0, split: 0, 'near miss': 0, missed: 0, false: 0 },
    predictions: { merged: 0, split: 0, 'near miss': 0, missed: 0, false: 0 },
    sloppy: 0,
  },
  recall: [
    { ships: 0, found: 0 },
    { ships, found: 0 },
  ],
})

test('what bands of images cost adds up to what the mean lacks; images without a ship are counted by themselves', () => {
  const set = [
    image(0.8, 3),
    image(0, 0),
    image(1, 0),
    image(0, 2),
    image(0.5, 1),
    image(0.3, 9),
    image(1, 4),
  ]
  const { mean, bands, empty } = explainSet(set)
  expect(mean).toBeCloseTo(3.6 / 7, 12)
  expect(bands.map(({ name, images }) => [name, images.map(({ f2 }) => f2)])).toEqual([
    ['at 0', [0, 0]],
    ['over 0, under 0.5', [0.3]],
    ['from 0.5 to under 1', [0.5, 0.8]],
    ['at 1', [1, 1]],
  ])
  const costs = [2, 0.7, 0.7, 0]
  bands.forEach(({ cost }, i) => {
    expect(cost * set.length).toBeCloseTo(costs[i]!, 12)
  })
  expect(empty).toEqual({ clean: 1, alarmed: 1 })
  expect(explainSet([])).toEqual({ mean: null, bands: [], empty: { clean: 0, alarmed: 0 } })
})
