import { expect, test } from 'vitest'
import { isKept } from './validation.ts'

/** The last of the validations whose weights a training keeps. */
function keptOf(scores: readonly number[]): number {
  let [kept, highest]: [number, number | null] = [-1, null]
  scores.forEach((f2, i) => {
    if (isKept({ f2 }, highest)) kept = i
    highest = Math.max(f2, highest ?? 0)
  })
  return kept
}

test.each([
  ['the first', [0.1], 0],
  ['a better one', [0.1, 0.5], 1],
  ['not a worse one', [0.1, 0.5, 0.4], 1],
  ['the later of two that chance alone tells apart', [0.1, 0.5, 0.495], 2],
  ['but measured by the highest, so that small steps do not lead down', [0.5, 0.495, 0.485, 0.48], 1],
])('keeps %s', (_, scores, kept) => {
  expect(keptOf(scores)).toBe(kept)
})
