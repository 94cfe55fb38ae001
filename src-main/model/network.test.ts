import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Architecture } from '../contract/engine.ts'
import { fromFloat16 } from '../core/float16.ts'
import { randomFrom } from '../core/random.ts'
import { kernelsFor } from './kernels.ts'
import {
  decayMask,
  forward,
  freshWeights,
  parameterCount,
  receptiveRadius,
  totalStride,
  unpackHead,
  weightSpecs,
} from './network.ts'
import { predict, networkTiles } from './predict.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

const BASE: Architecture = {
  family: 'fast-unet',
  levels: [16, 32, 64, 80, 80],
  embedding: 2,
  offsetScale: 5,
  coordinates: 'pixel',
}
/** total stride 8 */
const SMALL: Architecture = { ...BASE, levels: [4, 6, 8] }
const NORMALISE = { mean: [0.3, 0.3, 0.3], std: [0.2, 0.2, 0.2] } as const

beforeAll(() => use(BACKENDS[0]!))

/** Fresh weights whose head says something: random, and a foreground about half. */
function lively(architecture: Architecture): Float32Array {
  const random = randomFrom(9)
  const weights = freshWeights(architecture, 4)
  const head = 9 * architecture.levels[0]! * 12 + 12
  for (let i = weights.length - head; i < weights.length; i++) weights[i] = 0.6 * (random() - 0.5)
  return weights
}

function noise(width: number, height: number): { width: number; height: number; data: Uint8Array } {
  const random = randomFrom(width * 7 + height)
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => 256 * random()) }
}

function network(architecture: Architecture) {
  return {
    architecture,
    normalise: { mean: [...NORMALISE.mean], std: [...NORMALISE.std] } as {
      mean: [number, number, number]
      std: [number, number, number]
    },
    weights: tf.tensor1d(lively(architecture)),
  }
}

describe('the network', () => {
  it('has about 634,000 weights, a total stride of 32 and sees 236 px', () => {
    expect(parameterCount(BASE)).toBeGreaterThan(620_000)
    expect(parameterCount(BASE)).toBeLessThan(650_000)
    expect(totalStride(BASE)).toBe(32)
    expect(receptiveRadius(BASE)).toBe(236)
  })

  it('starts the same from the same seed, and assumes few ships', () => {
    expect(freshWeights(SMALL, 3)).toEqual(freshWeights(SMALL, 3))
    expect(freshWeights(SMALL, 3)).not.toEqual(freshWeights(SMALL, 4))
    tf.tidy(() => {
      const flat: Tensor1D = tf.tensor1d(freshWeights(BASE, 1))
      const input: Tensor4D = tf.randomNormal([1, 64, 64, 3], 0, 1, 'float32', 1)
      const { logits } = forward(tf, kernelsFor(tf), BASE, flat, input)
      const foreground = tf.mean(tf.sigmoid(unpackHead(tf, logits))).dataSync()[0]!
      expect(foreground).toBeGreaterThan(0.002)
      expect(foreground).toBeLessThan(0.2)
    })
  })

  it('lets weight decay act on filters alone', () => {
    const mask = decayMask(SMALL)
    const biases = weightSpecs(SMALL).filter(({ shape }) => shape.length === 1)
    expect(mask.filter((m) => m === 0).length).toBe(biases.reduce((sum, { shape }) => sum + shape[0]!, 0))
  })

  it('sees no farther than its receptive radius, and about as far', () => {
    const radius = receptiveRadius(SMALL)
    const side = 160
    tf.tidy(() => {
      const flat = tf.tensor1d(lively(SMALL))
      const at = (x: Tensor4D): number => {
        const { logits, offsets } = forward(tf, kernelsFor(tf), SMALL, flat, x)
        const pixel = (packed: Tensor4D): Tensor4D =>
          tf.slice(unpackHead(tf, packed), [0, 80, 80, 0], [1, 1, 1, 1])
        return tf.add(tf.abs(pixel(logits)), tf.abs(pixel(offsets))).dataSync()[0]!
      }
      const plain: Tensor4D = tf.randomNormal([1, side, side, 3], 0, 1, 'float32', 2)
      const beyond = (distance: number): Tensor4D => {
        const mask = tf.tidy(() => {
          const axis = tf.abs(tf.sub(tf.range(0, side), 80))
          const far = tf.maximum(tf.reshape(axis, [side, 1]), tf.reshape(axis, [1, side]))
          return tf.reshape(tf.cast(tf.greater(far, distance), 'float32'), [1, side, side, 1])
        })
        return tf.add(plain, tf.mul(mask, 100))
      }
      expect(at(beyond(radius))).toBe(at(plain))
      expect(at(beyond(radius / 2))).not.toBe(at(plain))
    })
  })
})

