import { expect, it } from 'vitest'
import { areaOf, contains } from '../../../../src-main/core/mask/rle.ts'
import { setUp, SIZE } from '../fake-desk.ts'

it('gives the pixels inside a drag, or under the brush, changes nothing, and lets go at Escape', () => {
  const t = setUp('lasso')
  t.down(10, 10)
  t.move(20, 10)
  t.move(20, 20)
  t.move(10, 20)
  t.up(10, 20)
  const [drawn] = t.picks
  expect([
    areaOf(drawn!),
    contains(drawn!, SIZE.height, 10, 10),
    contains(drawn!, SIZE.height, 20, 20),
  ]).toEqual([100, true, false])
  t.bench.brush = { diameter: 3, tip: 'square' }
  t.down(30, 30)
  t.up(30, 30)
  expect(areaOf(t.picks[1]!)).toBe(9)
  t.bench.finish('escape')
  expect(t.picks[2]).toBeNull()
  expect(t.plans).toEqual([])
})
