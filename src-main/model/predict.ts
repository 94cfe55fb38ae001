import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import type { Architecture, ModelFile, Progress, RgbImage, SparseInference } from '../contract/engine.ts'
import { lightOf } from '../core/cluster/light.ts'
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
 * Foreground and embedding of an image of any size, in sparse form, tile by tile, with the light there; memory grows with the tile, not
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
  const run = windowFunction(tf, kernels, network, flips)
  const found: (SparsePixels & { core: Box })[] = []
  for (const [done, { core, window }] of tiles.entries()) {
    const values = runWindow(tf, kernels, run, network.weights, cutWindow(image, window), window)
    const about = { channels: embedding, window, core, imageWidth: image.width }
    const sparse = flips
      ? toSparse({ ...about, values }, keepFrom)
      : packedToSparse({ ...about, head: values }, keepFrom)
    found.push({ core, ...sparse })
    await between?.({ done: done + 1, total: tiles.length })
  }
  const sparse = merge(found, image, embedding)
  return { ...sparse, light: lightOf(image, sparse) }
}

/** The pixels of a window, [h, w, 3]; black beyond the image's border. The image's own where it is all of it. */
function cutWindow({ width, height, data }: RgbImage, window: Box): Uint8Array {
  if (window.width === width && window.height === height) return data
  const out = new Uint8Array(window.width * window.height * 3)
  const columns = Math.min(window.width, width - window.x)
  const rows = Math.min(window.height, height - window.y)
  for (let y = 0; y < rows; y++) {
    const from = ((window.y + y) * width + window.x) * 3
    out.set(data.subarray(from, from + 3 * columns), y * window.width * 3)
  }
  return out
}

/**
 * What the network says of a window, as a function that the backend may make fast. Inputs: weights [N], pixels [h, 3 w] as {@link Kernels.giveBytes} gives them.
 * Output: its head as it comes, [1, h/2, w/2, 4 (1 + C)]; averaged over flips [1, h, w, 1 + C], foreground probability and offsets in px.
 */
function windowFunction(
  tf: Tf,
  kernels: Kernels,
  { architecture, normalise }: Pick<Network, 'architecture' | 'normalise'>,
  flips: boolean,
): TensorFunction {
  const key = JSON.stringify(['predict', architecture, normalise, flips])
  return kernels.compile(
    key,
    'plain',
    ([weights, pixels]) => {
      const input = normalised(tf, kernels.readBytes(pixels!), normalise)
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

/** @param bytes [h, 3 w] 0..255 @returns [1, h, w, 3] */
function normalised(tf: Tf, bytes: Tensor2D, { mean, std }: ModelFile['normalise']): Tensor4D {
  const [height, length] = bytes.shape
  // whole rows, since an operation by channel goes three numbers at a time
  const row = (of: (channel: number) => number): Tensor1D =>
    tf.tensor1d(Float32Array.from({ length }, (_, i) => of(i % 3)))
  const scaled: Tensor2D = tf.mul(
    bytes,
    row((c) => 1 / (255 * std[c]!)),
  )
  const moved = tf.add(
    scaled,
    row((c) => -mean[c]! / std[c]!),
  )
  return tf.reshape(moved, [1, height, length / 3, 3])
}

/** What {@link windowFunction} gives, as numbers. */
function runWindow(
  tf: Tf,
  kernels: Kernels,
  run: TensorFunction,
  weights: Tensor1D,
  pixels: Uint8Array,
  { height }: Box,
): Float32Array {
  const input = kernels.giveBytes(pixels, height)
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
): Omit<SparseInference, 'light'> {
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
