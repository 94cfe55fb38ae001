import { expect, it } from 'vitest'
import * as m from '../../../../src-main/core/mask/rle.ts'
import { A, B, P, box, ids, setUp } from '../fake-desk.ts'

it('an area to ignore lies over ships, takes nothing from them, and nothing yields to it', () => {
  const t = setUp('ignore')
  const before = t.areaOf(A)
  for (const [x, y] of [[8, 8], [60, 8], [60, 30], [8, 30]] as const) t.click(x, y) // prettier-ignore
  t.bench.finish('enter')
  const area = t.shown.content!.truth.at(-1)!
  expect(area).toMatchObject({ ignore: true, origin: 'drawn' })
  expect(m.equal(area.rle, box(8, 8, 52, 22))).toBe(true)
  expect(t.areaOf(A)).toBe(before)
  t.bench.setTool('polygon')
  for (const [x, y] of [[10, 22], [20, 22], [20, 28], [10, 28]] as const) t.click(x, y) // prettier-ignore
  t.bench.finish('enter')
  expect(m.areaOf(t.shown.content!.truth.at(-1)!.rle)).toBe(60)
})

it('an area to ignore keeps its handles, and is dragged over ships, which keep their pixels', () => {
  const t = setUp('ignore')
  const before = t.areaOf(A)
  for (const [x, y] of [[60, 8], [90, 8], [90, 30], [60, 30]] as const) t.click(x, y) // prettier-ignore
  t.bench.finish('enter')
  t.bench.setTool('select')
  for (const policy of ['yield', 'take'] as const) {
    t.bench.policy = policy
    const [from, to] = policy === 'yield' ? [60, 8] : [8, 60]
    t.drag([from, 8], [to, 8])
    t.drag([from, 30], [to, 30])
    const area = t.shown.content!.truth.at(-1)!
    expect(area).toMatchObject({ ignore: true, shape: { kind: 'polygon' } })
    expect(m.equal(area.rle, box(to, 8, 90 - to, 22))).toBe(true)
    expect(t.areaOf(A)).toBe(before)
  }
  // a policy of taking, over the ship
  t.drag([60, 8], [8, 8])
  expect(t.areaOf(A)).toBe(before)
})

it('an area to ignore lies beneath what is in it: ships and predictions are pointed at first', () => {
  const t = setUp('ignore')
  for (const [x, y] of [[5, 5], [90, 5], [90, 70], [5, 70]] as const) t.click(x, y) // prettier-ignore
  t.bench.finish('enter')
  const area = t.bench.selection[0]!.id
  t.bench.setTool('select')
  t.bench.select([])
  for (const [x, y, id] of [
    [75, 55, P],
    [45, 15, B],
    [60, 40, area],
  ] as const) {
    t.click(x, y)
    expect(ids(t.bench.selection)).toEqual([id])
  }
})

it('an area to ignore is merged with no ship', () => {
  const t = setUp('ignore')
  for (const [x, y] of [[5, 5], [35, 5], [35, 70], [5, 70]] as const) t.click(x, y) // prettier-ignore
  t.bench.finish('enter')
  const area = t.bench.selection[0]!
  t.bench.select([{ kind: 'truth', id: A }, area])
  t.bench.setTool('merge')
  t.bench.finish('enter')
  expect(t.refusals).toEqual([
    'A ship and an area to ignore do not become one. Merge ships alone, or areas alone.',
  ])
  expect(t.shown.content!.truth.map(({ id }) => id)).toEqual([A, B, area.id])
})
