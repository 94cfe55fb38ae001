import type { Box } from '../geometry/box.ts'
import { gapBetween } from '../geometry/box.ts'

/** Number of instance colours. */
export const COLOURS = 12

/** An instance that has its colour, or null bounds where it has no pixels. */
export interface Coloured {
  bounds: Box | null
  colour: number
}

/**
 * The colour 0..11 whose nearest bearer is furthest away, so that neighbours differ; the lowest unused one where there is any.
 * @param bounds of the instance to colour, image pixels.
 */
export function pickColour(bounds: Box | null, others: Iterable<Coloured>): number {
  const nearest = new Array<number>(COLOURS).fill(Infinity)
  for (const other of others) {
    if (bounds === null || other.bounds === null) continue
    const gap = gapBetween(bounds, other.bounds)
    nearest[other.colour] = Math.min(nearest[other.colour] ?? Infinity, gap)
  }
  return nearest.indexOf(Math.max(...nearest))
}

/** Colours for many instances, one after the other. @returns colour index per element of `bounds`. */
export function pickColours(bounds: readonly (Box | null)[], given: readonly Coloured[] = []): number[] {
  const coloured = [...given]
  return bounds.map((box) => {
    const colour = pickColour(box, coloured)
    coloured.push({ bounds: box, colour })
    return colour
  })
}
