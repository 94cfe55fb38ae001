import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fix } from '../../contract/wire.ts'
import type { Rle } from '../mask/rle.ts'
import { canonicalise, fromPredicate, parseRle } from '../mask/rle.ts'
import { scoreImage } from './f2.ts'
import { mend } from './fix.ts'
import type { Masks } from './fix.ts'
import { reviewImage } from './worth.ts'

const HEIGHT = 7
const run = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }))
const mask = fc.array(run, { minLength: 1, maxLength: 3 }).map((runs) => canonicalise(runs.flat()))
const masks = fc.array(mask, { maxLength: 5 })

/** The predictions after a fix, all of them. */
function after(fix: Fix, image: Masks): Rle[] {
  const { removed, added } = mend(fix, image)
  return [...image.prediction.filter((_, p) => !removed.includes(p)), ...added]
}

function review(truth: string[], prediction: string[], height = 100): [act: string, f2: number][] {
  const image = { truth: truth.map(parseRle), prediction: prediction.map(parseRle), height }
  return reviewImage(image).fixes.map(({ fix, f2 }) => [fix.act, f2])
}

describe('reviewImage', () => {
  it('says what each fix is worth: the score of the changed predictions, scored from the beginning', () => {
    fc.assert(
      fc.property(masks, masks, (truth, prediction) => {
        const image = { truth, prediction, height: HEIGHT }
        const { f2, fixes } = reviewImage(image)
        expect(f2).toBe(scoreImage(truth, prediction).f2)
        for (const { fix, f2 } of fixes) expect(f2).toBe(scoreImage(truth, after(fix, image)).f2)
        expect(fixes.map((fix) => fix.f2)).toEqual(fixes.map((fix) => fix.f2).sort((a, b) => b - a))
      }),
      { numRuns: 200 },
    )
  })

  it('has a fix for each error', () => {
    fc.assert(
      fc.property(masks, masks, (truth, prediction) => {
        const { errors, fixes } = reviewImage({ truth, prediction, height: HEIGHT })
        const truths = new Set(fixes.flatMap(({ fix }) => fix.truths))
        const predictions = new Set(fixes.flatMap(({ fix }) => fix.predictions))
        errors.truth.forEach((kind, t) => expect(kind === null || truths.has(t)).toBe(true))
        errors.predictions.forEach((kind, p) => expect(kind === null || predictions.has(p)).toBe(true))
      }),
    )
  })

  it('is 1 after the only error of an image', () => {
    expect(review(['1 10', '21 10'], ['1 10'])).toEqual([['add', 1]])
    expect(review(['1 10'], ['1 10', '21 10'])).toEqual([['drop', 1]])
    expect(review(['1 20'], ['1 10', '11 10'])).toEqual([['merge', 1]])
    expect(review(['1 20'], ['1 10'])).toEqual([['redraw', 1]])
    expect(review(['1 20'], ['1 11'])).toEqual([['redraw', 1]])
    expect(review(['1 10', '11 10'], ['1 20'])).toEqual([['split', 1]])
  })

  it('counts in closed form: one of two missed ships added, one of two false alarms dropped', () => {
    // no hit, FN 2: 0; with one of them 5 / (5 + 4)
    const added = review(['1 10', '21 10'], [])
    expect(added.map(([act]) => act)).toEqual(['add', 'add'])
    for (const [, f2] of added) expect(f2).toBeCloseTo(5 / 9, 12)
    // one hit and FP 2: 5 / 7; with one dropped 5 / 6
    const [first, second, ...more] = review(['1 10'], ['1 10', '21 10', '41 10'])
    expect([first![0], second![0], more]).toEqual(['drop', 'drop', []])
    expect(first![1]).toBeCloseTo(5 / 6, 12)
    // a false alarm on an image without ships: from 0 to 1
    expect(review([], ['1 10'])).toEqual([['drop', 1]])
  })

  it('divides what belongs to no ship by which one is nearest', () => {
    const size = { width: 12, height: 6 }
    const rows = (x0: number, x1: number) =>
      fromPredicate(size, (x, y) => x >= x0 && x <= x1 && y >= 2 && y <= 3)
    const image = { truth: [rows(1, 4), rows(7, 10)], prediction: [rows(1, 10)], height: size.height }
    const [{ fix, f2 }] = reviewImage(image).fixes as [{ fix: Fix; f2: number }]
    expect(after(fix, image)).toEqual([rows(1, 5), rows(6, 10)])
    // each with an IoU of 8 / 10: above 0.5 to 0.75, not above 0.8
    expect(f2).toBeCloseTo(0.6, 12)
  })
})
