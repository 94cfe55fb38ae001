import { expect, test } from 'vitest'
import type { PairedScore } from '../../contract/wire.ts'
import type { TrainOutcome } from '../../contract/engine.ts'
import { gainOf } from './gain.ts'

const interval = (value: number, half: number) => ({ value, low: value - half, high: value + half })

function outcome(bestStep: number, paired: Partial<PairedScore> | null): TrainOutcome {
  const full: PairedScore = {
    ...{ against: null, on: 'validation', images: 20, f2: 0.7, before: 0.6 },
    ...{ difference: interval(0.1, 0.02), differenceWithShips: null },
    ...paired,
  }
  return {
    ...{ steps: 10, seconds: 1, cancelled: false, bestStep, startF2: 0.6, validation: null },
    ...{ postProcessing: '', paired: paired && full, reliability: [] },
  }
}

test('what came of a training is a sentence for each of its ends', () => {
  expect(gainOf(outcome(0, {}))).toContain('whose weights are kept')
  expect(gainOf(outcome(8, {}))).toBe('It is better than the version it started from: 0.100 [0.080, 0.120].')
  expect(gainOf(outcome(8, { difference: interval(0.1, 0.2) }))).toContain('not better than')
  expect(gainOf(outcome(8, { differenceWithShips: interval(-0.1, 0.02) }))).toBe(
    'It is worse than the version it started from: 0.100 [0.080, 0.120], over images with ships -0.100 [-0.120, -0.080].',
  )
  expect(gainOf(outcome(8, { images: 3 }))).toContain('Too few images')
  expect(gainOf(outcome(8, null))).toBe('')
})
