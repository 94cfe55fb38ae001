import { expect, test } from 'vitest'
import { keptOf } from './kept.ts'

test.each([
  ['nothing', [], -1],
  ['the first', [0.1], 0],
  ['a better one', [0.1, 0.5], 1],
  ['not a worse one', [0.1, 0.5, 0.4], 1],
  ['the later of two that chance alone tells apart', [0.1, 0.5, 0.495], 2],
  ['but measured by the highest, so that small steps do not lead down', [0.5, 0.495, 0.485, 0.48], 1],
])('keeps %s', (_, scores, kept) => {
  expect(keptOf(scores)).toBe(kept)
})
