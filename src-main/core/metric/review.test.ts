import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ReviewedImage, Suspect } from '../../contract/wire.ts'
import { fixInWords, rankFixes, rankSuspects, relabelInWords, totalErrors } from './review.ts'

const NONE = { merged: 0, split: 0, 'near miss': 0, missed: 0, false: 0 }

function reviewed(image: number, of: Partial<ReviewedImage>): ReviewedImage {
  return {
    ...{ image, path: `${image}.png`, f2: 0.5, fixes: [], errors: [], suspects: [], trainedOn: false },
    counts: { truth: NONE, predictions: NONE, sloppy: 0 },
    recall: [0, 1, 2, 3].map(() => ({ ships: 0, found: 0 })),
    ...of,
  }
}

const suspect = (suspicion: Suspect['suspicion'], area: number, confidence: number): Suspect => ({
  ...{
    id: crypto.randomUUID(),
    suspicion,
    place: 0,
    outOfFold: false,
    area,
    confidence,
    box: { x: 0, y: 0, width: 1, height: 1 },
  },
})

it('ranks fixes by what they are worth, wherever they are, and leaves out those that are worth nothing', () => {
  const drop = (p: number) => ({ act: 'drop' as const, truths: [], predictions: [p] })
  const ranked = rankFixes([
    reviewed(1, {
      f2: 0.5,
      fixes: [
        { fix: drop(0), f2: 0.6 },
        { fix: drop(1), f2: 0.5 },
      ],
    }),
    reviewed(2, { f2: 0.9, fixes: [{ fix: drop(2), f2: 0.95 }] }),
    reviewed(3, { f2: 0, fixes: [{ fix: drop(3), f2: 1 }] }),
  ])
  expect(ranked.map(({ image, fix }) => [image, fix.predictions[0]])).toEqual([
    [3, 3],
    [1, 0],
    [2, 2],
  ])
})

it("promises the set's F2 to the last digit, as whole numbers give it", () => {
  const units = (f2: number) => BigInt(Math.round(f2 * 2 ** 40))
  const figure = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.record({ f2: figure, after: figure }), { minLength: 1 }), (figures) => {
      const images = figures.map(({ f2, after }, i) =>
        reviewed(i, { f2, fixes: [{ fix: { act: 'drop', truths: [], predictions: [0] }, f2: after }] }),
      )
      for (const { image: mended, setAfter } of rankFixes(images)) {
        const all = figures.map(({ f2, after }, i) => units(i === mended ? after : f2))
        expect(setAfter).toBe(Number(all.reduce((a, b) => a + b)) / 2 ** 40 / images.length)
      }
    }),
  )
})

it('is as sure of what is never found as it finds ships of that size, and trusts images that the model does not know', () => {
  const recall = (ships: number, found: number) => [
    { ships, found },
    ...[1, 2, 3].map(() => ({ ships: 0, found: 0 })),
  ]
  const ranked = rankSuspects([
    reviewed(1, { suspects: [suspect('never found', 50, 0)], recall: recall(6, 5) }),
    reviewed(2, { suspects: [suspect('not marked', 900, 0.7)], recall: recall(2, 1) }),
    reviewed(3, { suspects: [suspect('not marked', 900, 0.99)], trainedOn: true }),
  ])
  expect(ranked.map(({ image, confidence }) => [image, confidence])).toEqual([
    [1, 6 / 8],
    [2, 0.7],
    [3, 0.99],
  ])
})

it('adds errors up by kind, and says fixes in words', () => {
  const one = { truth: { ...NONE, missed: 2 }, predictions: { ...NONE, merged: 1 }, sloppy: 3 }
  expect(totalErrors([one, one])).toEqual({
    truth: { ...NONE, missed: 4 },
    predictions: { ...NONE, merged: 2 },
    sloppy: 6,
  })
  const fixes = [
    { act: 'merge' as const, truths: [0], predictions: [2, 3] },
    { act: 'merge' as const, truths: [0], predictions: [2, 3, 5] },
    { act: 'split' as const, truths: [0, 1], predictions: [13] },
    { act: 'redraw' as const, truths: [0], predictions: [4] },
    { act: 'add' as const, truths: [8], predictions: [] },
    { act: 'drop' as const, truths: [], predictions: [5] },
  ]
  expect(fixes.map(fixInWords)).toEqual([
    'merge #3 and #4',
    'merge #3, #4 and #6',
    'split #14 into two',
    'redraw #5',
    'add missed 9',
    'drop #6',
  ])
  // the other side of each
  expect(fixes.map(relabelInWords)).toEqual([
    'put #3 and #4 in the place of 1',
    'put #3, #4 and #6 in the place of 1',
    'make 1 and 2 one',
    'put #5 in the place of 1',
    'delete label 9',
    'mark #6 as a ship',
  ])
})
