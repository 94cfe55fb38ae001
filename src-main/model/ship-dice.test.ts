import type { Tensor2D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Architecture, TrainBatch } from '../contract/engine.ts'
import { normal, randomFrom, wholeBetween } from '../core/random.ts'
import type { BatchTensors } from './batch.ts'
import { batchTensors, tensorsOf } from './batch.ts'
import { packedOrder } from './packing.ts'
import { segmentsOf } from './segments.ts'
import { diceByShip } from './ship-dice.ts'
import { pixelWeightBeside, surroundingsOf } from './surroundings.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

const ARCHITECTURE: Architecture = {
  ...{ family: 'fast-unet', levels: [4, 6], embedding: 2, offsetScale: 5, coordinates: 'pixel' },
}
const CROP = 32

type Box = [image: number, label: number, x: number, y: number, width: number, height: number]

function batchOf(batch: number, boxes: readonly Box[]): TrainBatch {
  const labels = new Uint16Array(batch * CROP * CROP)
  for (const [image, label, x, y, width, height] of boxes)
    for (let row = y; row < y + height; row++)
      labels.fill(label, (image * CROP + row) * CROP + x, (image * CROP + row) * CROP + x + width)
  return { images: new Uint8Array(3 * labels.length), labels, batch, crop: CROP }
}

/** Two that touch, one alone in a corner, one of two pixels; an image without any. */
const BOXES: Box[] = [
  [0, 3, 4, 4, 10, 4],
  [0, 1, 4, 8, 10, 3],
  [1, 1, 0, 0, 6, 6],
  [1, 9, 20, 20, 2, 1],
]

/** The surroundings in row-major pixels, found the slow way: of each pixel of water the ships within reach, by rounds of growth. */
function grownBy(labels: Uint16Array, batch: number): Map<string, number[]> {
  const owners = new Map<string, number[]>()
  const own = Array.from(labels, (label, i) => (label ? `${Math.floor(i / CROP ** 2)} ${label}` : ''))
  for (let round = 0; round < 5; round++) {
    const before = [...own]
    for (let i = 0; round > 0 && i < own.length; i++) {
      if (own[i]) continue
      const [image, y, x] = [Math.floor(i / CROP ** 2), Math.floor(i / CROP) % CROP, i % CROP]
      const candidates = new Set<string>()
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
        ...(round % 2 === 0
          ? [
              [1, 1],
              [-1, 1],
              [1, -1],
              [-1, -1],
            ]
          : []),
      ] as [number, number][]) {
        const [u, v] = [x + dx, y + dy]
        if (u < 0 || v < 0 || u >= CROP || v >= CROP) continue
        const known = before[(image * CROP + v) * CROP + u]
        if (known) candidates.add(known)
      }
      // where two are as near either will do; the test looks only at those that are certain
      if (candidates.size === 1) own[i] = [...candidates][0]!
      else if (candidates.size > 1) own[i] = 'either'
    }
  }
  own.forEach((key, i) => void (owners.get(key) ?? owners.set(key, []).get(key)!).push(i))
  expect(batch * CROP ** 2).toBe(own.length)
  return owners
}

describe('what is beside ships', () => {
  it('is the water up to 4 px away, each pixel beside one ship, inside its own image', () => {
    const { labels, batch } = batchOf(3, BOXES)
    const order = packedOrder(batch, CROP, CROP)
    const packed = Uint16Array.from(order, (pixel) => labels[pixel]!)
    const segments = segmentsOf(packed, CROP * CROP, 0)
    const { place, ship, size } = surroundingsOf(segments, new Float32Array(labels.length).fill(1), CROP)
    expect(new Set(place).size).toBe(place.length)
    expect(size.reduce((sum, own) => sum + own, 0)).toBe(place.length)
    const keyOf = new Map(
      Array.from(segments.first, (first, i) => {
        const pixel = order[segments.pixel[first]!]!
        return [i, `${Math.floor(pixel / CROP ** 2)} ${labels[pixel]}`]
      }),
    )
    const found = new Map(Array.from(place, (at, i) => [order[at]!, keyOf.get(ship[i]!)!]))
    const expected = grownBy(labels, batch)
    let certain = 0
    for (const [key, pixels] of expected) {
      for (const pixel of pixels) {
        if (key === '') expect(found.has(pixel)).toBe(false)
        else if (key !== 'either') {
          certain++
          expect(found.get(pixel)).toBe(key)
        } else expect(found.has(pixel)).toBe(true)
      }
    }
    expect(certain).toBeGreaterThan(300)
    const unknown = Float32Array.from(order, (pixel) => Number(pixel % CROP < 15))
    const known = surroundingsOf(segments, unknown, CROP)
    for (const [i, at] of known.place.entries()) {
      if (i >= segments.pixel.length) expect(order[at]! % CROP).toBeLessThan(15)
    }
    expect(known.place.length).toBeLessThan(place.length)
  })

  it('counts with its ship the same for every ship, but for slivers and for the smallest', () => {
    const total = (area: number, size: number): number => size * pixelWeightBeside(area, size)
    expect(total(400, 900)).toBeCloseTo(1000, 9)
    expect(total(6000, 7500)).toBeCloseTo(1000, 9)
    expect(total(8, 200)).toBeCloseTo(500, 9)
    expect(total(16, 100)).toBe(800)
  })
})

