import { expect, test } from 'vitest'
import { differenceOf, verdictOfPaired } from './difference.ts'

/** Scores of images, those with ships marked by what is found or missed. */
function scored(
  ...f2: number[]
): { f2: number; thresholds: { iou: number; f2: number; tp: number; fp: number; fn: number }[] }[] {
  return f2.map((value, i) => ({
    f2: value,
    thresholds: [{ iou: 0.5, f2: value, tp: 0, fp: 0, fn: i % 2 }],
  }))
}

test('the same gain on every image is known exactly, however far apart the images are', () => {
  const { f2, f2WithShips } = differenceOf(scored(0.3, 0.9, 0.5, 0.7), scored(0.1, 0.7, 0.3, 0.5))
  for (const estimate of [f2, f2WithShips!])
    for (const value of Object.values(estimate)) expect(value).toBeCloseTo(0.2, 12)
})

test('gains that differ give an interval as wide as chance, the same one each time', () => {
  const n = 400
  const gains = Array.from({ length: n }, (_, i) => (i % 4 < 2 ? 0.4 : 0))
  const zero = scored(...gains.map(() => 0))
  const { f2, f2WithShips } = differenceOf(scored(...gains), zero)
  // a mean of n draws of 0 and 0.4: deviation 0.2 / sqrt(n)
  for (const [{ value, low, high }, draws] of [
    [f2, n],
    [f2WithShips!, n / 2],
  ] as const) {
    const reach = (1.96 * 0.2) / Math.sqrt(draws)
    expect(value).toBeCloseTo(0.2, 12)
    expect(low).toBeCloseTo(0.2 - reach, 2)
    expect(high).toBeCloseTo(0.2 + reach, 2)
  }
  expect(differenceOf(scored(...gains), zero)).toEqual({ f2, f2WithShips })
  const turned = differenceOf(zero, scored(...gains)).f2
  expect([turned.value, turned.low]).toEqual([expect.closeTo(-f2.value), expect.closeTo(-f2.high, 2)])
})

test('without ships there is nothing to say of images with ships', () => {
  expect(differenceOf(scored(1), scored(0.5)).f2WithShips).toBeNull()
})

test('what loses ships by more than chance is worse, however many empty images it leaves clean; few images prove nothing', () => {
  const interval = (low: number, high: number) => ({ value: (low + high) / 2, low, high })
  const on = (images: number, all: [number, number], ships: [number, number] | null) =>
    verdictOfPaired({
      images,
      difference: interval(...all),
      differenceWithShips: ships && interval(...ships),
    })
  expect(on(40, [0.01, 0.05], [-0.02, 0.04])).toBe('better')
  expect(on(40, [0.01, 0.05], null)).toBe('better')
  expect(on(40, [0.01, 0.05], [-0.09, -0.01])).toBe('worse')
  expect(on(40, [-0.01, 0.05], [0.01, 0.04])).toBe('unclear')
  expect(on(40, [-0.05, -0.01], [0.01, 0.04])).toBe('worse')
  // five of one sign come by chance 2 in 32 times, six 2 in 64
  expect(on(5, [0.01, 0.05], [0.01, 0.05])).toBe('too few')
  expect(on(5, [-0.05, -0.01], [-0.05, -0.01])).toBe('worse')
  expect(on(6, [0.01, 0.05], [0.01, 0.05])).toBe('better')
})
