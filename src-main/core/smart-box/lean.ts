import type { Picture } from './field.ts'
import type { TurnedBox } from './turned-box.ts'

/** What is asked of a window of pixels. All arrays are [area.height, area.width]. */
export interface Asked {
  box: TurnedBox
  /** the box lies along the ship (two clicks), or merely around it */
  along: boolean
  picture: Picture
  /** 1: the pixel belongs to another ship */
  taken: Uint8Array
  /** 1: painted on the ship; painted beside it */
  ship: Uint8Array
  water: Uint8Array
  /** 0..1: how sure a network is that a pixel belongs to this ship; null where none has looked */
  belief: Float32Array | null
}

/** More than all other evidence together. */
export const SURE = 1000

/** Log odds of a chance, within reason. */
export function logit(chance: number): number {
  const within = Math.min(0.98, Math.max(0.02, chance))
  return Math.log(within / (1 - within))
}
