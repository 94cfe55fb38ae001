import { expect, it } from 'vitest'
import { arrowsIn } from './field-arrows.ts'

it('gives the arrows of every so many pixels of what is in view, from their middles to where they point', () => {
  // all of 8 x 8 px, pointing at (4, 4); the last row is too faint
  const pixel = Uint32Array.from({ length: 64 }, (_, i) => i)
  const field = {
    ...{ pixel, width: 8, x: new Float32Array(64).fill(4), y: new Float32Array(64).fill(4) },
    shows: Int32Array.from(pixel, (p) => (p >= 56 ? -1 : 0)),
  }
  const all = { x: 0, y: 0, width: 8, height: 8 }
  expect(arrowsIn(field, all, 1)).toHaveLength(4 * 56)
  expect(arrowsIn(field, all, 4)).toHaveLength(4 * 4)
  expect(arrowsIn(field, { x: 3, y: 3, width: 3, height: 3 }, 4)).toEqual([4.5, 4.5, 4.5, 4.5])
  expect(arrowsIn(field, { x: 0, y: 0, width: 1, height: 1 }, 4)).toEqual([0.5, 0.5, 4.5, 4.5])
})
