import type { Curve } from '../../state/draft.svelte.ts'
import { cividis } from '../../ui/cividis.ts'

/**
 * The track of a slider coloured by the F2 at each of its positions; what is not known yet is plain. Undefined: nothing is known.
 * @param count of positions
 */
export function trackOf(curve: Curve | undefined, count: number): string | undefined {
  if (!curve || curve.length === 0) return undefined
  const colours = Array.from({ length: count }, (_, i) => {
    const f2 = curve[i]
    return f2 === undefined ? 'var(--active)' : cividis(f2)
  })
  // each position has a piece of its own: between two nothing is known
  const stops = colours.map((colour, i) => `${colour} ${(100 * i) / count}% ${(100 * (i + 1)) / count}%`)
  return `linear-gradient(to right, ${stops.join(', ')})`
}
