import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gapBetween, joinBoxes, overlapOf } from './box.ts'
import * as c from './camera.ts'
import { distance, imagePoint, screenPoint } from './points.ts'

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const extent = fc.record({
  width: fc.integer({ min: 1, max: 4000 }),
  height: fc.integer({ min: 1, max: 4000 }),
})
const camera = fc.record({ scale: number(0.01, 32), x: number(-5000, 5000), y: number(-5000, 5000) })

describe('camera', () => {
  it('keeps the point under the pointer when it zooms, also at the limits', () => {
    fc.assert(
      fc.property(camera, number(0, 2000), number(0, 2000), number(0.1, 10), (cam, x, y, factor) => {
        const at = screenPoint(x, y)
        const before = c.toImage(cam, at)
        const zoomed = c.zoomAt(cam, at, factor, { min: 0.05, max: 32 })
        const after = c.toScreen(zoomed, before)
        expect(zoomed.scale).toBeGreaterThanOrEqual(0.05)
        expect(zoomed.scale).toBeLessThanOrEqual(32)
        expect(distance(after, at)).toBeLessThan(1e-5)
      }),
    )
  })

  it('fits the whole image in the middle', () => {
    fc.assert(
      fc.property(extent, extent, (image, view) => {
        const cam = c.fitImage(image, view)
        const middle = c.toScreen(cam, imagePoint(image.width / 2, image.height / 2))
        expect(middle.x).toBeCloseTo(view.width / 2, 6)
        expect(middle.y).toBeCloseTo(view.height / 2, 6)
        expect(image.width * cam.scale).toBeLessThanOrEqual(Math.max(view.width, 1) + 1e-6)
        expect(image.height * cam.scale).toBeLessThanOrEqual(Math.max(view.height, 1) + 1e-6)
      }),
    )
  })

  it('never loses the image, and leaves a camera that shows it alone', () => {
    fc.assert(
      fc.property(camera, extent, extent, (cam, image, view) => {
        const clamped = c.clampCamera(cam, image, view)
        expect(c.visibleBox(clamped, image, view)).not.toBeNull()
        const again = c.clampCamera(clamped, image, view)
        expect(again).toEqual(clamped)
      }),
    )
  })
})

describe('boxes', () => {
  it('gap, overlap and join', () => {
    const a = { x: 0, y: 0, width: 2, height: 2 }
    const b = { x: 5, y: 6, width: 1, height: 1 }
    expect(gapBetween(a, b)).toBe(5)
    expect(gapBetween(a, { ...a, x: 2 })).toBe(0)
    expect(overlapOf(a, { ...a, x: 2 })).toBeNull()
    expect(overlapOf(a, { ...a, x: 1 })).toEqual({ x: 1, y: 0, width: 1, height: 2 })
    expect(joinBoxes(a, b)).toEqual({ x: 0, y: 0, width: 6, height: 7 })
  })
})
