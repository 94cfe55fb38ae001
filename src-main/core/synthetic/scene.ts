import type { RgbImage } from '../../contract/engine.ts'
import type { Random } from '../random.ts'
import { between, randomFrom } from '../random.ts'
import type { Fleet } from './fleet.ts'
import { paintFleet } from './fleet.ts'
import type { Layout } from './layouts.ts'
import { drawLayout, layOut } from './layouts.ts'
import { paintSea } from './sea.ts'
import { photograph } from './sensor.ts'
import type { Sun } from './ships.ts'
import { paintSky } from './sky.ts'
import { emptySurface } from './surface.ts'

/** An image with its truth. */
export interface Scene {
  image: RgbImage
  /** [height, width] row-major: 0 = background, 1..N = ships */
  labels: Uint16Array
}

/** Ships of which fewer pixels than this are in the picture are not marked. */
const SMALLEST = 4

/**
 * A synthetic overhead image of ships with the mask of each: sea or harbour, ships alone, in groups and side by
 * side, things that look like ships and are none, clouds, lens and sensor. The same seed gives the same bytes.
 *
 * Sizes of ships, colours of water and sharpness follow measured statistics (`statistics.ts`). Masks are the
 * boxes around the hulls, half a pixel larger than what is painted, as people mark ships with turned rectangles;
 * masks of different ships never overlap, and those of rafted ships touch (in about one scene of four).
 * @param seed any integer, or a stream to draw from
 */
export function makeSyntheticScene(
  seed: number | Random,
  { width, height, layout }: { width: number; height: number; layout?: Layout },
): Scene {
  const random = typeof seed === 'number' ? randomFrom(seed) : seed
  const surface = emptySurface(width, height)
  const sea = paintSea(surface, random)
  const azimuth = between(random, 0, 2 * Math.PI)
  const sun: Sun = { x: Math.cos(azimuth), y: Math.sin(azimuth), depth: between(random, 0.2, 0.75) }
  const fleet: Fleet = { surface, random, berths: [] }
  layOut(fleet, layout ?? drawLayout(random), sun, sea.colour)
  paintFleet(fleet, sun, sea.colour)
  const hidden = paintSky(surface, random)
  const data = photograph(surface, random)
  if (fleet.berths.length > 0) renumber(surface.labels, fleet.berths.length, hidden)
  return { image: { width, height, data }, labels: surface.labels }
}

/** Numbers the ships that can be seen 1..N and clears the others. */
function renumber(labels: Uint16Array, count: number, hidden: Float32Array | null): void {
  const area = new Float64Array(count + 1)
  const covered = new Float64Array(count + 1)
  for (let p = 0; p < labels.length; p++) {
    const label = labels[p]!
    area[label] = area[label]! + 1
    if (hidden) covered[label] = covered[label]! + hidden[p]!
  }
  const number = new Uint16Array(count + 1)
  let next = 1
  for (let label = 1; label <= count; label++) {
    if (area[label]! >= SMALLEST && covered[label]! < 0.5 * area[label]!) number[label] = next++
  }
  for (let p = 0; p < labels.length; p++) labels[p] = number[labels[p]!]!
}
