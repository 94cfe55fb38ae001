import { describe, expect, it } from 'vitest'
import type { Rle } from '../mask/rle.ts'
import { fromPredicate, parseRle } from '../mask/rle.ts'
import { reportOn } from './report.ts'

const SIDE = 100
const box = (x: number, y: number, width: number, height: number): Rle =>
  fromPredicate({ width: SIDE, height: SIDE }, () => true, { x, y, width, height })

describe('reportOn', () => {
  it('counts found ships by area, and touching ones apart from lone ones', () => {
    const truth = [
      box(0, 0, 9, 11), // 99 px, lone
      box(20, 0, 10, 10), // 100 px, lone
      box(40, 0, 20, 20), // 400 px, touches the next by a side
      box(60, 0, 30, 50), // 1,500 px
      box(0, 50, 10, 10), // 100 px, touches the next by a corner
      box(10, 60, 10, 10),
    ]
    const prediction = [truth[0]!, truth[2]!, box(10, 60, 10, 5), box(0, 50, 10, 6)]
    const categories = ['tug', 'ship', 'ship', 'tug', 'ship', 'ship']
    const { recall } = reportOn([{ truth, prediction, height: SIDE, categories }])
    expect(recall).toEqual({
      all: { ships: 6, found: 3 },
      byArea: [
        { ships: 1, found: 1 },
        { ships: 3, found: 1 },
        { ships: 1, found: 1 },
        { ships: 1, found: 0 },
      ],
      touching: { ships: 4, found: 2 },
      lone: { ships: 2, found: 1 },
      byCategory: [
        { name: 'ship', ships: 4, found: 2 },
        { name: 'tug', ships: 2, found: 1 },
      ],
    })
  })

  it('gives scores, and how many empty images are clean', () => {
    const ship = box(5, 5, 10, 10)
    const report = reportOn([
      { truth: [ship], prediction: [ship], height: SIDE },
      { truth: [ship], prediction: [], height: SIDE },
      { truth: [], prediction: [], height: SIDE },
      { truth: [], prediction: [ship], height: SIDE },
    ])
    expect(report).toMatchObject({ images: 4, emptyImages: 2, emptyClean: 1 })
    expect(report.f2!.value).toBeCloseTo(0.5, 14)
    expect(report.f2WithShips!.value).toBeCloseTo(0.5, 14)
    expect(report.pooledF2!.value).toBeCloseTo(5 / (5 + 4 + 1), 14)
  })

  it('spans the interval of the binomial law where images are right or wrong', () => {
    const ship = parseRle('1 20')
    const images = Array.from({ length: 100 }, (_, i) => ({
      truth: [ship],
      prediction: i < 30 ? [ship] : [],
      height: SIDE,
    }))
    const { f2, f2WithShips } = reportOn(images, { samples: 4000, seed: 3 })
    // the mean of 100 draws with p = 0.3: the 2.5 and 97.5 % points of Binomial(100, 0.3) are 21 and 39
    expect(f2!.value).toBeCloseTo(0.3, 12)
    expect(Math.abs(f2!.low - 0.21)).toBeLessThanOrEqual(0.0101)
    expect(Math.abs(f2!.high - 0.39)).toBeLessThanOrEqual(0.0101)
    expect(f2WithShips).toEqual(f2)
  })

  it('repeats by its seed, and has no width where all images are alike', () => {
    const images = [0, 1, 2, 3].map((i) => ({
      truth: [parseRle('1 20')],
      prediction: i % 2 ? [parseRle('1 20')] : [],
      height: SIDE,
    }))
    expect(reportOn(images, { seed: 5 })).toEqual(reportOn(images, { seed: 5 }))
    const one = reportOn(images.slice(1, 2))
    expect(one.f2).toEqual({ value: 1, low: 1, high: 1 })
  })

  it('is null, not 0 or 1, where there is nothing to say', () => {
    expect(reportOn([])).toMatchObject({ f2: null, f2WithShips: null, pooledF2: null, images: 0 })
    expect(reportOn([{ truth: [], prediction: [], height: 1 }]).f2WithShips).toBeNull()
  })
})
