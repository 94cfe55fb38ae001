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
  const place: number[] = []
  const ship: number[] = []
  let edge: number[] = []
  for (let i = 0; i < pixel.length; i++) {
    const at = pixelAt(pixel[i]!, crop)
    owner[at] = segment[i]!
    place.push(pixel[i]!)
    ship.push(segment[i]!)
    edge.push(at)
  }
  const size = Float32Array.from(area)
  for (let away = 1; away <= REACH_PX; away++) {
    const next: number[] = []
    for (const at of edge) {
      const own = owner[at]!
      // corners in every second round: nearly a circle
      for (const beside of neighboursOf(at, crop, away % 2 === 0)) {
        const there = packedPlace(beside, crop)
        if (owner[beside] !== count || weights[there] === 0) continue
        owner[beside] = own
        size[own]!++
        place.push(there)
        ship.push(own)
        next.push(beside)
      }
    }
    edge = next
  }
  return { place: Int32Array.from(place), ship: Int32Array.from(ship), size }
}

function* neighboursOf(at: number, crop: number, corners: boolean): Generator<number> {
  const x = at % crop
  const y = Math.floor(at / crop) % crop
  const [left, right, up, down] = [x > 0, x + 1 < crop, y > 0, y + 1 < crop]
  if (left) yield at - 1
  if (right) yield at + 1
  if (up) yield at - crop
  if (down) yield at + crop
  if (!corners) return
  if (left && up) yield at - crop - 1
  if (right && up) yield at - crop + 1
  if (left && down) yield at + crop - 1
  if (right && down) yield at + crop + 1
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
