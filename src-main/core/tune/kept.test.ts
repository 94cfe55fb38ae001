import { expect, test } from 'vitest'
import { keptOf } from './kept.ts'

/** Without ships there is one score. */
const shown = (f2: number): { f2: number; f2WithShips: null } => ({ f2, f2WithShips: null })

test.each([
  ['nothing', [], -1],
  ['the first', [0.1], 0],
  ['a better one', [0.1, 0.5], 1],
  ['not a worse one', [0.1, 0.5, 0.4], 1],
  ['the later of two that chance alone tells apart', [0.1, 0.5, 0.495], 2],
  ['but measured by the highest, so that small steps do not lead down', [0.5, 0.495, 0.485, 0.48], 1],
])('keeps %s', (_, scores, kept) => {
  expect(keptOf(scores.map(shown), null)).toBe(kept)
})

test.each([
  ['the start where nothing is above it', [0.3, 0.45, 0.499], 0.5, -1],
  ['what is as good as the start, trained further', [0.3, 0.5], 0.5, 1],
  ['the later of two above the start', [0.52, 0.515, 0.4], 0.5, 1],
  ['nothing that chance alone would let pass', [0.56, 0.495], 0.5, 0],
] as const)('keeps %s', (_, scores, start, kept) => {
  expect(keptOf(scores.map(shown), shown(start))).toBe(kept)
})

test('keeps what finds more ships where the empty images alone speak against it', () => {
  const [start, silent, finding] = [
    { f2: 0.7, f2WithShips: 0.2 },
    { f2: 0.71, f2WithShips: 0.1 },
    { f2: 0.69, f2WithShips: 0.3 },
  ]
  expect(keptOf([silent, finding], start)).toBe(1)
  expect(keptOf([silent], start)).toBe(-1)
})
