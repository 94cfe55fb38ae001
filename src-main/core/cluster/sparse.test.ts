import { describe, expect, it } from 'vitest'
import { fromFloat16 } from '../float16.ts'
import { fromPixels } from '../mask/rle.ts'
import { randomFrom } from '../random.ts'
import { embeddingAt, inferenceOf } from '../../testing/inference.ts'
import { embeddingsOf, packedToSparse, toSparse, underMasks, withForegroundFrom } from './sparse.ts'

describe('toSparse', () => {
  const dense = {
    width: 3,
    height: 2,
    channels: 3,
    foreground: Float32Array.of(0.04, 0.5, NaN, 1, 0.06, 0),
    offset: Float32Array.from({ length: 18 }, (_, i) => i / 4),
  }

  it('keeps what may be a ship, with offsets and quantised foreground', () => {
    const sparse = inferenceOf(dense)
    expect([...sparse.index]).toEqual([1, 3, 4])
    expect([...sparse.foreground]).toEqual([128, 255, 15])
    // pixel 1 = (1, 0), offsets 0.75 1 1.25; pixel 3 = (0, 1), offsets 2.25 2.5 2.75; pixel 4 = (1, 1), offsets 3 3.25 3.5
    expect([0, 1, 2].map((k) => embeddingAt(sparse, k))).toEqual([
      [1.75, 1, 1.25],
      [2.25, 3.5, 2.75],
      [4, 4.25, 3.5],
    ])
    expect(embeddingsOf(sparse)).toEqual({
      x: Float32Array.of(1.75, 2.25, 4),
      y: Float32Array.of(1, 3.5, 4.25),
    })
  })

  it('keeps offsets to a hundredth of a pixel, wherever the image is', () => {
    const width = 20_000
    const foreground = new Float32Array(width)
    foreground[width - 1] = 1
    const offset = new Float32Array(2 * width)
    offset[2 * width - 2] = -12.345
    const sparse = inferenceOf({ width, height: 1, channels: 2, foreground, offset })
    expect(embeddingAt(sparse, 0)[0]).toBeCloseTo(width - 1 - 12.345, 2)
  })

  it('takes only the core of a window, by place in the whole image', () => {
    // a window of 3 x 2 at (10, 5) in an image 100 wide; its core is the right 2 x 1 of the lower row
    const values = Float32Array.from({ length: 18 }, (_, i) => (i % 3 === 0 ? 1 : i))
    const window = { x: 10, y: 5, width: 3, height: 2 }
    const core = { x: 11, y: 6, width: 2, height: 1 }
    const sparse = toSparse({ values, channels: 2, window, core, imageWidth: 100 })
    expect([...sparse.index]).toEqual([611, 612])
    expect([...sparse.offset].map(fromFloat16)).toEqual([13, 14, 16, 17])
    expect(toSparse({ values, channels: 2, window, core, imageWidth: 100 }, 1.5).index).toHaveLength(0)
  })
})

describe('packedToSparse', () => {
  it('gives what the unpacked head gives, in a window whose core lies anywhere, at any least foreground', () => {
    const [width, height, channels] = [12, 8, 3]
    const random = randomFrom(3)
    const head = Float32Array.from({ length: width * height * (1 + channels) }, () => 8 * random() - 6)
    head[5] = NaN
    const values = new Float32Array(width * height * (1 + channels))
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [cell, part] = [(y >> 1) * (width / 2) + (x >> 1), (y % 2) * 2 + (x % 2)]
        const [from, to] = [cell * 4 * (1 + channels), (y * width + x) * (1 + channels)]
        values[to] = 1 / (1 + Math.exp(-head[from + part]!))
        for (let c = 0; c < channels; c++) values[to + 1 + c] = head[from + 4 + part * channels + c]!
      }
    }
    const about = {
      ...{ channels, imageWidth: 50 },
      window: { x: 8, y: 4, width, height },
      core: { x: 11, y: 6, width: 7, height: 5 },
    }
    for (const keepFrom of [0.05, 0.5, 0.8]) {
      const expected = toSparse({ ...about, values }, keepFrom)
      expect(expected.index.length).toBeGreaterThan(0)
      expect(packedToSparse({ ...about, head }, keepFrom)).toEqual(expected)
    }
    expect(packedToSparse({ ...about, head }, 0).index).toHaveLength(35)
  })
})

describe('other foregrounds of an inference', () => {
  const sparse = inferenceOf({
    width: 4,
    height: 2,
    channels: 2,
    foreground: Float32Array.of(0.1, 0.2, 0.6, 0, 0.9375, 0.3, 0, 0.8),
    offset: Float32Array.from({ length: 16 }, (_, i) => i / 8),
  })
  const embeddings = (of: typeof sparse) => Array.from(of.index, (pixel, k) => [pixel, ...embeddingAt(of, k)])

  it('keeps what is bright enough', () => {
    const bright = withForegroundFrom(sparse, 0.5)
    expect([...bright.foreground]).toEqual([153, 239, 204])
    // pixel 2 = (2, 0), offsets 4/8 5/8; pixel 4 = (0, 1), offsets 8/8 9/8; pixel 7 = (3, 1), offsets 14/8 15/8
    expect(embeddings(bright)).toEqual([
      [2, 2.5, 0.625],
      [4, 1, 2.125],
      [7, 4.75, 2.875],
    ])
  })

  it('takes the pixels of masks, once each, those that are missing pointing at themselves', () => {
    const masks = [fromPixels([7, 3], sparse), fromPixels([7, 1], sparse)]
    const under = underMasks(sparse, masks)
    expect([...under.foreground]).toEqual([255, 255, 255])
    // pixel 1 = (1, 0), offsets 2/8 3/8; pixel 3 = (3, 0) is not in the inference
    expect(embeddings(under)).toEqual([
      [1, 1.25, 0.375],
      [3, 3, 0],
      [7, 4.75, 2.875],
    ])
    expect(underMasks(sparse, []).index).toHaveLength(0)
  })
})