describe('prediction in tiles', () => {
  it('gives every pixel to one core, with origins on the stride and whole halos', () => {
    for (const [width, height, tile] of [
      [97, 61, 16],
      [64, 200, 24],
      [8, 8, 64],
    ] as const) {
      const owned = new Uint8Array(width * height)
      for (const { core, window } of networkTiles(SMALL, width, height, tile)) {
        for (const v of [core.x, core.y, window.x, window.y, window.width, window.height])
          expect(v % 8).toBe(0)
        for (let y = core.y; y < core.y + core.height; y++)
          for (let x = core.x; x < core.x + core.width; x++) owned[y * width + x]!++
        const halo = receptiveRadius(SMALL)
        if (window.x > 0) expect(core.x - window.x).toBeGreaterThanOrEqual(halo)
        if (window.x + window.width < width)
          expect(window.x + window.width - core.x - core.width).toBeGreaterThanOrEqual(halo)
      }
      expect(owned.every((count) => count === 1)).toBe(true)
    }
  })

  it.each(['pixel', 'normalized'] as const)(
    'gives what the whole image gives, pixel by pixel, in %s coordinates',
    async (coordinates) => {
      const image = noise(203, 150)
      const small = network(SMALL)
      const kernels = kernelsFor(tf)
      const whole = await predict(tf, kernels, small, image, { flips: false, tile: 512 })
      let tiles = 0
      // the network gives px in either case, so the same weights give the same instances
      const other = network({ ...SMALL, coordinates })
      const tiled = await predict(tf, kernels, other, image, {
        flips: false,
        tile: 40,
        between: async ({ total }) => void (tiles = total),
      })
      expect(tiles).toBe(24)
      expect(whole.index.length).toBeGreaterThan(1000)
      expect(whole.index.length).toBeLessThanOrEqual(203 * 150)
      const common = new Map([...whole.index].map((pixel, i) => [pixel, i]))
      // A probability right at the threshold of keeping may fall to either side.
      expect(Math.abs(tiled.index.length - whole.index.length)).toBeLessThan(5)
      tiled.index.forEach((pixel, i) => {
        if (i > 0) expect(pixel).toBeGreaterThan(tiled.index[i - 1]!)
        const j = common.get(pixel)
        if (j === undefined) return
        expect(Math.abs(tiled.foreground[i]! - whole.foreground[j]!)).toBeLessThanOrEqual(1)
        for (let c = 0; c < 2; c++) {
          const [a, b] = [tiled.offset[2 * i + c]!, whole.offset[2 * j + c]!].map(fromFloat16) as [
            number,
            number,
          ]
          expect(Math.abs(a - b)).toBeLessThan(0.01 + Math.abs(b) / 500)
        }
      })
      tf.dispose([small.weights, other.weights])
    },
  )

  it('with flips, an image and its mirror image give mirrored answers', async () => {
    const image = noise(64, 48)
    const mirrored = { ...image, data: new Uint8Array(image.data.length) }
    for (let y = 0; y < 48; y++)
      for (let x = 0; x < 64; x++)
        for (let c = 0; c < 3; c++)
          mirrored.data[(y * 64 + x) * 3 + c] = image.data[(y * 64 + 63 - x) * 3 + c]!
    const small = network(SMALL)
    const run = (which: typeof image) => predict(tf, kernelsFor(tf), small, which, { flips: true, tile: 512 })
    const [a, b] = [await run(image), await run(mirrored)]
    const there = new Map([...b.index].map((pixel, i) => [pixel, i]))
    let compared = 0
    a.index.forEach((pixel, i) => {
      const j = there.get(pixel - (pixel % 64) + 63 - (pixel % 64))
      if (j === undefined) return
      compared++
      expect(Math.abs(a.foreground[i]! - b.foreground[j]!)).toBeLessThanOrEqual(1)
      expect(fromFloat16(a.offset[2 * i]!)).toBeCloseTo(-fromFloat16(b.offset[2 * j]!), 1)
      expect(fromFloat16(a.offset[2 * i + 1]!)).toBeCloseTo(fromFloat16(b.offset[2 * j + 1]!), 1)
    })
    expect(compared).toBeGreaterThan(100)
    small.weights.dispose()
  })
})
