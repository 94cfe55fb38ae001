import type { Box } from '../geometry/box.ts'
import { gapBetween } from '../geometry/box.ts'

/** Hue of each instance colour, degrees; lightness and chroma are the same for all (OKLCH 0.79, 0.125). */
export const INSTANCE_HUES = [230, 30, 135, 320, 85, 190, 355, 265, 60, 165, 290, 110] as const

/** Number of instance colours. */
export const COLOURS = INSTANCE_HUES.length

/** An instance that has its colour, or null bounds where it has no pixels. */
export interface Coloured {
  bounds: Box | null
  colour: number
}

/** Instances so far apart (px) hardly count as neighbours. */
const NEAR = 8
/** Hues so far apart (degrees) cannot be taken for one another. */
const DISTINCT = 75

/**
 * The colour 0..11 that is least like those of the instances around, near ones above all; the first where there are none.
 * @param bounds of the instance to colour, image pixels.
 */
export function pickColour(bounds: Box | null, others: Iterable<Coloured>): number {
  const likeness = new Array<number>(COLOURS).fill(0)
  for (const other of others) {
    if (bounds === null || other.bounds === null) continue
    const nearness = 1 / (1 + gapBetween(bounds, other.bounds) / NEAR) ** 2
    INSTANCE_HUES.forEach((hue, colour) => {
      const apart = hueDistance(hue, INSTANCE_HUES[other.colour] ?? hue)
      likeness[colour]! += nearness * Math.max(0, 1 - apart / DISTINCT) ** 2
    })
  }
  return likeness.indexOf(Math.min(...likeness))
}

function hueDistance(a: number, b: number): number {
  const apart = Math.abs(a - b) % 360
  return Math.min(apart, 360 - apart)
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
