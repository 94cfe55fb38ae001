import type { SparseInference } from '../contract/engine.ts'
import { toSparse } from '../core/cluster/sparse.ts'
import { fromFloat16 } from '../core/float16.ts'

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
