import type { SparseInference } from '../../contract/engine.ts'
import { momentsOf, spreadOf } from '../cluster/moments.ts'
import type { Moments } from '../cluster/moments.ts'
import { embeddingsOf } from '../cluster/sparse.ts'
import type { Rle } from '../mask/rle.ts'
import { areaOf, pixelsOf } from '../mask/rle.ts'

/** What the network gives for the pixels of one ship of the truth. */
export interface Ship {
  /** px */
  area: number
  /** mean foreground probability, 0..1; pixels that the inference lacks count as 0 */
  foreground: number
  /** of the embeddings of its pixels that the inference has */
  embeddings: Moments
  /** root mean square distance of its embeddings from their mean, px */
  spread: number
  /** eq. 5 for it alone: mean distance of its embeddings from their mean, px; null: the inference has none of its pixels */
  loss: number | null
  /** clusters by how many of its pixels they have, the largest first */
  clusters: readonly { cluster: number; pixels: number }[]
}

/**
 * @param labels [n] cluster of each sparse pixel, -1: none
 * @returns by ship, in the order of `truth`
 */
export function shipsOf(inference: SparseInference, labels: Int16Array, truth: readonly Rle[]): Ship[] {
  const { index, foreground } = inference
  const { x, y } = embeddingsOf(inference)
  const places = new Map<number, number>()
  index.forEach((pixel, k) => places.set(pixel, k))
  return truth.map((mask) => {
    const members = [...pixelsOf(mask, inference)].flatMap((pixel) => places.get(pixel) ?? [])
    const own = { x: pick(x, members), y: pick(y, members) }
    const [embeddings] = momentsOf(new Int32Array(members.length), 1, own.x, own.y)
    const area = areaOf(mask)
    const counts = new Map<number, number>()
    for (const k of members) {
      const cluster = labels[k]!
      if (cluster >= 0) counts.set(cluster, (counts.get(cluster) ?? 0) + 1)
    }
    return {
      area,
      foreground: members.reduce((sum, k) => sum + foreground[k]!, 0) / 255 / area,
      embeddings: embeddings!,
      spread: members.length === 0 ? 0 : spreadOf(embeddings!),
      loss: lossOf(own, embeddings!),
      clusters: [...counts]
        .map(([cluster, pixels]) => ({ cluster, pixels }))
        .sort((a, b) => b.pixels - a.pixels || a.cluster - b.cluster),
    }
  })
}

function pick(values: Float32Array, members: readonly number[]): Float32Array {
  return Float32Array.from(members, (k) => values[k]!)
}

function lossOf({ x, y }: { x: Float32Array; y: Float32Array }, moments: Moments): number | null {
  if (moments.n === 0) return null
  const [mx, my] = [moments.x / moments.n, moments.y / moments.n]
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += Math.hypot(x[k]! - mx, y[k]! - my)
  return sum / moments.n
}
