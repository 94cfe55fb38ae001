import type { SparseInference } from '../../contract/engine.ts'
import { fromFloat16 } from '../float16.ts'
import type { PixelBox } from '../mask/rle.ts'
import type { TurnedBox } from './turned-box.ts'
import { toBox } from './turned-box.ts'

/** Embeddings of one ship lie within so much of its box's diagonal, and no closer than px. */
const SPREAD = 0.12
const LEAST_SPREAD = 2

/**
 * How sure a network is that a pixel belongs to the ship in a box: its foreground, less where its embedding points away from where those in the middle
 * of the box point.
 * @returns [area.height, area.width] 0..1
 */
export function beliefOf(inference: SparseInference, area: PixelBox, box: TurnedBox): Float32Array {
  const { index, offset, foreground, channels, width } = inference
  const belief = new Float32Array(area.width * area.height)
  const found: { p: number; sure: number; x: number; y: number }[] = []
  const middle = { weight: 0, x: 0, y: 0 }
  for (let k = firstFrom(index, area.y * width); k < index.length; k++) {
    const y = Math.floor(index[k]! / width)
    if (y >= area.y + area.height) break
    const x = index[k]! - y * width
    if (x < area.x || x >= area.x + area.width) continue
    const sure = foreground[k]! / 255
    const to = { x: x + offsetAt(offset, k * channels), y: y + offsetAt(offset, k * channels + 1) }
    found.push({ p: (y - area.y) * area.width + x - area.x, sure, ...to })
    const { along, across } = toBox(box, { x: x + 0.5, y: y + 0.5 })
    if (Math.abs(along) > box.length / 4 || Math.abs(across) > box.breadth / 4) continue
    middle.weight += sure
    middle.x += sure * to.x
    middle.y += sure * to.y
  }
  const spread = Math.max(LEAST_SPREAD, SPREAD * Math.hypot(box.length, box.breadth))
  for (const { p, sure, x, y } of found) {
    const away =
      middle.weight === 0 ? 0 : Math.hypot(x - middle.x / middle.weight, y - middle.y / middle.weight)
    belief[p] = sure * Math.exp(-(away * away) / (2 * spread * spread))
  }
  return belief
}

function offsetAt(offset: Uint16Array, at: number): number {
  const value = fromFloat16(offset[at]!)
  return Number.isFinite(value) ? value : 0
}

/** The first place in an ascending list that is not below a value. */
function firstFrom(sorted: Uint32Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
