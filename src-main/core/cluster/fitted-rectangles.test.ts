import { describe, expect, it } from 'vitest'
import { inferenceOf } from '../../testing/inference.ts'
import type { Rle } from '../mask/rle.ts'
import { areaOf, fromPredicate, intersectionArea } from '../mask/rle.ts'
import { between, randomFrom } from '../random.ts'
import { clusterInference, DEFAULT_CLUSTER_SETTINGS } from './cluster.ts'
import { fittedRectangles } from './fitted-rectangles.ts'

const SIDE = 48
const SIZE = { width: SIDE, height: SIDE }
const FINE = 4

interface Box {
  x: number
  y: number
  length: number
  breadth: number
  angle: number
}

const isInside = ({ x, y, length, breadth, angle }: Box, px: number, py: number): boolean => {
  const [dx, dy] = [px - x, py - y]
  const [a, b] = [dx * Math.cos(angle) + dy * Math.sin(angle), dy * Math.cos(angle) - dx * Math.sin(angle)]
  return Math.abs(a) < length / 2 && Math.abs(b) < breadth / 2
}

/** What share of each pixel's neighbourhood lies in one of the boxes, blurred by about a pixel, as networks see. */
function foregroundOf(boxes: readonly Box[], peak = 1): Float32Array {
  const fine = SIDE * FINE
  let plane = Float32Array.from({ length: fine * fine }, (_, i) => {
    const [px, py] = [((i % fine) + 0.5) / FINE, (Math.floor(i / fine) + 0.5) / FINE]
    return boxes.some((box) => isInside(box, px, py)) ? peak : 0
  })
  // three boxes of 1.75 px, along rows and along columns: nearly a Gaussian of 0.87 px
  const reach = 3
  for (const step of [1, fine, 1, fine, 1, fine]) {
    const before = plane
    plane = before.map((_, i) => {
      let sum = 0
      for (let k = -reach; k <= reach; k++) sum += before[i + k * step] ?? 0
      return sum / (2 * reach + 1)
    })
  }
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [(i % SIDE) * FINE, Math.floor(i / SIDE) * FINE]
    let sum = 0
    for (let v = 0; v < FINE; v++) for (let u = 0; u < FINE; u++) sum += plane[(y + v) * fine + x + u]!
    return sum / FINE ** 2
  })
}

const seen = (boxes: readonly Box[], peak?: number) =>
  inferenceOf({
    ...SIZE,
    channels: 2,
    foreground: foregroundOf(boxes, peak),
    offset: new Float32Array(2 * SIDE * SIDE),
  })

const mask = (box: Box): Rle => fromPredicate(SIZE, (x, y) => isInside(box, x + 0.5, y + 0.5))
const iou = (a: Rle, b: Rle): number => {
  const common = intersectionArea(a, b)
  return common / (areaOf(a) + areaOf(b) - common)
}
const SETTINGS = { ...DEFAULT_CLUSTER_SETTINGS, separate: false, rectangles: true, minArea: 1 }

describe('fittedRectangles', () => {
  it.each([1, 0.7])(
    'finds place, size and angle of a blurred box to a fraction of a pixel, peak %d',
    (peak) => {
      const random = randomFrom(3)
      for (let i = 0; i < 6; i++) {
        const box: Box = {
          ...{ x: between(random, 20, 28), y: between(random, 20, 28), angle: between(random, 0, Math.PI) },
          ...{ length: between(random, 10, 20), breadth: between(random, 4, 6) },
        }
        const inference = seen([box], peak)
        const labels = Int16Array.from(inference.foreground, (value) => (value >= 127 * peak ? 0 : -1))
        const [corners] = fittedRectangles(inference, labels, [0])
        const side = (a: number, b: number): number =>
          Math.hypot(corners![a]!.x - corners![b]!.x, corners![a]!.y - corners![b]!.y)
        const middle = [(corners![0]!.x + corners![2]!.x) / 2, (corners![0]!.y + corners![2]!.y) / 2]
        expect(Math.hypot(middle[0]! - box.x, middle[1]! - box.y)).toBeLessThan(0.1)
        expect(Math.abs(side(0, 1) - box.length)).toBeLessThan(0.7)
        expect(Math.abs(side(1, 2) - box.breadth)).toBeLessThan(0.5)
        const angle = Math.atan2(corners![1]!.y - corners![0]!.y, corners![1]!.x - corners![0]!.x)
        expect(Math.abs(Math.sin(angle - box.angle))).toBeLessThan(0.05)
      }
    },
  )

  it('is nearer to small boxes than rectangles around what is above a threshold, whatever the threshold', () => {
    const random = randomFrom(8)
    const boxes = Array.from({ length: 20 }, (): Box => ({
      ...{ x: between(random, 20, 28), y: between(random, 20, 28), angle: between(random, 0, Math.PI) },
      ...{ length: between(random, 7, 14), breadth: between(random, 3, 4.5) },
    }))
    const images = boxes.map((box) => ({ truth: mask(box), inference: seen([box]) }))
    const mean = (foreground: number, fitted: boolean): number => {
      const all = images.map(({ truth, inference }) => {
        const { instances } = clusterInference(inference, { ...SETTINGS, foreground, fitted })
        return instances[0] ? iou(instances[0].rle, truth) : 0
      })
      return all.reduce((sum, one) => sum + one, 0) / all.length
    }
    const around = [0.3, 0.5, 0.7].map((foreground) => mean(foreground, false))
    const fitted = [0.3, 0.5, 0.7].map((foreground) => mean(foreground, true))
    expect(Math.min(...fitted)).toBeGreaterThan(Math.max(...around))
    // the threshold hardly matters any more
    expect(Math.max(...fitted) - Math.min(...fitted)).toBeLessThan(0.1)
  })

  it('keeps ships apart that lie beside each other, and gives one pixel back', () => {
    const boxes = [18, 26].map((y): Box => ({ x: 24, y, length: 16, breadth: 4, angle: 0 }))
    const { instances } = clusterInference(seen(boxes), { ...SETTINGS, fitted: true })
    expect(instances.map(({ rle }, i) => iou(rle, mask(boxes[i]!)) > 0.85)).toEqual([true, true])
    const dot = inferenceOf({
      ...SIZE,
      channels: 2,
      foreground: Float32Array.from({ length: SIDE * SIDE }, (_, i) => Number(i === 20 * SIDE + 20)),
      offset: new Float32Array(2 * SIDE * SIDE),
    })
    const one = clusterInference(dot, { ...SETTINGS, fitted: true })
    expect(one.instances.map(({ rle }) => [...rle])).toEqual([[20 * SIDE + 21, 1]])
  })
})
