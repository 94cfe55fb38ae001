import { packedPlace, pixelAt } from './packing.ts'
import type { Segments } from './segments.ts'

/**
 * What counts as beside a ship, for a loss that counts ships rather than pixels: every ship with the water around it is one thing of the
 * same weight, however many pixels it has.
 */

/** Water up to so far from a ship is beside it, in px of the crop. */
const REACH_PX = 4

/** Ships of fewer px than this, cut off by a crop's border as a rule, count in proportion. */
const LEAST_AREA_PX = 16

/** What a ship and the water beside it count together in the cross-entropy, in pixels of open water. */
const SHIP_TOTAL = 1000
const LARGEST_PIXEL_WEIGHT = 8

/** The pixels of ships and of the water beside them, as flat lists. */
export interface Surroundings {
  /** [m] places in packed order: first the ships' own, then water */
  place: Int32Array
  /** [m] ship that each belongs to, 0..count-1: its own, or the nearest */
  ship: Int32Array
  /** [count] pixels of each ship and of the water beside it */
  size: Float32Array
}

/**
 * Finds the water beside ships: up to {@link REACH_PX} away, no pixel beside two. Its time follows the number of pixels, not that of ships.
 * @param segments of labels in packed order
 * @param weights [B * H * W] in packed order: 0 where nobody can tell what is there, which is beside no ship
 * @param crop side of the images, even
 */
export function surroundingsOf(
  { pixel, segment, area, count }: Segments,
  weights: Float32Array,
  crop: number,
): Surroundings {
  const owner = new Int32Array(weights.length).fill(count)
  const place = new Int32Array(weights.length)
  const ship = new Int32Array(weights.length)
  const at = new Int32Array(weights.length)
  const size = Float32Array.from(area)
  let n = 0
  const add = (pixel: number, there: number, own: number): void => {
    owner[pixel] = own
    place[n] = there
    ship[n] = own
    at[n++] = pixel
  }
  const water = (pixel: number, own: number): void => {
    if (owner[pixel] !== count) return
    const there = packedPlace(pixel, crop)
    if (weights[there] === 0) return
    size[own]!++
    add(pixel, there, own)
  }
  for (let i = 0; i < pixel.length; i++) add(pixelAt(pixel[i]!, crop), pixel[i]!, segment[i]!)
  let from = 0
  for (let away = 1; away <= REACH_PX; away++) {
    const to = n
    for (let i = from; i < to; i++) {
      const [p, own] = [at[i]!, ship[i]!]
      const x = p % crop
      const y = Math.floor(p / crop) % crop
      const [left, right, up, down] = [x > 0, x + 1 < crop, y > 0, y + 1 < crop]
      if (left) water(p - 1, own)
      if (right) water(p + 1, own)
      if (up) water(p - crop, own)
      if (down) water(p + crop, own)
      // corners in every second round: nearly a circle
      if (away % 2 === 1) continue
      if (left && up) water(p - crop - 1, own)
      if (right && up) water(p - crop + 1, own)
      if (left && down) water(p + crop - 1, own)
      if (right && down) water(p + crop + 1, own)
    }
    from = to
  }
  return { place: place.slice(0, n), ship: ship.slice(0, n), size }
}

/** How much a ship of so many px counts as one: 1, and less where little more than a sliver of it is there. */
export function shipWeight(area: number): number {
  return Math.min(1, area / LEAST_AREA_PX)
}

/**
 * What each pixel of a ship, and of the water beside it, counts in the cross-entropy. Both alike, so that the outline is drawn neither too wide nor too
 * narrow.
 * @param area px of the ship @param size px of the ship and of the water beside it
 */
export function pixelWeightBeside(area: number, size: number): number {
  return Math.min(LARGEST_PIXEL_WEIGHT, (SHIP_TOTAL * shipWeight(area)) / size)
}
