import { worthOf } from './worth.ts'
import type { TwoScores } from './worth.ts'

/** What a few dozen images give or take by chance: up to so much below the highest, later weights, trained further and more gently, are kept. */
const CHANCE = 0.01

/**
 * Whether weights that validate like this take the place of earlier ones. Those that a training starts from are a candidate as well: nothing that
 * validates below them is ever kept.
 * @param worth of the weights, as {@link worthOf}
 * @param highest of the validations before, the start's among them; null where there was none
 * @param start what the weights started from are worth; null: they were random, or were not validated
 */
export function isKept(worth: number, highest: number | null, start: number | null): boolean {
  if (start !== null && worth < start) return false
  return highest === null || worth >= highest - CHANCE
}

/** Which validation's weights are kept of a row of them, -1 of none: the start's are. @param scores in the order of steps, without the start's */
export function keptOf(scores: readonly TwoScores[], start: TwoScores | null): number {
  const least = start && worthOf(start)
  let [kept, highest]: [number, number | null] = [-1, least]
  scores.forEach((score, i) => {
    const worth = worthOf(score)
    if (isKept(worth, highest, least)) kept = i
    highest = Math.max(worth, highest ?? 0)
  })
  return kept
}
