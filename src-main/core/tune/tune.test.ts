import { describe, expect, it } from 'vitest'
import type { Calibration, ClusterSettings } from '../../contract/wire.ts'
import { clusterInference } from '../cluster/cluster.ts'
import { inferenceOf } from '../../testing/inference.ts'
import type { Rle } from '../mask/rle.ts'
import { fromPredicate, parseRle } from '../mask/rle.ts'
import { scoreImage } from '../metric/f2.ts'
import { summarise } from '../metric/sums.ts'
import { randomFrom } from '../random.ts'
import { candidatesOf, evaluate } from './candidates.ts'
import type { TuneImage } from './candidates.ts'
import { operatingPointsOf } from './operating-points.ts'
import { falseAlarmsOf } from './false-alarms.ts'
import { tuneThresholds } from './thresholds.ts'
import { worthOf } from './worth.ts'
import { canTune, canTuneLeastScore, tuneClustering, tuneLeastScore } from './tune.ts'

const SIDE = 64
const SIZE = { width: SIDE, height: SIDE }
const START: ClusterSettings = {
  foreground: 0.5,
  sigma: null,
  alpha: 2,
  minArea: 8,
  minScore: 0.5,
  separate: true,
  necks: false,
  rectangles: false,
}

/** A rectangle that the network sees with this foreground; `ship`: it is one in truth. */
interface Patch {
  x: number
  y: number
  width: number
  height: number
  foreground: number
  ship: boolean
}

const maskOf = (patch: Patch): Rle => fromPredicate(SIZE, () => true, patch)

/** An image whose embeddings point at the middle of their own rectangle. */
function image(patches: readonly Patch[], truth = patches.filter(({ ship }) => ship).map(maskOf)): TuneImage {
  const foreground = new Float32Array(SIDE * SIDE)
  const offset = new Float32Array(2 * SIDE * SIDE)
  for (const { x, y, width, height, foreground: value } of patches) {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) {
        const at = row * SIDE + column
        foreground[at] = value
        offset[2 * at] = x + (width - 1) / 2 - column
        offset[2 * at + 1] = y + (height - 1) / 2 - row
      }
    }
  }
  return { inference: inferenceOf({ ...SIZE, channels: 2, foreground, offset }), truth }
}

const ship = (x: number, y: number, foreground: number): Patch => ({
  ...{ x, y, width: 12, height: 4, foreground, ship: true },
})
const noise = (x: number, y: number, foreground: number, side = 5): Patch => ({
  ...{ x, y, width: side, height: side, foreground, ship: false },
})

function scoreOf(images: readonly TuneImage[], settings: ClusterSettings) {
  return summarise(
    images.map(({ inference, truth }) =>
      scoreImage(
        truth,
        clusterInference(inference, settings).instances.map(({ rle }) => rle),
      ),
    ),
  )
}

describe('candidatesOf', () => {
  it('leaves out what is found where nobody can tell, unless it is a hit', () => {
    const shown = image([ship(4, 4, 0.9), ship(30, 4, 0.9), noise(40, 40, 0.9)])
    const area = (x: number, y: number, width: number, height: number): Rle =>
      fromPredicate(SIZE, () => true, { x, y, width, height })
    const counts = (ignored: Rle[]): number[] => {
      const { candidates, hits } = candidatesOf({ ...shown, ignored }, START)
      return [candidates.length, hits.length]
    }
    expect(counts([])).toEqual([3, 2])
    // two of the false alarm's five columns, then three of them; a ship that is found in one stays
    expect(counts([area(43, 36, 20, 20)])).toEqual([3, 2])
    expect(counts([area(42, 36, 20, 20)])).toEqual([2, 2])
    expect(counts([area(28, 0, 30, 60)])).toEqual([2, 2])
  })
})

