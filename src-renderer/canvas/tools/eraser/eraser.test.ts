import { expect, it } from 'vitest'
import { A, B, setUp } from '../fake-desk.ts'

it('erases from the selected alone, or from all', () => {
  const t = setUp('eraser')
  t.bench.brush = 4
  t.bench.select([{ kind: 'truth', id: A }])
  t.drag([25, 15], [45, 15])
  expect([t.areaOf(A) < 200, t.areaOf(B)]).toEqual([true, 100])
  t.bench.select([])
  t.drag([45, 15], [48, 15])
  expect(t.areaOf(B)).toBeLessThan(100)
  t.drag([90, 70], [95, 70])
  expect(t.refusals).toEqual(['There was nothing to erase under the stroke.'])
})
