import type { SparseInference } from '../../contract/engine.ts'
import type { ClusterSettings } from '../../contract/wire.ts'
import { clusterInference } from '../cluster/cluster.ts'
import { SPARSE_FOREGROUND } from '../cluster/sparse.ts'
import { logOdds } from '../cluster/features.ts'
import type { Rle } from '../mask/rle.ts'

/** Foreground that the narrowest reach asks for. */
const NARROWEST = 0.97

/** Pixels that are looked at around the pointer: so an answer has a bound, also where everything is foreground. */
const MOST_PIXELS = 60_000

/** Reaches whose answers are kept. */
const KEPT = 8

/** What one reach has found. */
interface Found {
  /** [n] of each sparse pixel: 0 not looked at yet, else 1 + its place in `masks` */
  mask: Int32Array
  masks: (Rle | null)[]
}

/**
 * The foreground threshold of a reach: that of the settings at 0, down to all that an inference holds at 1, up to sure pixels alone
 * at -1; even in log odds.
 * @param foreground of the settings, 0..1
 */
export function thresholdAt(foreground: number, reach: number): number {
  const [from, to] = [logOdds(foreground), logOdds(reach > 0 ? SPARSE_FOREGROUND : NARROWEST)]
  const odds = from + (to - from) * Math.min(1, Math.abs(reach))
  // rounding must not lose the pixels at the very end
  return Math.max(SPARSE_FOREGROUND, 1 / (1 + Math.exp(-odds)) - 1e-9)
}

/** Takes clusters of one inference by a pixel of theirs. */
export class Wand {
  readonly #inference: SparseInference
  readonly #settings: ClusterSettings
  /** [height + 1] where the sparse pixels of a row begin */
  readonly #rows: Uint32Array
  readonly #found = new Map<string, Found>()

  constructor(inference: SparseInference, settings: ClusterSettings) {
    this.#inference = inference
    this.#settings = settings
    const { index, width, height } = inference
    this.#rows = new Uint32Array(height + 1)
    for (const pixel of index) this.#rows[Math.floor(pixel / width) + 1]!++
    for (let row = 0; row < height; row++) this.#rows[row + 1]! += this.#rows[row]!
  }

  /**
   * The cluster that has a pixel. A pixel that is fainter than the reach asks for is looked at with what it has: whoever points at a faint
   * ship means it.
   * @param x column @param y row @param reach -1..1: at less than 0 modes are also joined less readily
   * @returns null where the network sees nothing
   */
  at(x: number, y: number, reach: number): Rle | null {
    const start = this.#position(Math.floor(x), Math.floor(y))
    if (start < 0) return null
    const own = this.#inference.foreground[start]! / 255
    const wanted = thresholdAt(this.#settings.foreground, reach)
    const foreground = own >= wanted ? wanted : Math.max(SPARSE_FOREGROUND, own / 2)
    const alpha = this.#settings.alpha * Math.min(1, 1 + reach)
    const found = this.#answers(`${foreground} ${alpha}`)
    if (found.mask[start] === 0) this.#look(start, foreground, alpha, found)
    return found.masks[found.mask[start]! - 1] ?? null
  }

  #answers(key: string): Found {
    const known = this.#found.get(key)
    const found = known ?? { mask: new Int32Array(this.#inference.index.length), masks: [] }
    // the map's order is the order of use
    this.#found.delete(key)
    this.#found.set(key, found)
    const [oldest] = this.#found.keys()
    if (this.#found.size > KEPT && oldest !== undefined) this.#found.delete(oldest)
    return found
  }

  /** Clusters what is connected with a pixel, and notes each mask with all of its pixels. */
  #look(start: number, foreground: number, alpha: number, found: Found): void {
    const { width, height, channels, index, offset, foreground: values } = this.#inference
    const members = this.#connected(start, foreground * 255)
    const part: SparseInference = {
      ...{ width, height, channels },
      index: Uint32Array.from(members, (k) => index[k]!),
      offset: new Uint16Array(members.length * channels),
      foreground: Uint8Array.from(members, (k) => values[k]!),
      light: null,
    }
    members.forEach((k, i) =>
      part.offset.set(offset.subarray(k * channels, (k + 1) * channels), i * channels),
    )
    const settings = { ...this.#settings, foreground, alpha, minArea: 1, minScore: 0 }
    const { instances, labels } = clusterInference(part, settings)
    const first = found.masks.length
    const places = new Map(instances.map(({ cluster }, i) => [cluster, first + i + 1]))
    found.masks.push(...instances.map(({ rle }) => rle), null)
    members.forEach((k, i) => (found.mask[k] = places.get(labels[i]!) ?? found.masks.length))
  }

  /** Positions of the pixels that are connected with one (8 neighbours), nearest first found, ascending. */
  #connected(start: number, least: number): Uint32Array {
    const { index, width, foreground } = this.#inference
    const seen = new Set([start])
    const queue = [start]
    for (let at = 0; at < queue.length && queue.length < MOST_PIXELS; at++) {
      const pixel = index[queue[at]!]!
      const column = pixel % width
      const row = (pixel - column) / width
      for (let y = row - 1; y <= row + 1; y++) {
        for (let x = column - 1; x <= column + 1; x++) {
          const k = this.#position(x, y)
          if (k < 0 || foreground[k]! < least || seen.has(k)) continue
          seen.add(k)
          queue.push(k)
        }
      }
    }
    return Uint32Array.from(queue).sort()
  }

  /** Where a pixel stands among the sparse ones; -1: it is none of them. */
  #position(x: number, y: number): number {
    const { index, width, height } = this.#inference
    if (x < 0 || y < 0 || x >= width || y >= height) return -1
    const pixel = y * width + x
    let [low, high] = [this.#rows[y]!, this.#rows[y + 1]!]
    while (low < high) {
      const middle = (low + high) >> 1
      if (index[middle]! < pixel) low = middle + 1
      else high = middle
    }
    return index[low] === pixel ? low : -1
  }
}
