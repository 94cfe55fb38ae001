/** F2 that a few dozen images give or take by chance: up to so much below the highest, later weights, trained further and more gently, are kept. */
const CHANCE = 0.01

/**
 * Whether weights that validate like this take the place of earlier ones.
 * @param f2 of the validation images, 0..1
 * @param highest of the validations before, null where there was none
 */
export function isKept(f2: number, highest: number | null): boolean {
  return highest === null || f2 >= highest - CHANCE
}

/** Which validation's weights are kept of a row of them, -1 of none. @param scores F2 in the order of steps */
export function keptOf(scores: readonly number[]): number {
  let [kept, highest]: [number, number | null] = [-1, null]
  scores.forEach((f2, i) => {
    if (isKept(f2, highest)) kept = i
    highest = Math.max(f2, highest ?? 0)
  })
  return kept
}
