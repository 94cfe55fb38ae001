import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RgbImage, SparseInference } from '../../contract/engine.ts'
import { randomFrom } from '../random.ts'
import { Clusterer } from './clusterer.ts'
import { DEFAULT_CLUSTER_SETTINGS } from './cluster.ts'
import { inferenceFromBytes, inferenceToBytes } from './inference-bytes.ts'
import { lightOf } from './light.ts'

/** An image of these lights, all bands alike, and the pixels from `least` on as certain foreground that points at itself. */
function seen(
  width: number,
  height: number,
  lightAt: (x: number, y: number) => number,
  least = 200,
): { image: RgbImage; inference: SparseInference } {
  const lights = Array.from({ length: width * height }, (_, i) => lightAt(i % width, Math.floor(i / width)))
  const image = { width, height, data: Uint8Array.from(lights.flatMap((light) => [light, light, light])) }
  const index = Uint32Array.from(lights.keys()).filter((i) => lights[i]! >= least)
  const foreground = new Uint8Array(index.length).fill(255)
  const sparse = { width, height, channels: 2, index, offset: new Uint16Array(2 * index.length), foreground }
  return { image, inference: { ...sparse, light: lightOf(image, sparse) } }
}

const inBox = (x: number, y: number): boolean => x >= 40 && x < 52 && y >= 30 && y < 33

describe('lightOf', () => {
  it('tells a ship from the water around it, in closed form', () => {
    // water of 30 and 50 in turns, a ship of 210: mean 40 and deviation 10 around it
    const water = (x: number, y: number): number => 40 + 10 * ((x + y) % 2 ? 1 : -1)
    const { inference } = seen(96, 64, (x, y) => (inBox(x, y) ? 210 : water(x, y)))
    const { own, water: around, roughness, whole } = inference.light!
    expect(new Set(own)).toEqual(new Set([210]))
    expect(new Set(around)).toEqual(new Set([40]))
    expect(new Set(roughness)).toEqual(new Set([40]))
    const share = 36 / (96 * 64)
    const squares = share * 170 ** 2 + (1 - share) * 10 ** 2
    expect(whole).toBeCloseTo(Math.sqrt(squares - (share * 170) ** 2), 4)
  })

  it('makes features of it: 12 px long and 3 broad, 170 lighter, on water of deviation 10', () => {
    const water = (x: number, y: number): number => 40 + 10 * ((x + y) % 2 ? 1 : -1)
    const { inference } = seen(96, 64, (x, y) => (inBox(x, y) ? 210 : water(x, y)))
    const settings = { ...DEFAULT_CLUSTER_SETTINGS, separate: false }
    const { clusters } = new Clusterer(inference, null).cluster(settings)
    expect(clusters).toHaveLength(1)
    const { elongation, contrast, clarity, roughness, unrest } = clusters[0]!.features
    expect(elongation).toBeCloseTo(Math.log(4), 5)
    expect(contrast).toBeCloseTo(170 / 64, 9)
    expect(clarity).toBeCloseTo(Math.log(1 + 170 / 12), 9)
    expect(roughness).toBeCloseTo(Math.log(11), 9)
    expect(unrest).toBeCloseTo(Math.log(1 + inference.light!.whole), 9)
  })

  it('takes the whole image where nothing but foreground is within reach', () => {
    // 80 px of foreground on the left: its middle sees no water
    const { inference } = seen(160, 48, (x) => (x < 80 ? 250 : 50))
    const { water, roughness } = inference.light!
    const at = inference.index.indexOf(24 * 160 + 20)
    expect([water[at], roughness[at]]).toEqual([150, 255])
    const edge = inference.index.indexOf(24 * 160 + 79)
    expect([water[edge], roughness[edge]]).toEqual([50, 0])
  })

  it('is what a plain sum over the cells gives, whichever pixels are kept besides', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 9, max: 60 }),
        fc.integer({ min: 9, max: 60 }),
        fc.nat(),
        (w, h, seed) => {
          const random = randomFrom(seed)
          const lights = Array.from({ length: w * h }, () => Math.floor(256 * random()))
          const { image, inference } = seen(w, h, (x, y) => lights[y * w + x]!)
          const all = {
            index: Uint32Array.from(lights.keys()),
            foreground: Uint8Array.from(lights, (light) => (light >= 200 ? 255 : 0)),
          }
          const every = lightOf(image, all)
          inference.index.forEach((pixel, k) => {
            const [x, y] = [pixel % w, Math.floor(pixel / w)]
            const water = lights.filter(
              (light, i) =>
                light < 200 &&
                Math.abs(((i % w) >> 3) - (x >> 3)) <= 2 &&
                Math.abs((Math.floor(i / w) >> 3) - (y >> 3)) <= 2,
            )
            if (water.length === 0) return
            const mean = water.reduce((sum, light) => sum + light, 0) / water.length
            expect(Math.abs(inference.light!.water[k]! - mean)).toBeLessThan(0.5001)
            expect([every.own[pixel], every.water[pixel], every.roughness[pixel]]).toEqual([
              inference.light!.own[k],
              inference.light!.water[k],
              inference.light!.roughness[k],
            ])
          })
        },
      ),
      { numRuns: 10 },
    )
  })
})

describe('the bytes of an inference', () => {
  const { inference } = seen(96, 64, (x, y) => (inBox(x, y) ? 210 : 40 + (x % 7)))
  const bytesOf = (of: SparseInference): Uint8Array =>
    Uint8Array.from(inferenceToBytes(of).flatMap((part) => [...part]))

  it('are read as they were written, with the light and without', () => {
    expect(inferenceFromBytes(bytesOf(inference))).toEqual(inference)
    const dark = { ...inference, light: null }
    expect(inferenceFromBytes(bytesOf(dark))).toEqual(dark)
  })

  it('are none where they are cut off, or were written before there was light', () => {
    const bytes = bytesOf(inference)
    expect(inferenceFromBytes(bytes.subarray(0, -1))).toBeNull()
    expect(inferenceFromBytes(bytes.subarray(0, 20))).toBeNull()
    const earlier = bytes.slice()
    earlier[4] = 1
    expect(inferenceFromBytes(earlier)).toBeNull()
  })
})