describe('evaluate', () => {
  it('gives what clustering again and scoring gives, for any minArea and minScore', () => {
    const random = randomFrom(5)
    const images = Array.from({ length: 8 }, () =>
      image(
        Array.from({ length: 6 }, (_, i) => ({
          x: 2 + 10 * i,
          y: Math.floor(20 * random()),
          width: 3 + Math.floor(6 * random()),
          height: 3 + Math.floor(30 * random()),
          foreground: 0.55 + 0.4 * random(),
          ship: random() < 0.4,
        })),
      ),
    )
    // masks that overlap are scored by a maximum matching
    images.push({ ...images[0]!, truth: [...images[0]!.truth, ...images[0]!.truth, parseRle('1 900')] })
    const found = images.map((one) => candidatesOf(one, { ...START, minArea: 1 }))
    const scores = found.map(({ candidates }) => candidates.map(({ foreground }) => foreground))
    for (const minArea of [1, 20, 60, 150]) {
      for (const minScore of [0, 0.6, 0.75, 0.9]) {
        const evaluation = evaluate(found, scores, { minArea, minScore })
        const exact = scoreOf(images, { ...START, minArea, minScore })
        expect(evaluation.f2).toBeCloseTo(exact.f2!, 12)
        expect(evaluation.f2WithShips).toBeCloseTo(exact.f2WithShips!, 12)
        expect(evaluation.found).toBe(exact.thresholds[0]!.tp)
        expect(evaluation.ships).toBe(exact.thresholds[0]!.tp + exact.thresholds[0]!.fn)
      }
    }
  })
})

