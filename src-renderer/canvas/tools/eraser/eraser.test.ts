import { expect, it } from 'vitest'
import { A, B, P, setUp } from '../fake-desk.ts'

it('erases from the selected alone, or from all', () => {
  const t = setUp('eraser')
  t.bench.brush = { diameter: 4, tip: 'round' }
  t.bench.select([{ kind: 'truth', id: A }])
  t.drag([25, 15], [45, 15])
  expect([t.areaOf(A) < 200, t.areaOf(B)]).toEqual([true, 100])
  t.bench.select([])
  t.drag([45, 15], [48, 15])
  expect(t.areaOf(B)).toBeLessThan(100)
  t.drag([90, 70], [95, 70])
  expect(t.refusals).toEqual(['There was nothing to erase under the stroke.'])
})

it('says so where a ship is erased to nothing, before and after; of a prediction it accepts what is left', () => {
  const t = setUp('eraser')
  t.bench.brush = { diameter: 30, tip: 'square' }
  t.down(45, 15)
  expect(t.bench.view().hint).toBe('Ship 2 had no pixel left, so it is gone. Undo brings it back.')
  t.up(45, 15)
  expect(t.notes).toEqual(['Ship 2 had no pixel left, so it is gone. Undo brings it back.'])
  t.bench.brush = { diameter: 4, tip: 'square' }
  t.click(72, 52)
  expect(t.plans[1]!.decisions).toEqual([{ prediction: P, from: null, to: 'accepted' }])
  expect(t.areaOf(t.shown.content!.truth.at(-1)!.id)).toBe(100 - 16)
})
