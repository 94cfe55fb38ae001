import type { ClusterSettings } from '../../contract/wire.ts'

/** The settings that a person moves, each with its range: what the sliders show, and the sweep tries. */

export const MOVED = ['foreground', 'sigma', 'alpha', 'minArea', 'minScore'] as const
export type MovedSetting = (typeof MOVED)[number]

/** The values that each may have, ascending; null: smoothing by the size of each component. */
export const VALUES: { readonly [K in MovedSetting]: readonly ClusterSettings[K][] } = {
  foreground: steps(0.05, 0.95, 0.05),
  sigma: [null, ...steps(0.5, 6, 0.5)],
  alpha: steps(0, 5, 0.2),
  minArea: [1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256],
  minScore: steps(0, 0.95, 0.05),
}

/** From `from` to `to`, without the rounding of sums. */
function steps(from: number, to: number, by: number): number[] {
  const n = Math.round((to - from) / by)
  return Array.from({ length: n + 1 }, (_, i) => Number((from + i * by).toFixed(3)))
}

/** Which of a setting's values is nearest to the one it has. */
export function placeOf<K extends MovedSetting>(setting: K, value: ClusterSettings[K]): number {
  const values: readonly (number | null)[] = VALUES[setting]
  if (value === null) return values.indexOf(null)
  let best = 0
  values.forEach((other, i) => {
    const nearest = values[best]
    if (other === null) return
    if (nearest == null || Math.abs(other - value) < Math.abs(nearest - value)) best = i
  })
  return best
}