describe('tuneClustering', () => {
  it('finds the threshold between ships and false alarms', async () => {
    const images = Array.from({ length: 12 }, (_, i) =>
      image(i % 2 ? [ship(5, 5 + i, 0.9)] : [noise(30, 20 + i, 0.7)]),
    )
    expect(scoreOf(images, START).f2).toBeCloseTo(0.5, 12)
    const { settings, evaluation, calibration } = await tuneClustering(images, START)
    expect(scoreOf(images, settings).f2).toBe(1)
    expect(evaluation).toEqual({
      ...{ f2: 1, f2WithShips: 1, emptyImages: 6, emptyClean: 6, ships: 6, found: 6 },
    })
    // six hits and six false alarms are too few to calibrate
    expect(calibration).toBeNull()
    // nothing is gained by clustering otherwise, so that stays
    expect(settings).toMatchObject({ foreground: 0.5, alpha: 2, sigma: null, separate: true })
  })

  it('takes the foreground threshold that gives the outline', async () => {
    // a bright core in a faint frame that is part of the ship
    const images = Array.from({ length: 10 }, (_, i) => {
      const frame = { ...ship(10, 10 + i, 0.35), width: 20, height: 12 }
      const core = { ...ship(15, 13 + i, 0.95), width: 10, height: 6 }
      return image([frame, core], [maskOf(frame)])
    })
    expect(scoreOf(images, START).f2).toBe(0)
    const { settings, evaluation } = await tuneClustering(images, { ...START, separate: false })
    expect(settings.foreground).toBeLessThanOrEqual(0.3)
    expect(evaluation.f2).toBe(1)
  })

  it('separates only where that helps', async () => {
    const touching = Array.from({ length: 10 }, (_, i) => image([ship(5, 10 + i, 0.9), ship(5, 14 + i, 0.9)]))
    expect((await tuneClustering(touching, { ...START, separate: false })).settings.separate).toBe(true)
    const broad = Array.from({ length: 10 }, (_, i) => {
      const halves = [ship(5, 10 + i, 0.9), ship(5, 14 + i, 0.9)]
      return image(halves, [maskOf({ ...halves[0]!, height: 8 })])
    })
    const { settings, evaluation } = await tuneClustering(broad, START)
    expect(settings.separate).toBe(false)
    expect(evaluation.f2).toBe(1)
  })

  it('calibrates where there are hits and false alarms enough, and cuts by probability', async () => {
    const random = randomFrom(9)
    const images = Array.from({ length: 60 }, (_, i) => {
      const isShip = i % 2 === 0
      const value = (isShip ? 0.7 : 0.6) + 0.25 * random()
      return image([
        isShip ? ship(5, 5 + (i % 50), value) : { ...ship(40, 5 + (i % 50), value), ship: false },
      ])
    })
    const { settings, calibration, evaluation } = await tuneClustering(images, START)
    expect(calibration).toMatchObject({ instances: 60, hits: 30 })
    const scores = images.flatMap(({ inference }) =>
      clusterInference(inference, { ...settings, minScore: 0 }, calibration).instances.map(
        ({ score }) => score,
      ),
    )
    // a free intercept makes the mean probability the mean target: as many hits as false alarms, so 1/2
    expect(scores).toHaveLength(60)
    expect(scores.reduce((sum, score) => sum + score, 0) / 60).toBeCloseTo(0.5, 6)
    const left = images.flatMap(
      ({ inference }) => clusterInference(inference, settings, calibration).instances,
    )
    expect(left).toHaveLength(scores.filter((score) => score >= settings.minScore).length)
    expect(worthOf(evaluation)).toBeGreaterThan(0.7)
  })

  it('does not fall silent because most images are empty', async () => {
    // every ship is faint, and on a third of the empty images there is a false alarm as sure as they are: saying nothing has the higher F2 over all
    const images = Array.from({ length: 40 }, (_, i) => {
      if (i % 5 === 0) return image([ship(5, 5 + i, 0.6)])
      return image(i % 3 === 1 ? [{ ...ship(40, 5 + i, 0.6), ship: false }] : [])
    })
    const { evaluation } = await tuneClustering(images, START)
    expect(evaluation).toMatchObject({ ships: 8, found: 8, f2WithShips: 1 })
  })

  it('keeps the demanded share of empty images clean, at the cost of ships', async () => {
    // false alarms as bright as the ships on 3 of 20 images, less bright ones on 3 more
    const images = [
      ...Array.from({ length: 20 }, (_, i) =>
        image(i < 3 ? [noise(5, 5, 0.95, 8)] : i < 6 ? [noise(5, 5, 0.7, 8)] : []),
      ),
      ...Array.from({ length: 10 }, (_, i) => image([ship(5, 5 + i, i < 5 ? 0.9 : 0.6)])),
    ]
    const shareOf = async (cleanShare: number | null) => {
      const { evaluation } = await tuneClustering(images, START, { cleanShare })
      return [evaluation.emptyClean / 20, evaluation.found]
    }
    const [free, freeFound] = await shareOf(null)
    const [most, mostFound] = await shareOf(1)
    expect([free, freeFound]).toEqual([0.7, 10])
    expect(most).toBe(1)
    expect(mostFound).toBeLessThan(10)
  })

  it('leaves what was chosen before unless another way is better by more than chance', async () => {
    // on one image of 24 a limit of 0.85 instead of 0.5 is better: that may be chance; on six of them it is not
    const images = (better: number): TuneImage[] =>
      Array.from({ length: 24 }, (_, i) =>
        image(i % 2 ? [ship(5, 5 + i, 0.9)] : i / 2 < better ? [noise(30, 20 + i, 0.7)] : []),
      )
    const before = { before: null }
    const few = await tuneClustering(images(1), START, before)
    expect(few).toMatchObject({
      kept: true,
      settings: START,
      calibration: null,
      evaluation: { emptyClean: 11 },
    })
    expect(few.operatingPoints.find(({ name }) => name === 'balanced')?.minScore).toBe(START.minScore)
    const many = await tuneClustering(images(6), START, before)
    expect(many).toMatchObject({ kept: false, evaluation: { emptyClean: 12 } })
    expect(many.settings.minScore).toBeGreaterThan(0.7)
    // chosen afresh both move
    expect(await tuneClustering(images(1), START)).toMatchObject({
      kept: false,
      evaluation: { emptyClean: 12 },
    })
  })

  it('makes scores probabilities again where what was chosen stays, over the same instances', async () => {
    const random = randomFrom(12)
    const images = Array.from({ length: 40 }, (_, i) => {
      const isShip = i % 2 === 0
      const value = (isShip ? 0.75 : 0.6) + 0.2 * random()
      return image([{ ...ship(5 + (i % 30), 5 + i, value), ship: isShip }])
    })
    const tuned = await tuneClustering(images, { ...START, minScore: 0.75 }, { before: null })
    expect(tuned.kept).toBe(true)
    expect(tuned.calibration).toMatchObject({ instances: 40, hits: 20 })
    for (const { inference } of images) {
      const was = clusterInference(inference, { ...START, minScore: 0.75 })
      const now = clusterInference(inference, tuned.settings, tuned.calibration)
      expect(now.instances.map(({ rle }) => rle)).toEqual(was.instances.map(({ rle }) => rle))
    }
  })

  it('makes rectangles where the labels are rectangles, and not where they are not', async () => {
    const large = (i: number) => ({ ...ship(8, 10 + i, 0.9), width: 30, height: 10 })
    const boxes = Array.from({ length: 10 }, (_, i) => image([large(i)]))
    expect((await tuneClustering(boxes, START)).settings.rectangles).toBe(true)
    const round = (i: number): Rle =>
      fromPredicate(SIZE, (x, y) => ((x - 22.5) / 15) ** 2 + ((y - 14.5 - i) / 5) ** 2 < 1)
    const hulls = Array.from({ length: 10 }, (_, i) => image([large(i)], [round(i)]))
    expect((await tuneClustering(hulls, { ...START, rectangles: true })).settings.rectangles).toBe(false)
    // ten ships of 48 px say nothing
    const small = Array.from({ length: 10 }, (_, i) => image([ship(5, 5 + i, 0.9)]))
    expect((await tuneClustering(small, { ...START, rectangles: true })).settings.rectangles).toBe(true)
    const { settings } = await tuneClustering(boxes, START, { shape: 'as it was' })
    expect(settings.rectangles).toBe(false)
  })

  it('gives the same answer every time', async () => {
    const images = Array.from({ length: 8 }, (_, i) => image([ship(5, 5 + i, 0.8), noise(40, 30, 0.7)]))
    let pauses = 0
    const paused = await tuneClustering(images, START, { between: async () => void pauses++ })
    expect(paused).toEqual(await tuneClustering(images, START))
    expect(pauses).toBeGreaterThan(7)
  })

  const leastScore = (
    images: readonly TuneImage[],
    start: ClusterSettings,
    calibration: Calibration | null,
  ) =>
    tuneLeastScore(
      images.map((one) => candidatesOf(one, start)),
      start,
      calibration,
    )

  it('moves the least score alone on few images, no further than it must', () => {
    const images = [
      image([...[5, 15, 25, 35, 45].map((y) => ship(5, y, 0.72)), noise(40, 30, 0.56)]),
      image([...[5, 15, 25].map((y) => ship(5, y, 0.72)), noise(40, 10, 0.56), noise(40, 50, 0.56)]),
    ]
    const high = leastScore(images, { ...START, minScore: 0.9 }, null)
    expect(high).toMatchObject({ settings: { ...START, minScore: 0.7 }, evaluation: { f2: 1, found: 8 } })
    const low = leastScore(images, { ...START, minScore: 0.2 }, null)
    expect(low).toMatchObject({ settings: { ...START, minScore: 0.6 }, evaluation: { f2: 1 } })
    const right = leastScore(images, { ...START, minScore: 0.63 }, null)
    expect(right.settings).toEqual({ ...START, minScore: 0.63 })
    // seven ships decide nothing
    const few = [image([...[5, 15, 25, 35].map((y) => ship(5, y, 0.72))]), images[1]!]
    expect(canTuneLeastScore(few)).toBe(false)
    expect(leastScore(few, { ...START, minScore: 0.9 }, null)).toMatchObject({
      settings: { minScore: 0.9 },
      evaluation: { f2: 0, found: 0 },
    })
  })

  it('moves both thresholds and nothing else for weights that are less sure than those before', () => {
    // weights whose ships are at 0.6, each in a wide halo at 0.4; what is no ship is fainter
    const halo = (x: number, y: number): Patch => ({
      ...ship(x - 4, y - 3, 0.4),
      width: 20,
      height: 10,
      ship: false,
    })
    const images = [5, 25, 45].map((y) =>
      image([5, 30].flatMap((x) => [halo(x + 1, y), ship(x + 1, y, 0.6)]).concat(noise(52, y, 0.52))),
    )
    const more = [...images, ...images]
    const start = { ...START, foreground: 0.85, minScore: 0.9 }
    const { settings, evaluation, operatingPoints } = tuneThresholds(more, start, null)
    expect(settings).toEqual({ ...start, foreground: 0.5, minScore: settings.minScore })
    expect(evaluation).toMatchObject({ f2: 1, found: 12 })
    expect(operatingPoints.find(({ name }) => name === 'balanced')).toEqual({
      ...{ name: 'balanced', minScore: settings.minScore, validation: evaluation },
    })
    // what suits stays, and so does everything with too few ships
    const suits = { ...START, foreground: 0.55, minScore: 0.58 }
    expect(tuneThresholds(more, suits, null).settings).toEqual(suits)
    expect(tuneThresholds(images, start, null).settings).toEqual(start)
  })

  it('finds false alarms where no ship is marked and somebody could tell, of an image the surest few', () => {
    const alarms = [0.9, 0.8, 0.75, 0.7, 0.65, 0.6].map((foreground, i) => noise(40, 2 + 9 * i, foreground))
    const shown = image([ship(5, 5, 0.95), { ...ship(5, 30, 0.95), ship: false }, ...alarms])
    const found = falseAlarmsOf(shown, START)
    expect(found.map(({ x, y }) => [x, y])).toEqual([
      [11, 30],
      [42, 4],
      [42, 13],
      [42, 22],
    ])
    const area = fromPredicate(SIZE, () => true, { x: 0, y: 25, width: 30, height: 20 })
    expect(falseAlarmsOf({ ...shown, ignored: [area] }, START)[0]).toEqual({ x: 42, y: 4 })
    expect(falseAlarmsOf(image([ship(5, 5, 0.95)]), START)).toEqual([])
  })

  it('compares the least score with what the version before calibrated scores to', () => {
    const images = [
      image([5, 15, 25, 35].map((y) => ship(5, y, 0.7))),
      image([5, 15, 25, 35].map((y) => ship(5, y, 0.7))),
    ]
    const weights = { foreground: 0, peak: 0, logArea: 0, border: 0 }
    const calibration = { intercept: -2, weights, instances: 20, hits: 10 }
    const { settings } = leastScore(images, { ...START, minScore: 0.5 }, calibration)
    // all scores are 1 / (1 + e^2) = 0.119
    expect(settings.minScore).toBe(0.1)
  })

  it('is not asked with too few images or ships', () => {
    const one = image([ship(5, 5, 0.9), ship(5, 20, 0.9)])
    expect(canTune(Array(16).fill(one))).toBe(true)
    expect(canTune(Array(15).fill(one))).toBe(false)
    const empty = Array.from({ length: 9 }, () => image([]))
    const single = Array.from({ length: 7 }, () => image([ship(5, 5, 0.9)]))
    expect(canTune([...single, ...empty])).toBe(false)
    expect(canTune([...single, single[0]!, ...empty])).toBe(true)
  })
})

