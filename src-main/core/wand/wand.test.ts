import { describe, expect, test } from 'vitest'
import { DEFAULT_CLUSTER_SETTINGS } from '../cluster/cluster.ts'
import { areaOf, formatRle, fromPredicate, intersectionArea } from '../mask/rle.ts'
import { normal, randomFrom } from '../random.ts'
import { inferenceOf, twoShips } from '../../testing/inference.ts'
import { floodBox, floodFrom } from './flood.ts'
import { thresholdAt, Wand } from './wand.ts'

describe('the wand on embeddings', () => {
  test.each([0, 0.2])(
    'keeps two ships of 3 x 12 px without a gap apart to the pixel, at %s px of noise',
    (noise) => {
      for (let seed = 1; seed <= 10; seed++) {
        const { inference, truth } = twoShips({ noise, seed })
        const wand = new Wand(inference, DEFAULT_CLUSTER_SETTINGS)
        expect(formatRle(wand.at(12, 11, 0)!)).toBe(formatRle(truth[0]!))
        expect(formatRle(wand.at(21.9, 15.2, 0)!)).toBe(formatRle(truth[1]!))
        expect(wand.at(5, 5, 1)).toBeNull()
        expect(wand.at(-1, 400, 0)).toBeNull()
      }
    },
  )

  /** A ship of 20 x 6 px whose foreground falls off from bow to stern, and a faint one further down. */
  const fading = () => {
    const size = { width: 40, height: 40 }
    const foreground = new Float32Array(1600)
    const offset = new Float32Array(3200)
    for (let x = 5; x < 25; x++) {
      for (let y = 5; y < 11; y++) {
        foreground[y * 40 + x] = 0.99 - (x - 5) * 0.045
        foreground[(y + 20) * 40 + x] = 0.2
        offset.set([14.5 - x, 7.5 - y], 2 * (y * 40 + x))
        offset.set([14.5 - x, 7.5 - y], 2 * ((y + 20) * 40 + x))
      }
    }
    return inferenceOf({ ...size, channels: 2, foreground, offset })
  }

  test('widens down to a foreground of 0.05 and narrows, and points at what is faint', () => {
    const wand = new Wand(fading(), DEFAULT_CLUSTER_SETTINGS)
    const areas = [-1, -0.5, 0, 0.5, 1].map((reach) => areaOf(wand.at(5, 5, reach)!))
    // columns with at least 0.97, 0.85, 0.5, 0.187 and 0.05; by hand from 0.99 - 0.045 n
    expect(areas).toEqual([1, 4, 11, 18, 20].map((columns) => 6 * columns))
    // 0.2 is less than is asked for, and is what lies under the pointer
    expect(areaOf(wand.at(10, 27, 0)!)).toBe(120)
    expect(thresholdAt(0.5, 0)).toBeCloseTo(0.5, 6)
    expect(thresholdAt(0.5, 1)).toBeCloseTo(0.05, 6)
  })

  test('narrowed all the way joins nothing, and the same answer is not computed again', () => {
    const { inference, truth } = twoShips({ noise: 0.2 })
    const wand = new Wand(inference, { ...DEFAULT_CLUSTER_SETTINGS, alpha: 10, foreground: 0.2 })
    const whole = wand.at(12, 11, 0)!
    expect(areaOf(whole)).toBe(72)
    expect(wand.at(20, 14, 0)).toBe(whole)
    const { inference: sure } = twoShips()
    const certain = new Wand(
      { ...sure, foreground: sure.foreground.map(() => 255) },
      { ...DEFAULT_CLUSTER_SETTINGS, alpha: 10 },
    )
    expect(formatRle(certain.at(12, 11, -1)!)).toBe(formatRle(truth[0]!))
  })
})

describe('the wand on the picture alone', () => {
  const size = { width: 300, height: 120 }
  /** A sea with noise, two ships side by side of different colours, as RGBA of a part. */
  function picture(box: ReturnType<typeof floodBox>): Uint8ClampedArray {
    const random = randomFrom(3)
    const noise = Float32Array.from({ length: size.width * size.height * 3 }, () => 2 * normal(random))
    const rgba = new Uint8ClampedArray(box.width * box.height * 4)
    for (let y = 0; y < box.height; y++) {
      for (let x = 0; x < box.width; x++) {
        const [px, py] = [x + box.x, y + box.y]
        const colour = red(px, py) ? [160, 60, 60] : grey(px, py) ? [150, 150, 155] : [20, 40, 50]
        const n = 3 * (py * size.width + px)
        rgba.set([...colour.map((value, c) => value + noise[n + c]!), 255], 4 * (y * box.width + x))
      }
    }
    return rgba
  }
  const red = (x: number, y: number) => x >= 100 && x < 160 && y >= 40 && y < 52
  const grey = (x: number, y: number) => x >= 100 && x < 160 && y >= 52 && y < 64
  const at = (x: number, y: number, reach = 0) => {
    const box = floodBox(x, y, size)
    return floodFrom(picture(box), box, { x, y }, reach, size)
  }

  test.each([
    ['red', red, 120, 45],
    ['grey', grey, 101, 63],
  ] as const)('takes the %s ship and not the one beside it', (_, ship, x, y) => {
    const truth = fromPredicate(size, ship)
    const found = at(x, y)!
    const common = intersectionArea(found, truth)
    expect(common / (areaOf(found) + areaOf(truth) - common)).toBeGreaterThan(0.97)
  })

  test('takes nothing of the open sea, and at the edge of the image looks no further', () => {
    expect(at(250, 100)).toBeNull()
    expect(floodBox(0, 119, size)).toEqual({ x: 0, y: 23, width: 97, height: 97 })
  })

  test('takes a deck with its dark hatches as one piece, without the hairs of noise at its side', () => {
    const hatch = (x: number, y: number) => x % 12 > 7 && y > 42 && y < 49
    const box = floodBox(110, 41, size)
    const rgba = picture(box)
    for (let y = 42; y < 49; y++) {
      for (let x = 100; x < 160; x++) {
        if (hatch(x, y)) rgba.set([25, 30, 35], 4 * ((y - box.y) * box.width + x - box.x))
      }
    }
    // a hair of the ship's colour, one pixel wide
    for (let x = 80; x < 100; x++) rgba.set([160, 60, 60], 4 * ((45 - box.y) * box.width + x - box.x))
    const found = floodFrom(rgba, box, { x: 104, y: 41 }, 0, size)!
    const truth = fromPredicate(size, red)
    const common = intersectionArea(found, truth)
    expect(common / (areaOf(found) + areaOf(truth) - common)).toBeGreaterThan(0.97)
  })

  test('widens over a fainter part and narrows', () => {
    expect(areaOf(at(120, 45, 1)!)).toBeGreaterThanOrEqual(areaOf(at(120, 45)!))
    expect(areaOf(at(120, 45, -1)!)).toBeLessThan(areaOf(at(120, 45)!))
  })
})
