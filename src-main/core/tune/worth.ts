/** A mean F2 over all images, and over those with ships; null where there are none. */
export interface TwoScores {
  f2: number
  f2WithShips: number | null
}

/**
 * What thresholds, settings and steps are chosen by: the mean of F2 over all images and over those with ships. By the first alone, where most images have
 * no ship, what predicts least is best: an image that is left clean counts as much as five ships found. By the second alone false alarms on empty images cost
 * nothing.
 * @returns 0..1
 */
export function worthOf({ f2, f2WithShips }: TwoScores): number {
  return f2WithShips === null ? f2 : (f2 + f2WithShips) / 2
}
