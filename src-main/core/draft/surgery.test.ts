import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { twoShips } from '../../testing/inference.ts'
import { DEFAULT_CLUSTER_SETTINGS } from '../cluster/cluster.ts'
import { Clusterer } from '../cluster/clusterer.ts'
import { areaOf, formatRle, intersectionArea, parseRle, unionAll } from '../mask/rle.ts'
import { IN_PIXELS, planeOf } from '../plane/plane.ts'
import { makeDraft } from './draft.ts'
import { cutBetween, cutBy, joinAll } from './surgery.ts'

// two ships of 12 x 3 px, whose pixels point at (15.5, 11) and (15.5, 14); alpha 10 joins them
const { inference, truth } = twoShips()
const clusterer = new Clusterer(inference, null)
const plane = { ...inference, ...planeOf(inference, IN_PIXELS) }
const settings = { ...DEFAULT_CLUSTER_SETTINGS, alpha: 10 }
const joined = makeDraft(clusterer, settings, []).instances[0]!.rle
const [one, other] = truth.map(formatRle)

describe('a cut in the plot', () => {
  test('between two modes gives each pixel to the side that it points at', () => {
    const cut = cutBy(plane, joined, { from: { x: 12, y: 12.5 }, to: { x: 19, y: 12.5 } })
    expect(cut).toMatchObject({ kind: 'split' })
    expect(cut!.masks.toSorted()).toEqual([one, other].toSorted())
    const { instances } = makeDraft(clusterer, settings, [cut!])
    expect(instances.map(({ rle }) => formatRle(rle)).toSorted()).toEqual([one, other].toSorted())
  })

  test.each([
    ['ends before it reaches the pixels', { x: 2, y: 12.5 }, { x: 9, y: 12.5 }],
    ['leaves all pixels on one side', { x: 12, y: 8 }, { x: 19, y: 8 }],
    ['has no length', { x: 15, y: 12 }, { x: 15, y: 12 }],
  ])('that %s is none', (_, from, to) => {
    expect(cutBy(plane, joined, { from, to })).toBeNull()
  })

  test('half way between two places is none where all pixels are nearer to one', () => {
    expect(cutBetween(plane, joined, { x: 15.5, y: 11 }, { x: 15.5, y: 14 })?.masks).toHaveLength(2)
    expect(cutBetween(plane, truth[0]!, { x: 15.5, y: 11 }, { x: 15.5, y: 14 })).toBeNull()
  })

  test('loses no pixel and gives none twice, wherever it goes', () => {
    const place = fc.record(
      { x: fc.double({ min: 5, max: 25 }), y: fc.double({ min: 5, max: 20 }) },
      {
        noNullPrototype: true,
      },
    )
    const noisy = twoShips({ noise: 2 })
    const whole = unionAll(noisy.truth)
    fc.assert(
      fc.property(place, place, (from, to) => {
        const cut = cutBy({ ...noisy.inference, ...planeOf(noisy.inference, IN_PIXELS) }, whole, { from, to })
        if (!cut) return
        const [a, b] = cut.masks.map(parseRle)
        expect(formatRle(unionAll([a!, b!]))).toBe(formatRle(whole))
        expect(intersectionArea(a!, b!)).toBe(0)
        expect(areaOf(a!)).toBeGreaterThanOrEqual(areaOf(b!))
      }),
    )
  })
})

test('two are joined', () => {
  const apart = { ...settings, alpha: 0 }
  const after = (...changes: Parameters<typeof makeDraft>[2]) =>
    makeDraft(clusterer, apart, changes).instances.map(({ rle }) => formatRle(rle))
  expect(after(joinAll(inference, truth))).toEqual([formatRle(unionAll(truth))])
})
