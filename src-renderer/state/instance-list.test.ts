import fc from 'fast-check'
import { expect, it } from 'vitest'
import { areaOf, fromPredicate, intersectionArea, type Rle } from '../../src-main/core/mask/rle.ts'
import type { ImageState } from './image-state.ts'
import { bestIous } from './instance-list.ts'

const SIZE = { width: 30, height: 20 }
const mask = fc
  .record({
    x: fc.integer({ min: 0, max: 29 }),
    y: fc.integer({ min: 0, max: 19 }),
    width: fc.integer({ min: 1, max: 15 }),
    height: fc.integer({ min: 1, max: 10 }),
  })
  .map((box) => fromPredicate(SIZE, () => true, box))
const masks = fc.array(mask, { maxLength: 6 })

function iou(a: Rle, b: Rle): number {
  const shared = intersectionArea(a, b)
  return shared / (areaOf(a) + areaOf(b) - shared)
}

it('the best IoU of each truth instance is that of all pairs, however truth and predictions change', () => {
  const truthOf = (rles: Rle[]): ImageState['truth'] =>
    rles.map((rle, i) => ({ id: `t${i}`, rle, origin: 'drawn', edited: false, colour: 0 }))
  const predictionsOf = (rles: Rle[]): ImageState['predictions'] =>
    rles.map((rle, i) => ({ id: `p${i}`, rle, colour: 0, decision: null, score: 1, area: 1, cluster: 0 }))
  fc.assert(
    fc.property(masks, fc.array(masks, { minLength: 1, maxLength: 3 }), masks, (found, marked, more) => {
      for (const predictions of [predictionsOf(found), predictionsOf([...more, ...found])]) {
        for (const truth of [...marked.map(truthOf), truthOf(marked.flat())]) {
          const expected = truth.map(({ rle: a }) =>
            Math.max(0, ...predictions.map(({ rle: b }) => iou(a, b))),
          )
          expect(bestIous({ truth, predictions })).toEqual(expected)
        }
      }
    }),
  )
})
