/**
 * How little a model is sure of an image: the change of its F2 that is to be expected if every decision fell the less certain way. A decision is a
 * prediction that was kept, or a region of foreground that was dropped; with probability p of being a ship, what it can change is min(p, 1 - p), times what
 * one hit is worth: with n ships to be expected (the sum of p) and m predictions, F2 = 5 TP / (4 n + m), so 5 / (4 n + m).
 * @param kept probabilities of the predictions, 0..1
 * @param dropped those of regions that became no prediction
 * @returns 0..1; 0 where nothing was found at all
 */
export function doubtOf(kept: readonly number[], dropped: readonly number[]): number {
  const all = [...kept, ...dropped]
  const ships = all.reduce((sum, p) => sum + p, 0)
  const unsure = all.reduce((sum, p) => sum + Math.min(p, 1 - p), 0)
  return unsure === 0 ? 0 : Math.min(1, (5 * unsure) / (4 * ships + kept.length))
}
