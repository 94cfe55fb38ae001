import type { SparseInference } from '../../contract/engine.ts'
import { embeddingChannels, embeddingsOf } from '../cluster/sparse.ts'
import { principalAxes } from './principal.ts'

/** What lies along an axis of the plot: a channel of the embedding, or one of its two widest principal axes. */
export type Axis = number | 'principal 1' | 'principal 2'

export interface Axes {
  x: Axis
  y: Axis
}

/** Channels 0 and 1 are image pixels: a point lies where its pixel points at. */
export const IN_PIXELS: Axes = { x: 0, y: 1 }

/** The pixels that an inference has, as points of a plane. Arrays of equal length n. */
export interface Plane {
  /** [n] row-major pixel index, y * width + x, ascending */
  pixel: Uint32Array
  /** [n] */
  x: Float32Array
  /** [n] */
  y: Float32Array
}

export function planeOf(inference: SparseInference, axes: Axes): Plane {
  const { index: pixel, channels } = inference
  if (inPixels(axes)) return { pixel, ...embeddingsOf(inference) }
  const values = embeddingChannels(inference)
  const principal =
    typeof axes.x === 'string' || typeof axes.y === 'string' ? principalAxes(values, channels) : []
  const along = (axis: Axis): Float32Array => {
    if (axis === 'principal 1' || axis === 'principal 2') {
      return project(values, channels, principal[axis === 'principal 1' ? 0 : 1]!)
    }
    const out = new Float32Array(pixel.length)
    for (let k = 0; k < out.length; k++) out[k] = values[k * channels + axis]!
    return out
  }
  return { pixel, x: along(axes.x), y: along(axes.y) }
}

/** Whether points lie where their pixels point at. */
export function inPixels({ x, y }: Axes): boolean {
  return x === IN_PIXELS.x && y === IN_PIXELS.y
}

function project(values: Float32Array, channels: number, axis: readonly number[]): Float32Array {
  const out = new Float32Array(values.length / channels)
  for (let k = 0; k < out.length; k++) {
    let sum = 0
    for (let c = 0; c < channels; c++) sum += values[k * channels + c]! * axis[c]!
    out[k] = sum
  }
  return out
}
