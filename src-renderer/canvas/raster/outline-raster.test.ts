import { describe, expect, it } from 'vitest'
import { OUTLINE, OutlineRaster } from './outline-raster.ts'

const SQUARE = Int32Array.of(4, 4, 8, 4, 8, 8, 4, 8)
const style = { ...OUTLINE, rgb: [200, 100, 50] as const }
const at = (raster: OutlineRaster, x: number, y: number) => [
  ...raster.rgba.slice((y * raster.width + x) * 4, (y * raster.width + x) * 4 + 4),
]

function drawn(scale: number, ratio: number, dash: readonly [number, number] | null = null): OutlineRaster {
  const raster = new OutlineRaster(64, 64)
  const camera = { scale, x: 0, y: 0 }
  raster.under(SQUARE, camera, ratio, { ...style, dash })
  raster.line(SQUARE, camera, ratio, { ...style, dash })
  return raster
}

/** 'x' line, '.' ground, ' ' nothing, along row `y`. */
function row(raster: OutlineRaster, y: number): string {
  return Array.from({ length: 64 }, (_, x) => {
    const [r = 0, , , a = 0] = at(raster, x, y)
    return a === 0 ? ' ' : r > 0 ? 'x' : '.'
  }).join('')
}

describe('outlines in device pixels', () => {
  it('lie on the edge of the pixels with black to both sides, as wide at any zoom', () => {
    // edges at 16 and 32, then at 24 and 48
    expect(row(drawn(4, 1), 24)).toBe(' '.repeat(14) + '.xx.' + ' '.repeat(12) + '.xx.' + ' '.repeat(30))
    expect(row(drawn(6, 1), 36)).toBe(' '.repeat(22) + '.xx.' + ' '.repeat(20) + '.xx.' + ' '.repeat(14))
  })

  it('are twice as many device pixels wide on a screen of ratio 2', () => {
    expect(row(drawn(3, 2), 36)).toBe(
      ' '.repeat(20) + '..xxxx..' + ' '.repeat(16) + '..xxxx..' + ' '.repeat(12),
    )
  })

  it('are dashed along the way, with the ground solid', () => {
    const line = row(drawn(6, 1, [5, 3]), 24).slice(22, 50)
    expect(line).toContain('.')
    expect(line.match(/x+/g)?.some((run) => run.length >= 5)).toBe(true)
    expect(line.match(/\.{3,}/g)).not.toBeNull()
    expect(line).not.toContain(' ')
  })

  it('are cut at the view', () => {
    const raster = new OutlineRaster(16, 16)
    raster.line(SQUARE, { scale: 4, x: -20, y: 0 }, 1, style)
    raster.line(SQUARE, { scale: 400, x: -1e6, y: -1e6 }, 1, style)
    expect(at(raster, 12, 15)[3]).toBeGreaterThan(0)
    expect(at(raster, 0, 8)[3]).toBe(0)
  })

  it('clear leaves nothing', () => {
    const raster = drawn(4, 1)
    raster.clear(null)
    expect(raster.rgba.every((v) => v === 0)).toBe(true)
  })

  it('a part that is drawn anew is as if everything had been drawn, and nothing changes beside it', () => {
    const moved = SQUARE.map((v) => v + 2)
    const other = SQUARE.map((v, i) => v + (i % 2 === 0 ? 3 : 0))
    const draw = (raster: OutlineRaster, rings: readonly Int32Array[]) => {
      const camera = { scale: 4, x: -3, y: 1 }
      for (const ring of rings) raster.under(ring, camera, 1, style)
      for (const ring of rings) raster.line(ring, camera, 1, { ...style, dash: [5, 3] })
    }
    const part = { x: 9, y: 12, width: 34, height: 33 }
    const mended = new OutlineRaster(64, 64)
    draw(mended, [other, SQUARE])
    mended.clear(part)
    draw(mended, [other, moved])
    const anew = new OutlineRaster(64, 64)
    draw(anew, [other, moved])
    expect(mended.rgba).toEqual(anew.rgba)
    mended.clear({ x: 0, y: 0, width: 4, height: 64 })
    draw(mended, [moved])
    expect(mended.rgba).toEqual(anew.rgba)
  })
})
