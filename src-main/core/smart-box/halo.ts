import type { Picture } from './field.ts'
import type { TurnedBox } from './turned-box.ts'
import { depthsOf } from './turned-box.ts'

/**
 * Pixels around a ship that hold some of its colour: lens and enlargement carry it outwards, and people mark what they see of it. Where a picture is sharp there
 * are none.
 */

/** How wide the band is that counts as water, px: and where it begins, beyond the halo. */
const GAP = 2
const BAND = 3
/** How much of the ship's colour a halo's pixel has, and how that differs. */
const MIXED = 0.35
const MIXED_DEVIATION = 0.2
/** A pixel beside a ship rather belongs to the halo than to water or to another ship. */
const ODDS = 3
/** Noise of 8-bit samples, at the least. */
const LEAST_VARIANCE = 1

interface Mean {
  count: number
  sum: [number, number, number]
}

/** [area.height, area.width] 0..1 each */
export interface Halo {
  /** how likely a pixel holds some of the ship's colour and some of the water's */
  mixed: Float32Array
  /** how likely it is nothing but water */
  water: Float32Array
}

/** What pixels in `box` and just outside it hold, by their colours alone. */
export function haloOf({ area, pixels, step }: Picture, box: TurnedBox): Halo {
  const count = area.width * area.height
  const depth = depthsOf(area, box)
  const ship: Mean = { count: 0, sum: [0, 0, 0] }
  const water: Mean = { count: 0, sum: [0, 0, 0] }
  for (let p = 0; p < count; p++) {
    const mean = depth[p]! >= 0 ? ship : isWater(depth[p]!) ? water : null
    if (mean === null) continue
    mean.count++
    for (let c = 0; c < 3; c++) mean.sum[c]! += pixels[p * step + c]!
  }
  if (ship.count === 0 || water.count === 0) {
    return { mixed: new Float32Array(count).fill(1), water: new Float32Array(count) }
  }
  const from = water.sum.map((sum) => sum / water.count)
  const way = ship.sum.map((sum, c) => sum / ship.count - from[c]!)
  const squared = way.reduce((sum, value) => sum + value * value, 0)
  const mixOf = (p: number) => {
    let along = 0
    for (let c = 0; c < 3; c++) along += (pixels[p * step + c]! - from[c]!) * way[c]!
    return squared === 0 ? 0 : along / squared
  }
  let squares = 0
  for (let p = 0; p < count; p++) if (isWater(depth[p]!)) squares += mixOf(p) ** 2
  const variance = squares / water.count + LEAST_VARIANCE / Math.max(squared, 1e-6)
  const mixedVariance = MIXED_DEVIATION ** 2 + variance
  const out: Halo = { mixed: new Float32Array(count), water: new Float32Array(count) }
  for (let p = 0; p < count; p++) {
    if (depth[p]! < -GAP) continue
    const mix = mixOf(p)
    const mixed = ODDS * density(mix - MIXED, mixedVariance)
    // what has all of the colour is the ship, or another one
    const pure = density(Math.min(1, mix) - 1, mixedVariance)
    const plain = density(Math.max(0, mix), variance)
    const all = mixed + pure + plain + 1e-12
    out.mixed[p] = mixed / all
    out.water[p] = plain / all
  }
  return out
}

function isWater(depth: number): boolean {
  return depth < -GAP && depth >= -GAP - BAND
}

function density(away: number, variance: number): number {
  return Math.exp((-away * away) / (2 * variance)) / Math.sqrt(variance)
}
