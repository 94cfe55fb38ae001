import { expect, it } from 'vitest'
import { densityOf } from './density.ts'
import { rgba, writeDots } from './dots.ts'

const camera = { scale: 2, x: 1, y: -1 }

it('writes dots of whole pixels where the camera has them, cut at the border, the last one above', () => {
  const ground = { pixels: new Uint32Array(8 * 6), width: 8, height: 6 }
  const points = { x: Float32Array.of(1, 3, 40), y: Float32Array.of(1.5, 0.5, 1) }
  const [first, second] = [rgba([255, 0, 0], 255), rgba([0, 255, 0], 128)]
  // at (3, 2) and (7, 0); the third lies outside
  writeDots(ground, points, Uint32Array.of(0, 1, 2), camera, 3, first)
  writeDots(ground, points, Uint32Array.of(0), camera, 1, second)
  const lit = [...ground.pixels].flatMap((pixel, i) =>
    pixel === first ? [`${i % 8},${Math.floor(i / 8)}`] : [],
  )
  expect(lit).toEqual(['6,0', '7,0', '2,1', '3,1', '4,1', '6,1', '7,1', '2,2', '4,2', '2,3', '3,3', '4,3'])
  expect(ground.pixels[2 * 8 + 3]).toBe(second)
  expect([...new Uint8Array(Uint32Array.of(rgba([1, 2, 3], 4)).buffer)]).toEqual([1, 2, 3, 4])
})

it('is densest where most points lie, fades by 1 / (1 + d^2), and leaves out points of no mode', () => {
  const place = { x: Float32Array.of(2, 2, 6), y: Float32Array.of(3, 3, 3), mode: Int32Array.of(0, 0, -1) }
  const { values } = densityOf(place, { scale: 1, x: 0.5, y: 0.5 }, { columns: 10, rows: 7 })
  expect([values[3 * 10 + 2], values[3 * 10 + 3], values[4 * 10 + 3], values[3 * 10 + 6]]).toEqual([
    1,
    0.5,
    expect.closeTo(1 / 3, 6),
    0,
  ])
})