describe('operatingPointsOf', () => {
  const at = (minScore: number, emptyClean: number, found: number, f2WithShips: number) => ({
    minScore,
    evaluation: { f2: 0, f2WithShips, emptyImages: 50, emptyClean, ships: 20, found },
  })

  it('names the cleanest, the chosen and the one that finds most, with what they gave', () => {
    const curve = [
      at(0.1, 20, 15, 0.5),
      at(0.3, 40, 14, 0.6),
      at(0.5, 45, 10, 0.4),
      at(0.8, 49, 6, 0.3),
      at(0.9, 50, 1, 0),
    ]
    const points = operatingPointsOf(curve, 0.5)
    expect(points.map(({ name, minScore }) => [name, minScore])).toEqual([
      ['clean', 0.8],
      ['balanced', 0.5],
      ['ships', 0.3],
    ])
    expect(points[2]!.validation).toEqual(curve[1]!.evaluation)
  })

  it('leaves out what is no choice', () => {
    const curve = [at(0.1, 50, 15, 0.5), at(0.5, 50, 10, 0.4)]
    expect(operatingPointsOf(curve, 0.1).map(({ name }) => name)).toEqual(['balanced'])
    expect(operatingPointsOf(curve, 0.5).map(({ name }) => name)).toEqual(['balanced', 'ships'])
  })
})
