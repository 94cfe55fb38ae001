import { describe, expect, it } from 'vitest'
import { OutlineDrawing, type Outline } from './outline-drawing.ts'
import { OUTLINE, OutlineRaster } from './outline-raster.ts'

const VIEW = { camera: { scale: 2.3, x: -5, y: 4 }, ratio: 1 }

/** Squares that overlap, in two colours. */
function outlines(count: number, from: number): Outline[] {
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = [(from + i * 7) % 60, (from + i * 5) % 60]
    const ring = Int32Array.of(x, y, x + 9, y, x + 9, y + 8, x, y + 8)
    return { rings: [ring], style: { ...OUTLINE, rgb: [i % 2 ? 250 : 20, 90, 160] as const } }
  })
}

const groups = [outlines(150, 3), outlines(40, 11)]

function inSlices(hasTime: () => boolean): { raster: OutlineRaster; slices: number } {
  const raster = new OutlineRaster(120, 120)
  const drawing = new OutlineDrawing(raster, groups, VIEW)
  let slices = 1
  while (!drawing.goOn(hasTime)) slices++
  return { raster, slices }
}

describe('outlines drawn in slices', () => {
  it('are as those drawn at once: each group over the one before, its grounds below all its lines', () => {
    const expected = new OutlineRaster(120, 120)
    for (const group of groups) {
      for (const { rings, style } of group) expected.under(rings[0]!, VIEW.camera, 1, style)
      for (const { rings, style } of group) expected.line(rings[0]!, VIEW.camera, 1, style)
    }
    const atOnce = inSlices(() => true)
    expect(atOnce.slices).toBe(1)
    expect(atOnce.raster.rgba).toEqual(expected.rgba)
    const many = inSlices(() => false)
    expect(many.slices).toBeGreaterThan(8)
    expect(many.raster.rgba).toEqual(expected.rgba)
  })
})
