import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs'
import type { Architecture, ModelFile, Progress, RgbImage, SparseInference } from '../contract/engine.ts'
import { packedToSparse, SPARSE_FOREGROUND, toSparse } from '../core/cluster/sparse.ts'
import type { SparsePixels } from '../core/cluster/sparse.ts'
import type { Box } from '../core/geometry/box.ts'
import type { Kernels, TensorFunction } from './kernels.ts'
import { forward, packedHead, receptiveRadius, totalStride, unpackHead } from './network.ts'
import type { Tf } from './tf.ts'

export interface Network {
  architecture: Architecture
  normalise: ModelFile['normalise']
  /** [N] on the backend */
  weights: Tensor1D
}

export interface PredictOptions {
  /** average over the four flips */
  flips: boolean
  /** side of a tile's core in px; rounded up to a multiple of the network's stride */
  tile: number
  /** pixels with less foreground are left out, 0..1 */
  keepFrom?: number | undefined
  /** called after each tile; what it awaits lets other work in, what it throws ends the prediction */
  between?: (progress: Progress) => Promise<void>
}

/** Rectangles of whole-image pixels. */
interface Tile {
  /** the pixels that this tile gives: each pixel of the image lies in one core */
  core: Box
  /** what the network sees; may reach beyond the image's right and bottom border, up to a multiple of the stride */
  window: Box
}

/**
 * Cuts an image into tiles. Origins are multiples of the total stride and every window holds its core's whole
 * receptive field as far as the image reaches, so that tiles give what the whole image gives.
 * @param tile side of a core in px
 */
export function networkTiles(
  architecture: Architecture,
  width: number,
  height: number,
  tile: number,
): Tile[] {
  const stride = totalStride(architecture)
  const up = (x: number): number => Math.ceil(x / stride) * stride
  const side = up(tile)
  const halo = up(receptiveRadius(architecture))
  const [right, bottom] = [up(width), up(height)]
  const tiles: Tile[] = []
  for (let y = 0; y < height; y += side) {
    for (let x = 0; x < width; x += side) {
      const [left, top] = [Math.max(0, x - halo), Math.max(0, y - halo)]
      tiles.push({
        core: { x, y, width: Math.min(side, width - x), height: Math.min(side, height - y) },
        window: {
          x: left,
          y: top,
          width: Math.min(right, x + side + halo) - left,
          height: Math.min(bottom, y + side + halo) - top,
        },
      })
    }
  }
  return tiles
}

/**
 * Foreground and embedding of an image of any size, in sparse form, tile by tile; memory grows with the tile, not
 * with the image (its ship pixels aside).
 */
export async function predict(
  tf: Tf,
  kernels: Kernels,
  network: Network,
  image: RgbImage,
  { flips, tile, keepFrom = SPARSE_FOREGROUND, between }: PredictOptions,
): Promise<SparseInference> {
  const { embedding } = network.architecture
  const tiles = networkTiles(network.architecture, image.width, image.height, tile)
  const run = windowFunction(tf, kernels, network.architecture, flips)
  const tables = normalisedBytes(network.normalise)
  const found: (SparsePixels & { core: Box })[] = []
  for (const [done, { core, window }] of tiles.entries()) {
    const values = runWindow(tf, run, network.weights, cutWindow(image, window, tables), window)
    const about = { channels: embedding, window, core, imageWidth: image.width }
    const sparse = flips
      ? toSparse({ ...about, values }, keepFrom)
      : packedToSparse({ ...about, head: values }, keepFrom)
    found.push({ core, ...sparse })
    await between?.({ done: done + 1, total: tiles.length })
  }
  return merge(found, image, embedding)
}

/** What each value of red, green and blue is to the network: looked up while pixels are copied, which takes half of what two operations on tensors do. */
function normalisedBytes({ mean, std }: ModelFile['normalise']): [Float32Array, Float32Array, Float32Array] {
  const table = (channel: 0 | 1 | 2): Float32Array =>
    Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean[channel]) / std[channel])
  return [table(0), table(1), table(2)]
}

