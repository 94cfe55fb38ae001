import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as m from '../../../src-main/core/mask/rle.ts'
import type { RasterInstance } from './tile.ts'
import { Raster } from './raster.ts'
import { TILE } from './tile.ts'

/** An image over four tiles; instances lie around the corner where they meet. */
const SIZE = { width: TILE + 20, height: TILE + 20 }
const COLOURS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
] as const

const box = fc.record({
  x: fc.integer({ min: TILE - 8, max: TILE + 6 }),
  y: fc.integer({ min: TILE - 8, max: TILE + 6 }),
  width: fc.integer({ min: 1, max: 8 }),
  height: fc.integer({ min: 1, max: 8 }),
})
const instances = fc.array(fc.tuple(box, fc.nat(2), fc.nat(5)), { maxLength: 5 }).map((list) => {
  const unique = new Map(list.map(([area, colour, id]) => [`i${id}`, { area, colour }]))
  return [...unique].map(([id, { area, colour }]): RasterInstance => ({
    id,
    rle: m.fromPredicate(SIZE, () => true, area),
    bounds: area,
    fill: COLOURS[colour]!,
  }))
})

function instance(
  id: string,
  rle: m.Rle,
  fill: RasterInstance['fill'],
  height = SIZE.height,
): RasterInstance {
  return { id, rle, bounds: m.boundsOf(rle, height)!, fill }
}

const WHOLE = { x: 0, y: 0, ...SIZE }

/** Every pixel around the corner: who is there, and the colour. */
function picture(raster: Raster): string[] {
  const rows: string[] = []
  for (const tile of raster.tilesIn(WHOLE)) {
    for (let y = TILE - 10; y < TILE + 16; y++) {
      for (let x = TILE - 10; x < TILE + 16; x++) {
        const [tx, ty] = [x - tile.box.x, y - tile.box.y]
        if (tx < 0 || ty < 0 || tx >= TILE || ty >= TILE) continue
        const ids = raster.hits({ x: x + 0.5, y: y + 0.5 }, 0).map((h) => h.id)
        const i = (ty * TILE + tx) * 4
        rows.push(`${x} ${y} ${ids.join(',')} ${tile.rgba.slice(i, i + 4).join(',')}`)
      }
    }
  }
  return rows
}

describe('instance raster', () => {
  it('after any changes is as one made afresh, and tells who is where', () => {
    fc.assert(
      fc.property(fc.array(instances, { minLength: 1, maxLength: 4 }), (states) => {
        const kept = new Raster(SIZE)
        kept.tilesIn(WHOLE)
        for (const state of states) kept.set(state)
        const last = states.at(-1)!
        const fresh = new Raster(SIZE)
        fresh.set(last)
        expect(picture(kept)).toEqual(picture(fresh))
        for (const [x, y] of [
          [TILE, TILE],
          [TILE - 1, TILE],
          [TILE + 3, TILE - 2],
        ] as const) {
          // prettier-ignore
          const there = last.filter(({ rle }) => m.contains(rle, SIZE.height, x, y)).map(({ id }) => id)
          const hits = kept.hits({ x: x + 0.5, y: y + 0.5 }, 0).map((h) => h.id)
          expect(hits).toEqual(there.toReversed().slice(0, 2))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('paints anew only where something changed', () => {
    const raster = new Raster(SIZE)
    const at = (x: number, y: number, side: number): m.Rle =>
      m.fromPredicate(SIZE, () => true, { x, y, width: side, height: side })
    const [still, before, after] = [at(10, 10, 5), at(100, 50, 4), at(102, 50, 4)]
    raster.set([instance('still', still, COLOURS[0]), instance('moves', before, COLOURS[1])]) // prettier-ignore
    const [tile] = raster.tilesIn({ x: 0, y: 0, width: 1, height: 1 })
    expect(tile!.takeDirty()).toEqual({ x: 0, y: 0, width: TILE, height: TILE })
    raster.set([instance('still', still, COLOURS[0]), instance('moves', after, COLOURS[1])]) // prettier-ignore
    expect(tile!.takeDirty()).toEqual({ x: 100, y: 50, width: 6, height: 4 })
    expect(tile!.takeDirty()).toBeNull()
  })

  it('finds the nearest instance within reach', () => {
    const raster = new Raster(SIZE)
    raster.set([
      instance('near', m.fromPixels([20 + 20 * SIZE.width], SIZE), COLOURS[0]),
      instance('far', m.fromPixels([26 + 20 * SIZE.width], SIZE), null),
    ])
    const found = raster.hits({ x: 22.5, y: 20.5 }, 5).map((h) => [h.id, h.distance])
    expect(found).toEqual([['near', 1.5], ['far', 3.5]]) // prettier-ignore
    expect(raster.hits({ x: 22.5, y: 20.5 }, 1)).toEqual([])
    expect(raster.hits({ x: -3, y: -3 }, 5)).toEqual([])
  })

  it('makes no tiles for a view of a huge image, and hits boxes from afar', () => {
    const huge = { width: 20_000, height: 20_000 }
    const raster = new Raster(huge)
    const rle = m.fromPredicate(huge, () => true, { x: 10_000, y: 10_000, width: 20, height: 10 })
    raster.set([instance('only', rle, COLOURS[0], huge.height)])
    expect(raster.tilesIn({ x: 0, y: 0, ...huge })).toEqual([])
    expect(raster.hits({ x: 9_900, y: 10_005 }, 120)).toEqual([{ id: 'only', distance: 100 }])
    expect(raster.hits({ x: 9_900, y: 10_005 }, 90)).toEqual([])
    expect(raster.hits({ x: 10_010.5, y: 10_009.5 }, 2)).toEqual([{ id: 'only', distance: 0 }])
  })
})
