import { expect, it } from 'vitest'
import { fromPredicate } from '../mask/rle.ts'
import { scoreImage } from './f2.ts'
import { scoreIgnoring } from './ignoring.ts'

const SIZE = { width: 60, height: 40 }
const box = (x: number, y: number, width: number, height: number) =>
  fromPredicate(SIZE, () => true, { x, y, width, height })

it('what lies in areas to ignore is no false alarm as far as it lies there, and a hit there stays one', () => {
  const truth = [box(0, 0, 10, 10), box(30, 0, 10, 10)]
  // a hit outside; one inside the area; 7 of 10 columns inside; outside
  const predicted = [box(0, 0, 10, 10), box(30, 0, 10, 10), box(43, 0, 10, 10), box(0, 30, 10, 10)]
  const area = [box(25, 0, 25, 20)]
  const { thresholds } = scoreIgnoring(truth, predicted, area)
  expect(scoreImage(truth, predicted).thresholds.map(({ fp }) => fp)).toEqual(new Array(10).fill(2))
  // 0.7 of it is more than 0.50 to 0.65, and not more than 0.70
  expect(thresholds.map(({ tp, fp, fn }) => [tp, fp, fn])).toEqual([
    ...new Array<number[]>(4).fill([2, 1, 0]),
    ...new Array<number[]>(6).fill([2, 2, 0]),
  ])
  expect(thresholds[0]!.f2).toBeCloseTo(10 / 11)
  expect(scoreIgnoring(truth, predicted, []).thresholds).toEqual(scoreImage(truth, predicted).thresholds)
})
