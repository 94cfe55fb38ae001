import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toScreen } from '../../../src-main/core/geometry/camera.ts'
import { imagePoint } from '../../../src-main/core/geometry/points.ts'
import { fitPoints } from './scatter.ts'

const value = fc.double({ min: -1000, max: 1000, noNaN: true })
// from the narrowest window on
const view = fc.record({
  width: fc.integer({ min: 200, max: 2000 }),
  height: fc.integer({ min: 200, max: 1200 }),
})

it('shows all points below the tools, and beside the numbers and names of the axes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 90 }), view, (points, size) => {
      const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
      const camera = fitPoints(xs, ys, size)
      for (const [x, y] of points) {
        const at = toScreen(camera, imagePoint(x, y))
        expect(at.x).toBeGreaterThan(40)
        expect(at.x).toBeLessThan(size.width - 16)
        expect(at.y).toBeGreaterThan(46)
        expect(at.y).toBeLessThan(size.height - 50)
      }
    }),
  )
})

it('shows what leaves the crowd a little, and does not shrink the crowd for what lies far off', () => {
  const size = { width: 800, height: 500 }
  const crowd = Array.from({ length: 1000 }, (_, i) => i / 10)
  const topOf = (y: number): number =>
    toScreen(fitPoints([...crowd, 50], [...crowd, y], size), imagePoint(50, y)).y
  expect(topOf(-40)).toBeGreaterThan(46)
  expect(topOf(-40)).toBeLessThan(100)
  expect(topOf(-4000)).toBeLessThan(-1000)
})
