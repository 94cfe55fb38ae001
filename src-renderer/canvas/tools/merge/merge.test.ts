import { expect, it } from 'vitest'
import { A, B, ids, setUp } from '../fake-desk.ts'

it('merge by two clicks keeps the first', () => {
  const t = setUp('merge')
  t.click(45, 15)
  t.click(25, 15)
  expect(t.shown.content!.truth.map(({ id }) => id)).toEqual([B])
  expect(ids(t.bench.selection)).toEqual([B])
})

it('merge of the selected by Enter', () => {
  const t = setUp('merge')
  t.bench.select([A, B].map((id) => ({ kind: 'truth', id })))
  expect(t.bench.finish('enter')).toBe(true)
  expect(t.areaOf(A)).toBe(300)
})