/** The definition, pixel by pixel. */
function expectedDice({ labels, batch }: TrainBatch, logits: ArrayLike<number>): number {
  const order = packedOrder(batch, CROP, CROP)
  const segments = segmentsOf(
    Uint16Array.from(order, (pixel) => labels[pixel]!),
    CROP * CROP,
    0,
  )
  const { place, ship } = surroundingsOf(segments, new Float32Array(labels.length).fill(1), CROP)
  let [sum, weights] = [0, 0]
  for (let s = 0; s < segments.count; s++) {
    let [both, sizes] = [0, 0]
    place.forEach((at, i) => {
      if (ship[i] !== s) return
      const [t, p] = [labels[order[at]!] ? 1 : 0, 1 / (1 + Math.exp(-logits[at]!))]
      both += t * p
      sizes += t + p
    })
    const weight = Math.min(1, segments.area[s]! / 16)
    sum += weight * (1 - (2 * both + 1) / (sizes + 1))
    weights += weight
  }
  return sum / Math.max(1, weights)
}

describe.each(BACKENDS)('the Dice of each ship on %s', (backend) => {
  beforeAll(() => use(backend))

  const diceOf = (z: Tensor2D, { ships, segments, truth }: BatchTensors) =>
    diceByShip(tf, ships!, segments.area, z, truth)
  const logits = (values: Float32Array): Tensor2D => tf.tensor2d(values, [values.length / 4, 4])

  it('is its definition, and its gradient that of finite differences', () => {
    const batch = batchOf(3, BOXES)
    const random = randomFrom(4)
    const z = Float32Array.from(batch.labels, () => normal(random))
    const tensors = batchTensors(tf, batch, ARCHITECTURE, 'ship')
    const { value, grad } = tf.valueAndGrad((x) => diceOf(x as Tensor2D, tensors))(logits(z))
    expect(value.dataSync()[0]).toBeCloseTo(expectedDice(batch, z), 5)
    const slopes = grad.dataSync()
    const steepest = Array.from(slopes, (_, i) => i).sort(
      (a, b) => Math.abs(slopes[b]!) - Math.abs(slopes[a]!),
    )
    for (const i of [...steepest.slice(0, 12), 0, 700]) {
      const moved = (by: number): number => expectedDice(batch, z.with(i, z[i]! + by))
      expect(slopes[i]).toBeCloseTo((moved(1e-3) - moved(-1e-3)) / 2e-3, 4)
    }
    tf.dispose([value, grad, ...tensorsOf(tensors)])
  })

  it.each([
    ['no ship at all', []],
    [
      'ships that fill their images',
      [
        [0, 1, 0, 0, 32, 32],
        [1, 1, 0, 0, 32, 32],
      ] as Box[],
    ],
    ['one pixel', [[0, 1, 31, 31, 1, 1]] as Box[]],
  ])('is finite with %s, however sure the network is', (_, boxes) => {
    for (const sure of [-200, 0, 200]) {
      const tensors = batchTensors(tf, batchOf(2, boxes), ARCHITECTURE, 'ship')
      const z = logits(new Float32Array(2 * CROP * CROP).fill(sure))
      const { value, grad } = tf.valueAndGrad((x) => diceOf(x as Tensor2D, tensors))(z)
      expect(value.dataSync()[0]).toBeGreaterThanOrEqual(0)
      expect(value.dataSync()[0]).toBeLessThanOrEqual(boxes.length === 0 ? 0 : 1)
      expect(grad.dataSync().every(Number.isFinite)).toBe(true)
      tf.dispose([value, grad, z, ...tensorsOf(tensors)])
    }
  })

  it('has inputs of the same shapes from 1 to 60 ships, and leaves no tensor behind', () => {
    const random = randomFrom(6)
    const shapesOf = (count: number): string => {
      const boxes = Array.from({ length: count }, (_, i): Box => {
        const [x, y] = [wholeBetween(random, 0, 28), wholeBetween(random, 0, 28)]
        return [i % 2, 1 + i, x, y, 3, 3]
      })
      const before = tf.memory().numTensors
      const tensors = batchTensors(tf, batchOf(2, boxes), ARCHITECTURE, 'ship')
      const shapes = tensorsOf(tensors).map(({ shape }) => shape.join('x'))
      tf.dispose(tensorsOf(tensors))
      expect(tf.memory().numTensors).toBe(before)
      return shapes.join(' ')
    }
    expect(new Set([1, 20, 60].map(shapesOf)).size).toBe(1)
  })
})
