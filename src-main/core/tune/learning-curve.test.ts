import { expect, test } from 'vitest'
import { randomFrom } from '../random.ts'
import { learningCurve } from './learning-curve.ts'

test('a curve that grows with the logarithm goes on so, and an interval holds what is true', () => {
  const sizes = [10, 20, 40, 80]
  const exact = sizes.map((images) => ({
    images,
    each: Array.from({ length: 5 }, () => 0.2 + 0.1 * Math.log(images)),
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
  const noisy = sizes.map((images) => ({ images, each: Array.from({ length: 60 }, () => random()) }))
  const flat = learningCurve(noisy, { more: 100 })
  expect(flat.gain.low).toBeLessThan(0)
  expect(flat.gain.high).toBeGreaterThan(0)
})
