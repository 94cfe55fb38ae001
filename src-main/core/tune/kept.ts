/** F2 that a few dozen images give or take by chance: up to so much below the highest, later weights, trained further and more gently, are kept. */
const CHANCE = 0.01

/**
 * Whether weights that validate like this take the place of earlier ones. Those that a training starts from are a candidate as well: nothing that
 * validates below them is ever kept.
 * @param f2 of the validation images, 0..1
 * @param highest of the validations before, the start's among them; null where there was none
 * @param start what the weights started from validated as; null: they were random, or were not validated
 */
export function isKept(f2: number, highest: number | null, start: number | null): boolean {
  if (start !== null && f2 < start) return false
  return highest === null || f2 >= highest - CHANCE
}

/** Which validation's weights are kept of a row of them, -1 of none: the start's are. @param scores F2 in the order of steps, without the start's */
export function keptOf(scores: readonly number[], start: number | null): number {
  let [kept, highest]: [number, number | null] = [-1, start]
  scores.forEach((f2, i) => {
    if (isKept(f2, highest, start)) kept = i
    highest = Math.max(f2, highest ?? 0)
  })
  return kept
}
