import fc from 'fast-check'
import { expect, it } from 'vitest'
import { areaOf, fromPredicate, intersectionArea } from '../mask/rle.ts'
import { scoreImage } from './f2.ts'
import { countedOf, scoreIgnoring } from './ignoring.ts'
import { ScoreTable } from './score-table.ts'

const SIZE = { width: 60, height: 40 }
const box = (x: number, y: number, width: number, height: number) =>
  fromPredicate(SIZE, () => true, { x, y, width, height })

it('what lies in areas to ignore by more than half is no false alarm, and a hit there stays one', () => {
  const truth = [box(0, 0, 10, 10), box(30, 0, 10, 10)]
  // a hit outside; one inside the area, though a poor one; 6 of 10 columns inside; half inside; outside
  const predicted = [box(0, 0, 10, 10), box(30, 0, 7, 10), box(44, 0, 10, 10), box(45, 20, 10, 10), box(0, 30, 10, 10)] // prettier-ignore
  const areas = [box(25, 0, 20, 40), box(42, 0, 8, 40)]
  expect(countedOf(truth, predicted, areas)).toEqual([true, true, false, true, true])
  const { thresholds } = scoreIgnoring(truth, predicted, areas)
  expect(scoreImage(truth, predicted).thresholds.map(({ fp }) => fp)).toEqual([3, 3, 3, 3, 4, 4, 4, 4, 4, 4])
  expect(thresholds.map(({ tp, fp, fn }) => [tp, fp, fn])).toEqual([
    ...new Array<number[]>(4).fill([2, 2, 0]),
    ...new Array<number[]>(6).fill([1, 3, 1]),
  ])
  expect(thresholds[0]!.f2).toBeCloseTo(10 / 12)
  expect(scoreIgnoring(truth, predicted, []).thresholds).toEqual(scoreImage(truth, predicted).thresholds)
})

it('the table of an image that is edited gives the same, and both what counting pixels gives', () => {
  const boxes = fc.array(
    fc.tuple(fc.nat(50), fc.nat(30), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 10 })),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(boxes, boxes, boxes, (t, p, a) => {
      const [truth, predicted, areas] = [t, p, a].map((all) => all.map((one) => box(...one)))
      const table = ScoreTable.of(predicted!).with(truth!.map((rle, i) => [`${i}`, rle]))
      const expected = scoreIgnoring(truth!, predicted!, areas!)
      expect(table.f2Ignoring(areas!)).toBeCloseTo(expected.f2, 12)
      const union = fromPredicate(SIZE, (x, y) => areas!.some((rle) => intersectionArea(rle, box(x, y, 1, 1))), { x: 0, y: 0, ...SIZE }) // prettier-ignore
      const left = predicted!.filter(
        (rle) =>
          2 * intersectionArea(rle, union) > areaOf(rle) &&
          truth!.every((other) => {
            const both = intersectionArea(rle, other)
            return 2 * both <= areaOf(rle) + areaOf(other) - both
          }),
      )
      expect(countedOf(truth!, predicted!, areas!).filter((counts) => !counts)).toHaveLength(left.length)
    }),
    { numRuns: 60 },
  )
})
