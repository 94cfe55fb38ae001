import { expect, it } from 'vitest'
import { batchTensors, pixelWeight } from './batch.ts'
import { packedOrder } from './packing.ts'
import { tf, use } from './test-backends.ts'

const SIDE = 64

/** [image, left, top, width, height] of ships; their weights in the cross-entropy as [image, y, x]. */
async function weightsFor(ships: readonly [number, number, number, number, number][]): Promise<Float32Array> {
  await use('cpu')
  const labels = new Uint16Array(2 * SIDE * SIDE)
  ships.forEach(([image, left, top, width, height], i) => {
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) labels[(image * SIDE + y) * SIDE + x] = i + 1
    }
  })
  const images = new Uint8Array(labels.length * 3)
  const wanted = { embedding: 2, coordinates: 'pixel' } as const
  const packed = tf.tidy(() =>
    batchTensors(tf, { images, labels, batch: 2, crop: SIDE }, wanted).pixelWeight.dataSync(),
  )
  const weights = new Float32Array(labels.length)
  packedOrder(2, SIDE, SIDE).forEach((pixel, place) => (weights[pixel] = packed[place]!))
  return weights
}

it('counts a small ship and the water within 3 px of it alike, everything else once', async () => {
  const weights = await weightsFor([[0, 20, 30, 10, 5]])
  const weight = pixelWeight(50)
  expect(weight).toBeCloseTo(Math.sqrt(400 / 50))
  for (let pixel = 0; pixel < weights.length; pixel++) {
    const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)]
    const near = x >= 17 && x < 33 && y >= 27 && y < 38
    expect(weights[pixel]).toBeCloseTo(near ? weight : 1)
  }
})

it('reaches neither into the next row, nor the next image, nor another ship', async () => {
  // in the last corner of the first image, and beside a ship that is large enough to count once
  const weights = await weightsFor([
    [0, SIDE - 4, SIDE - 4, 4, 4],
    [1, 30, 10, 30, 30],
    [1, 60, 20, 3, 3],
  ])
  const at = (image: number, x: number, y: number): number => weights[(image * SIDE + y) * SIDE + x]!
  expect(at(0, SIDE - 1, SIDE - 1)).toBe(3)
  expect(at(0, SIDE - 7, SIDE - 7)).toBe(3)
  expect(at(0, 0, SIDE - 2)).toBe(1)
  expect(at(1, SIDE - 1, 0)).toBe(1)
  expect(at(1, 59, 21)).toBe(1)
  expect(at(1, 63, 21)).toBe(3)
})
