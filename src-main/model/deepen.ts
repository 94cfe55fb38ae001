import type { Architecture } from '../contract/engine.ts'
import { freshWeights, sizeOf, weightSpecs } from './network.ts'

interface Weighted {
  architecture: Architecture
  /** flat, in the order of weightSpecs */
  weights: Float32Array
}

/**
 * A network with one more level below its deepest, that gives exactly what it gave: what comes up from the new level is
 * added as 0, and the convolutions after that pass on what they get, which is never negative. Training goes on from there and
 * finds out what a wider view is good for.
 * @param channels of the new level
 * @param seed of its fresh weights
 */
export function deepen({ architecture, weights }: Weighted, channels: number, seed: number): Weighted {
  const deeper = { ...architecture, levels: [...architecture.levels, channels] }
  const given = partsOf(architecture, weights)
  const fresh = freshWeights(deeper, seed)
  const last = architecture.levels.length - 1
  for (const [name, part] of partsOf(deeper, fresh)) {
    if (given.has(name)) part.set(given.get(name)!)
    else if (name.startsWith(`up${last}/`)) part.fill(0)
    else if (name.startsWith(`decode${last}.`)) passOn(part, architecture.levels[last]!)
  }
  return { architecture: deeper, weights: fresh }
}

/** Name to its part of the flat weights; views, not copies. */
function partsOf(architecture: Architecture, weights: Float32Array): Map<string, Float32Array> {
  const parts = new Map<string, Float32Array>()
  let at = 0
  for (const spec of weightSpecs(architecture)) {
    parts.set(spec.name, weights.subarray(at, at + sizeOf(spec)))
    at += sizeOf(spec)
  }
  return parts
}

/** Makes [3, 3, C, C] the filter that gives each pixel back: 1 in the middle of its own channel. */
function passOn(filter: Float32Array, channels: number): void {
  filter.fill(0)
  for (let channel = 0; channel < channels; channel++)
    filter[(4 * channels + channel) * channels + channel] = 1
}
