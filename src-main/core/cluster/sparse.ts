import type { SparseInference } from '../../contract/engine.ts'
import { fromFloat16, toFloat16 } from '../float16.ts'
import type { Box } from '../geometry/box.ts'
import { pixelsOf } from '../mask/rle.ts'
import type { Rle } from '../mask/rle.ts'

/** Pixels below this foreground probability are not kept. */
export const SPARSE_FOREGROUND = 0.05

/** All offsets by their 16 bits; what is no finite number counts as 0: such a pixel points at itself. */
const OFFSET = Float32Array.from({ length: 65536 }, (_, bits) => {
  const offset = fromFloat16(bits)
  return Number.isFinite(offset) ? offset : 0
})

/** What the network gives for one window of an image, dense and row-major. */
export interface DenseWindow {
  /** [window.height, window.width, 1 + C]: foreground probability 0..1, then embedding minus pixel coordinates (x, y, ...) */
  values: Float32Array
  /** C >= 2 */
  channels: number
  /** of the image, in px; may reach beyond its right and bottom border */
  window: Box
  /** the part of the window whose pixels are wanted, inside the image */
  core: Box
  /** of the whole image, in px */
  imageWidth: number
}

/** Sparse pixels of a part of an image, by row-major index in the whole image. */
export type SparsePixels = Pick<SparseInference, 'index' | 'offset' | 'foreground'>

/**
 * Keeps the pixels with enough foreground: offsets as float16, foreground in 256 steps. NaN counts as background.
 * @param keepFrom least foreground probability
 */
export function toSparse(
  { values, channels, window, core, imageWidth }: DenseWindow,
  keepFrom = SPARSE_FOREGROUND,
): SparsePixels {
  const each = (visit: (at: number, index: number) => void): void => {
    for (let y = core.y; y < core.y + core.height; y++) {
      for (let x = core.x; x < core.x + core.width; x++) {
        const at = ((y - window.y) * window.width + x - window.x) * (1 + channels)
        if (values[at]! >= keepFrom) visit(at, y * imageWidth + x)
      }
    }
  }
  let n = 0
  each(() => n++)
  const index = new Uint32Array(n)
  const offset = new Uint16Array(n * channels)
  const foreground = new Uint8Array(n)
  let k = 0
  each((at, pixel) => {
    index[k] = pixel
    foreground[k] = Math.round(Math.min(1, values[at]!) * 255)
    for (let c = 0; c < channels; c++) offset[k * channels + c] = toFloat16(values[at + 1 + c]!)
    k++
  })
  return { index, offset, foreground }
}

/** What the network's head gives for one window, as it comes: four pixels at each position of half resolution. */
export interface PackedWindow extends Omit<DenseWindow, 'values'> {
  /** [window.height / 2, window.width / 2, 4 (1 + C)]: four logits of 2 x 2 pixels, row by row, then their offsets, pixel by pixel */
  head: Float32Array
}

/**
 * As {@link toSparse}, straight from the head: only pixels that are kept are unpacked at all, a few of a hundred in most images.
 * @param keepFrom least foreground probability; 0: every pixel
 */
export function packedToSparse(packed: PackedWindow, keepFrom = SPARSE_FOREGROUND): SparsePixels {
  const { head, channels, window, core, imageWidth } = packed
  const places = placesAbove(packed, keepFrom <= 0 ? -Infinity : Math.log(keepFrom / (1 - keepFrom)))
  const n = places.length
  const index = new Uint32Array(n)
  const offset = new Uint16Array(n * channels)
  const foreground = new Uint8Array(n)
  const depth = 4 * (1 + channels)
  for (let k = 0; k < n; k++) {
    const place = places[k]!
    const [x, y] = [place % core.width, Math.floor(place / core.width)]
    const [left, top] = [core.x + x - window.x, core.y + y - window.y]
    const part = (top & 1) * 2 + (left & 1)
    const at = ((top >> 1) * (window.width >> 1) + (left >> 1)) * depth
    index[k] = (core.y + y) * imageWidth + core.x + x
    foreground[k] = Math.round(255 / (1 + Math.exp(-head[at + part]!)))
    for (let c = 0; c < channels; c++) {
      offset[k * channels + c] = toFloat16(head[at + 4 + part * channels + c]!)
    }
  }
  return { index, offset, foreground }
}

