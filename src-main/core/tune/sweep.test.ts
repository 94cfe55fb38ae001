import { describe, expect, test } from 'vitest'
import { twoShips } from '../../testing/inference.ts'
import { clusterInference, DEFAULT_CLUSTER_SETTINGS } from '../cluster/cluster.ts'
import { scoreImage } from '../metric/f2.ts'
import { randomFrom } from '../random.ts'
import { chooseSettings, sweepImage, SWEPT, type Swept } from './sweep.ts'

const own = { ...DEFAULT_CLUSTER_SETTINGS, alpha: 4.5 }
/** the values that are tried, as the curves of a sweep have them: of an image on which all is alike */
const { curves } = chooseSettings([{ f2: new Float64Array(1e5), group: 0 }], own)
const grid = Object.fromEntries(
  curves.map(({ setting, points }) => [setting, points.map(({ value }) => value)]),
) as Record<(typeof SWEPT)[number], (number | null)[]>
const sizes = SWEPT.map((setting) => grid[setting].length)
const all = sizes.reduce((size, length) => size * length, 1)

/** Place of a combination by the places of its values. */
const at = (...places: number[]) => places.reduce((sum, place, axis) => sum * sizes[axis]! + place, 0)
const home = SWEPT.map((setting) => grid[setting].findIndex((value) => value === own[setting]))

test('each combination has the F2 that clustering with it gives, the own ones among them', () => {
  const image = twoShips({ length: 24, breadth: 6, noise: 1.2 })
  const f2 = sweepImage(image, { own, calibration: null })
  expect(f2).toHaveLength(all)
  const random = randomFrom(3)
  const picked = [home, ...Array.from({ length: 30 }, () => sizes.map((size) => Math.floor(random() * size)))]
  for (const places of picked) {
    const [foreground, sigma, alpha, minArea, minScore] = places as [number, number, number, number, number]
    const settings = {
      ...own,
      foreground: grid.foreground[foreground]!,
      sigma: grid.sigma[sigma]!,
      alpha: grid.alpha[alpha]!,
      minArea: grid.minArea[minArea]!,
      minScore: grid.minScore[minScore]!,
    }
    const masks = clusterInference(image.inference, settings).instances.map(({ rle }) => rle)
    expect(f2[at(...places)]).toBeCloseTo(scoreImage(image.truth, masks).f2, 12)
  }
})

describe('what is chosen', () => {
  const better = at(...home.map((place, axis) => (SWEPT[axis] === 'alpha' ? 1 : place)))
  /** F2 as given, at the own settings and at another alpha; 0.2 everywhere else */
  const images = (each: readonly [ownF2: number, otherF2: number][]): Swept[] =>
    each.map(([ownF2, otherF2], group) => {
      const f2 = new Float64Array(all).fill(0.2)
      f2[at(...home)] = ownF2
      f2[better] = otherF2
      return { f2, group }
    })

  test('is what scores higher on images that had no say in it, with its interval and the curve of each setting', () => {
    const found = chooseSettings(
      images(Array.from({ length: 20 }, (_, i) => [0.5, 0.55 + 0.01 * (i % 3)])),
      own,
    )
    expect(found).toMatchObject({ better: true, best: { ...own, alpha: grid.alpha[1] } })
    // 0.05, 0.06, 0.07 in turn, and 0.05, 0.06 once more
    expect(found.gain.value).toBeCloseTo((7 * 0.05 + 7 * 0.06 + 6 * 0.07) / 20, 10)
    expect(found.gain.low).toBeGreaterThan(0.05)
    expect([found.ownF2, found.bestF2 - found.ownF2]).toEqual([0.5, expect.closeTo(found.gain.value, 10)])
    const alpha = found.curves.find(({ setting }) => setting === 'alpha')!
    expect(alpha.points.map(({ value }) => value)).toEqual(grid.alpha)
    expect(alpha.points[1]!.f2).toBeCloseTo(found.bestF2, 12)
    expect(alpha.points[0]!.gain.value).toBeCloseTo(-0.3, 10)
  })

  test('is nothing where one image makes the difference, where images are few, or where all is alike', () => {
    const one = Array.from({ length: 20 }, (_, i): [number, number] => [0.5, i === 0 ? 1 : 0.5])
    expect(chooseSettings(images(one), own).better).toBe(false)
    expect(
      chooseSettings(
        images([
          [0.1, 0.9],
          [0.1, 0.9],
          [0.1, 0.9],
        ]),
        own,
      ),
    ).toMatchObject({ better: false })
    const alike = Array.from({ length: 20 }, (_, group) => ({ f2: new Float64Array(all).fill(0.5), group }))
    expect(chooseSettings(alike, own)).toMatchObject({ better: false, best: own, gain: { value: 0 } })
  })

  test('is not what pays on one scene alone, however many crops of it there are', () => {
    const crops = images(Array.from({ length: 20 }, () => [0.5, 0.9])).map((image) => ({
      ...image,
      group: 7,
    }))
    expect(chooseSettings(crops, own)).toMatchObject({ better: false, gain: { value: 0 } })
  })
})
