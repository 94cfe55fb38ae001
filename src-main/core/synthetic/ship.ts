import type { Hull } from './hull.ts'
import type { Colour } from './surface.ts'

export const SHIP_KINDS = [
  'tanker',
  'bulk',
  'container',
  'general',
  'passenger',
  'barge',
  'boat',
  'naval',
] as const
export type ShipKind = (typeof SHIP_KINDS)[number]

/** A ship before it has a place. Sizes in px. */
export interface Ship {
  kind: ShipKind
  hull: Hull
  deck: Colour
  /** brightness of this ship, 1 = as its colours say */
  gain: number
  /** length of its shadow */
  height: number
  moving: boolean
}