/** The pixels of a window as the network wants them, [h, w, 3]; black beyond the image's border. */
function cutWindow(
  { width, height, data }: RgbImage,
  window: Box,
  [red, green, blue]: ReturnType<typeof normalisedBytes>,
): Float32Array {
  const out = new Float32Array(window.width * window.height * 3)
  const columns = Math.min(window.width, width - window.x)
  const rows = Math.min(window.height, height - window.y)
  for (let y = 0, at = 0; y < window.height; y++) {
    let from = ((window.y + y) * width + window.x) * 3
    for (let x = 0; x < window.width; x++, at += 3, from += 3) {
      const inside = x < columns && y < rows
      out[at] = red[inside ? data[from]! : 0]!
      out[at + 1] = green[inside ? data[from + 1]! : 0]!
      out[at + 2] = blue[inside ? data[from + 2]! : 0]!
    }
  }
  return out
}

/**
 * What the network says of a window, as a function that the backend may make fast. Inputs: weights [N], pixels [1, h, w, 3], normalised.
 * Output: its head as it comes, [1, h/2, w/2, 4 (1 + C)]; averaged over flips [1, h, w, 1 + C], foreground probability and offsets in px.
 */
function windowFunction(
  tf: Tf,
  kernels: Kernels,
  architecture: Architecture,
  flips: boolean,
): TensorFunction {
  const key = JSON.stringify(['predict', architecture, flips])
  return kernels.compile(
    key,
    'plain',
    ([weights, pixels]) => {
      const input = pixels as Tensor4D
      if (!flips) return [packedHead(tf, kernels, architecture, weights as Tensor1D, input)]
      const ways: number[][] = [[], [1], [2], [1, 2]]
      const outputs = ways.map((axes) => {
        const turn = (x: Tensor4D): Tensor4D => (axes.length ? tf.reverse(x, axes) : x)
        const { logits, offsets } = forward(tf, kernels, architecture, weights as Tensor1D, turn(input))
        // A flip turns the sign of the offsets along its axis.
        const signs = tf.tensor1d(
          Array.from({ length: architecture.embedding }, (_, c) => (axes.includes(2 - c) ? -1 : 1)),
        )
        const probability = turn(tf.sigmoid(unpackHead(tf, logits)))
        return tf.concat([probability, tf.mul(turn(unpackHead(tf, offsets)), signs)], 3)
      })
      return [tf.div(tf.addN(outputs), outputs.length)]
    },
    { coarse: true },
  )
}

/** What {@link windowFunction} gives, as numbers. */
function runWindow(
  tf: Tf,
  run: TensorFunction,
  weights: Tensor1D,
  pixels: Float32Array,
  { width, height }: Box,
): Float32Array {
  const input = tf.tensor4d(pixels, [1, height, width, 3])
  const [result] = run([weights, input])
  const values = result!.dataSync() as Float32Array
  tf.dispose([input, result!])
  return values
}

/** All tiles' pixels in ascending order: row of tiles by row of tiles, in it pixel row by pixel row. */
function merge(
  found: (SparsePixels & { core: Box })[],
  { width, height }: RgbImage,
  channels: number,
): SparseInference {
  const total = found.reduce((sum, part) => sum + part.index.length, 0)
  const index = new Uint32Array(total)
  const offset = new Uint16Array(total * channels)
  const foreground = new Uint8Array(total)
  let at = 0
  const next = new Map(found.map((part) => [part, 0]))
  for (const [top, row] of Map.groupBy(found, (part) => part.core.y)) {
    for (let y = top; y < top + row[0]!.core.height; y++) {
      for (const part of row) {
        const from = next.get(part)!
        let to = from
        while (to < part.index.length && part.index[to]! < (y + 1) * width) to++
        index.set(part.index.subarray(from, to), at)
        offset.set(part.offset.subarray(from * channels, to * channels), at * channels)
        foreground.set(part.foreground.subarray(from, to), at)
        next.set(part, to)
        at += to - from
      }
    }
  }
  return { width, height, channels, index, offset, foreground }
}
