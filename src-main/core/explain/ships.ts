import type { SparseInference } from '../../contract/engine.ts'
import { momentsOf, spreadOf } from '../cluster/moments.ts'
import type { Moments } from '../cluster/moments.ts'
import { embeddingsOf, positionsOf } from '../cluster/sparse.ts'
import type { Rle } from '../mask/rle.ts'
import { areaOf, pixelsOf } from '../mask/rle.ts'

/** What the network gives for the pixels of one ship of the truth, whatever the settings. */
interface Seen {
  mask: Rle
  /** px */
  area: number
  /** the pixels that the inference has, as positions in it, ascending */
  members: Uint32Array
  /** mean foreground probability, 0..1; pixels that the inference lacks count as 0 */
  foreground: number
  /** of the embeddings of its members */
  embeddings: Moments
  /** root mean square distance of its embeddings from their mean, px */
  spread: number
  /** eq. 5 for it alone: mean distance of its embeddings from their mean, px; null: the inference has none of its pixels */
  loss: number | null
}

/** A ship, and what a clustering makes of it. */
export interface Ship extends Seen {
  /** clusters by how many of its pixels they have, the largest first */
  clusters: readonly { cluster: number; pixels: number }[]
}

/** @returns by ship, in the order of `truth` */
export function seenOf(inference: SparseInference, truth: readonly Rle[]): Seen[] {
  const { foreground } = inference
  const { x, y } = embeddingsOf(inference)
  return truth.map((mask) => {
    const members = positionsOf(inference.index, pixelsOf(mask, inference).sort())
    const own = { x: pick(x, members), y: pick(y, members) }
    const embeddings = momentsOf(new Int32Array(members.length), 1, own.x, own.y)[0]!
    const area = areaOf(mask)
    return {
      ...{ mask, area, members, embeddings },
      foreground: members.reduce((sum, k) => sum + foreground[k]!, 0) / 255 / area,
      spread: members.length === 0 ? 0 : spreadOf(embeddings),
      loss: lossOf(own, embeddings),
    }
  })
}

/** @param labels [n] cluster of each sparse pixel, -1: none */
export function shipsIn(seen: readonly Seen[], labels: Int16Array): Ship[] {
  return seen.map((ship) => {
    const counts = new Map<number, number>()
    for (const k of ship.members) {
      const cluster = labels[k]!
      if (cluster >= 0) counts.set(cluster, (counts.get(cluster) ?? 0) + 1)
    }
    const clusters = [...counts]
      .map(([cluster, pixels]) => ({ cluster, pixels }))
      .sort((a, b) => b.pixels - a.pixels || a.cluster - b.cluster)
    return { ...ship, clusters }
  })
}

function pick(values: Float32Array, members: Uint32Array): Float32Array {
  return Float32Array.from(members, (k) => values[k]!)
}

function lossOf({ x, y }: { x: Float32Array; y: Float32Array }, moments: Moments): number | null {
  if (moments.n === 0) return null
  const [mx, my] = [moments.x / moments.n, moments.y / moments.n]
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += Math.hypot(x[k]! - mx, y[k]! - my)
  return sum / moments.n
}
