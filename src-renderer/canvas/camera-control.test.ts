import { describe, expect, it } from 'vitest'
import { toImage, toScreen } from '../../src-main/core/geometry/camera.ts'
import { imagePoint, screenPoint } from '../../src-main/core/geometry/points.ts'
import { CameraControl } from './camera-control.ts'

const VIEW = { width: 800, height: 600 }
const IMAGE = { width: 768, height: 768 }

function control(key: string) {
  let changes = 0
  const camera = new CameraControl(() => changes++)
  camera.setView(VIEW)
  camera.setImage(key, IMAGE)
  return { camera, changes: () => changes }
}

describe('camera of a canvas', () => {
  it('fits until someone moves it, also as the view changes', () => {
    const { camera } = control('fits')
    expect(camera.camera.scale).toBeCloseTo((600 - 48) / 768)
    camera.setView({ width: 800, height: 1000 })
    expect(camera.camera.scale).toBeCloseTo((800 - 48) / 768)
  })

  it('comes back to where an image was left, in the middle of a view of any size', () => {
    const { camera } = control('left')
    camera.zoomBy(4, screenPoint(100, 100))
    const { scale } = camera.camera
    const middle = toImage(camera.camera, screenPoint(400, 300))
    camera.setImage('another', IMAGE)
    expect(camera.camera.scale).not.toBe(scale)
    camera.setView({ width: 400, height: 900 })
    camera.setImage('left', IMAGE)
    expect(camera.camera.scale).toBe(scale)
    const back = toScreen(camera.camera, middle)
    expect([back.x, back.y].map(Math.round)).toEqual([200, 450])
    camera.fit()
    camera.setImage('another', IMAGE)
    camera.setImage('left', IMAGE)
    expect(camera.camera.scale).toBeLessThan(scale)
  })

  it('keeps zoom and place for the next image where a person wants it so, and fits it anew else', () => {
    const { camera } = control('kept')
    camera.zoomBy(4, screenPoint(100, 100))
    const { scale } = camera.camera
    const middle = toImage(camera.camera, screenPoint(400, 300))
    camera.setImage('kept, fitted', IMAGE)
    expect(camera.camera.scale).toBeLessThan(scale)
    camera.setImage('kept', IMAGE)
    camera.keeps = true
    camera.setImage('kept, next', IMAGE)
    expect(camera.camera.scale).toBe(scale)
    expect(toImage(camera.camera, screenPoint(400, 300))).toEqual(middle)
    camera.fit()
    camera.setImage('kept, after a fit', IMAGE)
    expect(camera.camera.scale).toBeCloseTo((600 - 48) / 768)
  })

  it('keeps within 3,200 % and a quarter of the fitting scale', () => {
    const { camera } = control('limits')
    camera.zoomBy(1e9)
    expect(camera.camera.scale).toBe(32)
    camera.zoomBy(1e-9)
    expect(camera.camera.scale).toBeCloseTo((600 - 48) / 768 / 4)
  })

  it('reveals what is out of view without changing the scale, and leaves alone what is in view', () => {
    const { camera, changes } = control('reveal')
    camera.show({ x: 0, y: 0, width: 40, height: 40 })
    const { scale } = camera.camera
    const before = changes()
    camera.reveal({ x: 5, y: 5, width: 10, height: 10 })
    expect(changes()).toBe(before)
    camera.reveal({ x: 700, y: 700, width: 10, height: 10 })
    expect(camera.camera.scale).toBe(scale)
    const middle = toScreen(camera.camera, imagePoint(705, 705))
    expect([Math.round(middle.x), Math.round(middle.y)]).toEqual([400, 300])
  })
})
