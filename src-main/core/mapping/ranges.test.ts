import { expect, test } from 'vitest'
import { rangesBy } from './ranges.ts'

test('ranges as other tools offer them: of each band, and of all together', () => {
  const hundred = Float64Array.from({ length: 1001 }, (_, i) => 40_000 + i)
  const two = Float64Array.of(0, 0, 10, 10)
  const by = Object.fromEntries(rangesBy([hundred, two]).map(({ way, all, each }) => [way, { all, each }]))
  expect(by['0.5 to 99.5 %']!.each[0]).toEqual({ low: 40_005, high: 40_995 })
  expect(by['2 to 98 %']!.each[0]).toEqual({ low: 40_020, high: 40_980 })
  expect(by['lowest to highest']).toEqual({
    all: { low: 0, high: 41_000 },
    each: [
      { low: 40_000, high: 41_000 },
      { low: 0, high: 10 },
    ],
  })
  // of 0, 0, 10, 10 the mean is 5 and the standard deviation 5
  expect(by['mean ± 2 deviations']!.each[1]).toEqual({ low: -5, high: 15 })
  expect(rangesBy([new Float64Array(0)])[3]!.all).toEqual({ low: 0, high: 0 })
})
