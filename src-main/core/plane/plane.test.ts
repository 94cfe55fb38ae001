import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pixelsOf } from '../mask/rle.ts'
import { polygonMask } from '../mask/shapes.ts'
import { inferenceOf } from '../../testing/inference.ts'
import { PointGrid } from './grid.ts'
import { IN_PIXELS, planeOf } from './plane.ts'
import { principalAxes } from './principal.ts'

const coordinate = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -40, max: 40 }).map((value) => value / 4) },
  { weight: 1, arbitrary: fc.integer({ min: -4000, max: 4000 }) },
)
const places = fc.array(fc.record({ x: coordinate, y: coordinate }), { maxLength: 300 })
const gridOf = (points: readonly { x: number; y: number }[]) =>
  new PointGrid(
    Float32Array.from(points, ({ x }) => x),
    Float32Array.from(points, ({ y }) => y),
  )

test('the nearest point is the one that looking at all of them finds', () => {
  fc.assert(
    fc.property(places, coordinate, coordinate, fc.integer({ min: 0, max: 60 }), (points, x, y, reach) => {
      const away = points.map((point) => (point.x - x) ** 2 + (point.y - y) ** 2)
      const least = Math.min(...away)
      const expected = least <= reach * reach ? away.indexOf(least) : -1
      expect(gridOf(points).nearest(x, y, reach)).toBe(expected)
    }),
    { numRuns: 300 },
  )
})

test('a lasso holds the points that its way runs around, once or several times', () => {
  fc.assert(
    fc.property(
      places,
      fc.array(fc.record({ x: coordinate, y: coordinate }), { maxLength: 12 }),
      (points, corners) => {
        const expected = points.flatMap(({ x, y }, i) => {
          const turns = corners.map((a, k): number => {
            const b = corners[(k + 1) % corners.length]!
            const crossed = a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x
            return crossed ? Math.sign(b.y - a.y) : 0
          })
          return turns.reduce((sum, turn) => sum + turn, 0) === 0 ? [] : [i]
        })
        expect([...gridOf(points).inside(corners)]).toEqual(corners.length < 3 ? [] : expected)
      },
    ),
    { numRuns: 300 },
  )
})

test('the same lasso has the same pixels in the plot and in the image, also where its way crosses itself', () => {
  const size = { width: 12, height: 9 }
  const pixels = Array.from({ length: size.width * size.height }, (_, i) => i)
  // points that lie where their pixels do
  const grid = gridOf(pixels.map((i) => ({ x: (i % size.width) + 0.5, y: Math.floor(i / size.width) + 0.5 })))
  // off the pixels' middles, where an edge belongs to one side by another rule
  const off = (most: number, by: number) => fc.integer({ min: -2, max: 4 * most }).map((n) => n / 4 + by)
  const corner = fc.record({ x: off(size.width, Math.SQRT2 / 10), y: off(size.height, Math.PI / 40) })
  fc.assert(
    fc.property(fc.array(corner, { minLength: 3, maxLength: 9 }), (way) => {
      expect([...grid.inside(way)]).toEqual([...pixelsOf(polygonMask(way, size), size)].sort((a, b) => a - b))
    }),
  )
  const twice = [0, 1].flatMap(() => [
    { x: 1, y: 1 },
    { x: 9, y: 1 },
    { x: 9, y: 7 },
    { x: 1, y: 7 },
  ])
  expect(grid.inside(twice)).toHaveLength(48)
})

test('principal axes of points along a line are that line and what is at right angles to it', () => {
  const points = Array.from({ length: 50 }, (_, i) => i - 20)
  const [along, ...others] = principalAxes(
    Float32Array.from(points.flatMap((t) => [2 * t, t, -2 * t + 5])),
    3,
  )
  along!.forEach((part, c) => expect(part).toBeCloseTo([2 / 3, 1 / 3, -2 / 3][c]!, 6))
  for (const other of others) {
    expect(other.reduce((sum, part, c) => sum + part * along![c]!, 0)).toBeCloseTo(0, 6)
    expect(Math.hypot(...other)).toBeCloseTo(1, 6)
  }
})

test('a plane has the channels that are asked for, or the widest of all', () => {
  const size = { width: 8, height: 4 }
  const foreground = new Float32Array(32).fill(0.9)
  // channel 2 alone tells pixels apart: those of the right half have 100 there; all point at (3, 2)
  const offset = Float32Array.from({ length: 96 }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3]
    const [x, y] = [pixel % 8, Math.floor(pixel / 8)]
    return channel === 0 ? 3 - x : channel === 1 ? 2 - y : x < 4 ? 0 : 100
  })
  const inference = inferenceOf({ ...size, channels: 3, foreground, offset })
  const at = (axes: Parameters<typeof planeOf>[1], k: number) => {
    const plane = planeOf(inference, axes)
    return [plane.x[k], plane.y[k]]
  }
  expect(at(IN_PIXELS, 9)).toEqual([3, 2])
  expect([at({ x: 2, y: 0 }, 0), at({ x: 2, y: 0 }, 7)]).toEqual([
    [0, 3],
    [100, 3],
  ])
  expect(at({ x: 'principal 1', y: 1 }, 7)).toEqual([100, 2])
})
