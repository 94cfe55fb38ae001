import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Rle } from '../mask/rle.ts'
import { areaOf, canonicalise, parseRle } from '../mask/rle.ts'
import { scoreImage } from './f2.ts'
import { errorsOf } from './kinds.ts'
import type { ImageErrors } from './kinds.ts'
import { matchesAtThresholds } from './matching.ts'
import { overlapsBetween } from './overlap.ts'

const run = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }))
const mask = fc.array(run, { minLength: 1, maxLength: 3 }).map((runs) => canonicalise(runs.flat()))
const masks = fc.array(mask, { maxLength: 5 })

function errors(truth: readonly Rle[], prediction: readonly Rle[]): ImageErrors {
  const overlaps = overlapsBetween(truth, prediction)
  const matches = matchesAtThresholds(overlaps)[0]!
  return errorsOf({
    overlaps,
    matches,
    truthAreas: truth.map(areaOf),
    predictionAreas: prediction.map(areaOf),
  })
}

const kindsOf = (truth: string[], prediction: string[]) =>
  errors(truth.map(parseRle), prediction.map(parseRle))

describe('errorsOf', () => {
  it('knows two ships in one prediction: neither is hit, or one is', () => {
    expect(kindsOf(['1 10', '11 10'], ['1 20'])).toMatchObject({
      truth: ['merged', 'merged'],
      predictions: ['merged'],
      merged: [{ prediction: 0, truths: [0, 1] }],
    })
    // IoU 11 / 16 with the first, 5 / 16 with the second
    expect(kindsOf(['1 11', '12 5'], ['1 16'])).toMatchObject({
      truth: [null, 'merged'],
      predictions: [null],
    })
  })

  it('divides a merged prediction among all that it covers by more than a tenth, and calls merged what lies in it by more than half', () => {
    const { truth, merged } = kindsOf(['1 10', '11 10', '39 10', '51 20'], ['1 40', '50 3'])
    expect(truth).toEqual(['merged', 'merged', 'missed', 'missed'])
    // the third lies in it with two of ten pixels, the fourth not at all
    expect(merged).toEqual([{ prediction: 0, truths: [0, 1, 2] }])
  })

  it('knows one ship in two predictions', () => {
    expect(kindsOf(['1 20'], ['1 10', '11 10'])).toMatchObject({
      truth: ['split'],
      predictions: ['split', 'split'],
      split: [{ truth: 0, predictions: [0, 1] }],
    })
    expect(kindsOf(['1 20'], ['1 15', '16 4'])).toMatchObject({ truth: [null], predictions: [null, 'split'] })
  })

  it('knows a near miss: an IoU of 0.45 to 0.5, both ends with it', () => {
    // 10 of 20, 9 of 20, 8 of 20 pixels; an IoU of exactly 0.5 is no hit
    expect(kindsOf(['1 20'], ['1 10'])).toMatchObject({ truth: ['near miss'], predictions: ['near miss'] })
    expect(kindsOf(['1 20'], ['1 9'])).toMatchObject({ truth: ['near miss'], predictions: ['near miss'] })
    expect(kindsOf(['1 20'], ['1 8'])).toMatchObject({ truth: ['missed'], predictions: ['false'] })
    expect(kindsOf(['1 20'], ['1 11'])).toMatchObject({ truth: [null], predictions: [null] })
  })

  it('calls a hit under 0.75 sloppy', () => {
    const sloppy = (prediction: string) => kindsOf(['1 100'], [prediction]).sloppy.length
    expect([sloppy('1 75'), sloppy('1 74'), sloppy('1 51'), sloppy('1 50')]).toEqual([0, 1, 1, 0])
  })

  it('gives each unmatched instance exactly one kind: the sums are FN and FP', () => {
    fc.assert(
      fc.property(masks, masks, (truth, prediction) => {
        const found = errors(truth, prediction)
        const { fn, fp, tp } = scoreImage(truth, prediction).thresholds[0]!
        expect(found.truth.filter((kind) => kind !== null)).toHaveLength(fn)
        expect(found.predictions.filter((kind) => kind !== null)).toHaveLength(fp)
        expect(found.sloppy.length).toBeLessThanOrEqual(tp)
        expect(found.truth).not.toContain('false')
        expect(found.predictions).not.toContain('missed')
      }),
    )
  })

  it('is its own mirror: with truth and predictions exchanged, merged are split and missed are false', () => {
    const MIRRORED = {
      merged: 'split',
      split: 'merged',
      'near miss': 'near miss',
      missed: 'false',
      false: 'missed',
    }
    fc.assert(
      fc.property(masks, masks, (truth, prediction) => {
        const [found, mirrored] = [errors(truth, prediction), errors(prediction, truth)]
        // which of several largest matchings is taken, and which of the first two kinds, are no mirror images
        fc.pre(found.truth.every((kind, t) => (kind === null) === (mirrored.predictions[t] === null)))
        fc.pre(found.merged.length === 0 || found.split.length === 0)
        expect(mirrored.predictions).toEqual(found.truth.map((kind) => kind && MIRRORED[kind]))
      }),
    )
  })
})