/** Pixels of the core, row-major in it, whose logit is at least `least`. NaN is below everything. */
function placesAbove({ head, channels, window, core }: PackedWindow, least: number): number[] {
  const depth = 4 * (1 + channels)
  const places: number[] = []
  for (let y = 0; y < core.height; y++) {
    const top = core.y + y - window.y
    const row = (top >> 1) * (window.width >> 1) * depth + (top & 1) * 2
    for (let x = 0; x < core.width; x++) {
      const left = core.x + x - window.x
      if (head[row + (left >> 1) * depth + (left & 1)]! >= least) places.push(y * core.width + x)
    }
  }
  return places
}

/** Embedding channels 0 and 1 of all sparse pixels, in whole-image pixels: two [n]. */
export function embeddingsOf(inference: SparseInference): { x: Float32Array; y: Float32Array } {
  const { index, offset, channels, width } = inference
  const x = new Float32Array(index.length)
  const y = new Float32Array(index.length)
  for (let k = 0; k < index.length; k++) {
    const column = index[k]! % width
    x[k] = column + OFFSET[offset[k * channels]!]!
    y[k] = (index[k]! - column) / width + OFFSET[offset[k * channels + 1]!]!
  }
  return { x, y }
}

/** All channels of the embedding of all sparse pixels: [n, C] row by row, channels 0 and 1 in whole-image pixels. */
export function embeddingChannels({ index, offset, channels, width }: SparseInference): Float32Array {
  const values = new Float32Array(offset.length)
  for (let i = 0; i < values.length; i++) values[i] = OFFSET[offset[i]!]!
  for (let k = 0; k < index.length; k++) {
    const column = index[k]! % width
    values[k * channels]! += column
    values[k * channels + 1]! += (index[k]! - column) / width
  }
  return values
}

/** Positions in the sparse pixels of those of a mask that it has. @param pixels [m] row-major pixel indices, ascending */
export function positionsOf(index: Uint32Array, pixels: Uint32Array): Uint32Array {
  const positions = new Uint32Array(pixels.length)
  let n = 0
  let from = 0
  for (const pixel of pixels) {
    let to = index.length
    while (from < to) {
      const middle = (from + to) >> 1
      if (index[middle]! < pixel) from = middle + 1
      else to = middle
    }
    if (index[from] === pixel) positions[n++] = from
  }
  return positions.subarray(0, n)
}

/** The pixels of an inference with at least this foreground probability. */
export function withForegroundFrom(inference: SparseInference, least: number): SparseInference {
  const { foreground } = inference
  const kept: number[] = []
  foreground.forEach((value, k) => {
    if (value >= least * 255) kept.push(k)
  })
  const pick = (of: Uint32Array | Uint8Array): number[] => kept.map((k) => of[k]!)
  const bytes = (of: Uint8Array): Uint8Array => Uint8Array.from(pick(of))
  const { light } = inference
  return {
    ...inference,
    index: Uint32Array.from(pick(inference.index)),
    offset: offsetsAt(inference, kept),
    foreground: bytes(foreground),
    light: light && {
      ...{ own: bytes(light.own), water: bytes(light.water) },
      ...{ roughness: bytes(light.roughness), whole: light.whole },
    },
  }
}

/**
 * What an inference would be if its foreground were the truth: the pixels of the masks, certain, with the embeddings that the
 * network gives them. A pixel that the inference lacks points at itself.
 * @param inference best one of every pixel
 */
export function underMasks(inference: SparseInference, masks: readonly Rle[]): SparseInference {
  const pixels = new Set(masks.flatMap((mask) => [...pixelsOf(mask, inference)]))
  const index = Uint32Array.from(pixels).sort()
  let k = 0
  const from = Array.from(index, (pixel) => {
    while (k < inference.index.length && inference.index[k]! < pixel) k++
    return inference.index[k] === pixel ? k : null
  })
  return {
    ...inference,
    index,
    offset: offsetsAt(inference, from),
    foreground: new Uint8Array(index.length).fill(255),
    light: null,
  }
}

/** Offsets of these sparse pixels, 0 for null: [n * C]. */
function offsetsAt({ offset, channels }: SparseInference, pixels: readonly (number | null)[]): Uint16Array {
  const out = new Uint16Array(pixels.length * channels)
  pixels.forEach((k, i) => {
    if (k !== null) out.set(offset.subarray(k * channels, (k + 1) * channels), i * channels)
  })
  return out
}
