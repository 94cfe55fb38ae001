import type { SparseInference } from '../contract/engine.ts'
import { toSparse } from '../core/cluster/sparse.ts'
import { fromFloat16 } from '../core/float16.ts'
import { fromPredicate, type Rle } from '../core/mask/rle.ts'
import { normal, randomFrom } from '../core/random.ts'

/** What a network might give for a whole image, dense and row-major. */
export interface DenseInference {
  width: number
  height: number
  /** C >= 2 */
  channels: number
  /** [height, width] probabilities, 0..1 */
  foreground: Float32Array
  /** [height, width, C] embedding minus pixel coordinates (x from channel 0, y from channel 1) */
  offset: Float32Array
}

/** The inference that `toSparse` makes of the whole image as one window. */
export function inferenceOf({
  width,
  height,
  channels,
  foreground,
  offset,
}: DenseInference): SparseInference {
  const values = new Float32Array(width * height * (1 + channels))
  foreground.forEach((value, i) => {
    values[i * (1 + channels)] = value
    values.set(offset.subarray(i * channels, (i + 1) * channels), i * (1 + channels) + 1)
  })
  const whole = { x: 0, y: 0, width, height }
  return {
    width,
    height,
    channels,
    light: null,
    ...toSparse({ values, channels, window: whole, core: whole, imageWidth: width }),
  }
}

/** The whole embedding of sparse pixel k: [C]. */
export function embeddingAt({ index, offset, channels, width }: SparseInference, k: number): number[] {
  const place = [index[k]! % width, Math.floor(index[k]! / width)]
  return Array.from(
    offset.subarray(k * channels, (k + 1) * channels),
    (bits, c) => (place[c] ?? 0) + fromFloat16(bits),
  )
}

/**
 * What a network might give for two parallel ships that touch along their long side.
 * @param breadth of each, px @param noise of the embeddings, px, by seed
 */
export function twoShips({ length = 12, breadth = 3, noise = 0, seed = 1 } = {}): {
  inference: SparseInference
  truth: Rle[]
} {
  const size = { width: length + 20, height: 2 * breadth + 20 }
  const random = randomFrom(seed)
  const shipAt = (x: number, y: number): number =>
    x < 10 || x >= 10 + length || y < 10 || y >= 10 + 2 * breadth ? 0 : y < 10 + breadth ? 1 : 2
  const foreground = new Float32Array(size.width * size.height)
  const offset = new Float32Array(2 * size.width * size.height)
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const ship = shipAt(x, y)
      if (ship === 0) continue
      const i = y * size.width + x
      foreground[i] = 0.9
      offset[2 * i] = 10 + (length - 1) / 2 - x + noise * normal(random)
      offset[2 * i + 1] = 10 + (breadth - 1) / 2 + (ship - 1) * breadth - y + noise * normal(random)
    }
  }
  return {
    inference: inferenceOf({ ...size, channels: 2, foreground, offset }),
    truth: [1, 2].map((ship) => fromPredicate(size, (x, y) => shipAt(x, y) === ship)),
  }
}

/**
 * What a network might give for a crowded harbour: rafts of six ships of 64 x 12 px that touch, 8 px of water between rafts, by seed.
 * Embeddings of each have 1.5 px of noise around its middle, foreground falls off towards its edge.
 * @param side of the image, px @param fill share of the berths that are taken, 0..1: at 1 in 768 x 768 px some 400,000 pixels
 */
export function rafts({ side = 768, fill = 0.5, seed = 1 } = {}): SparseInference {
  const random = randomFrom(seed)
  const [length, breadth, raft, water] = [64, 12, 6, 8]
  const columns = Math.ceil(side / (length + water))
  const rows = Math.ceil(side / (raft * breadth + water))
  const taken = Array.from({ length: columns * rows }, () => random() < fill)
  const foreground = new Float32Array(side * side)
  const offset = new Float32Array(2 * side * side)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [column, row] = [Math.floor(x / (length + water)), Math.floor(y / (raft * breadth + water))]
      const [along, down] = [x % (length + water), y % (raft * breadth + water)]
      if (along >= length || down >= raft * breadth || !taken[row * columns + column]) continue
      const i = y * side + x
      const across = down % breadth
      foreground[i] = 0.95 - 0.3 * random() - (across % (breadth - 1) === 0 ? 0.15 : 0)
      offset[2 * i] = (length - 1) / 2 - along + 1.5 * normal(random)
      offset[2 * i + 1] = (breadth - 1) / 2 - across + 1.5 * normal(random)
    }
  }
  return inferenceOf({ width: side, height: side, channels: 2, foreground, offset })
}
