import { expect, test } from 'vitest'
import { randomFrom } from '../random.ts'
import { learningCurve } from './learning-curve.ts'
import type { ReachedOn } from './learning-curve.ts'

const scored = (f2: number, found = 0, ships = 0): ReachedOn => ({ f2, found, ships })

test('a curve that grows with the logarithm goes on so, and an interval holds what is true', () => {
  const sizes = [10, 20, 40, 80]
  const exact = sizes.map((images) => ({
    images,
    each: Array.from({ length: 5 }, () => scored(0.2 + 0.1 * Math.log(images))),
  }))
  const { gain, at, points } = learningCurve(exact, { more: 80 })
  expect(gain.value).toBeCloseTo(0.1 * Math.log(2), 12)
  expect([gain.low, gain.high].map((x) => x.toFixed(9))).toEqual([
    gain.value.toFixed(9),
    gain.value.toFixed(9),
  ])
  expect(at(20)).toBeCloseTo(0.2 + 0.1 * Math.log(20), 12)
  expect(points[3]!.f2.value).toBeCloseTo(0.2 + 0.1 * Math.log(80), 12)

  // 60 images that differ widely, each by itself: the curve is flat on the whole
  const random = randomFrom(4)
  const noisy = sizes.map((images) => ({ images, each: Array.from({ length: 60 }, () => scored(random())) }))
  const flat = learningCurve(noisy, { more: 100 })
  expect(flat.gain.low).toBeLessThan(0)
  expect(flat.gain.high).toBeGreaterThan(0)
})

test('the share of ships that is found has an interval over images, which widens where few images hold them', () => {
  const part = (images: number, each: ReachedOn[]) => ({ images, each })
  const none = learningCurve([part(2, [scored(1)]), part(4, [scored(1)])])
  expect(none.points.map(({ recall }) => recall)).toEqual([null, null])
  // 20 images of 4 ships, half of them found in each; and two images that hold all, found in one of them
  const even = Array.from({ length: 20 }, () => scored(0.5, 2, 4))
  const uneven = Array.from({ length: 20 }, (_, i) => scored(0.5, i === 0 ? 40 : 0, i < 2 ? 40 : 0))
  const { points } = learningCurve([part(10, even), part(20, uneven)])
  expect(points[0]!.recall).toEqual({ value: 0.5, low: 0.5, high: 0.5 })
  expect(points[1]!.recall).toEqual({ value: 0.5, low: 0, high: 1 })
})
