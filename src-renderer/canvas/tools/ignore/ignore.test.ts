import { expect, it } from 'vitest'
import * as m from '../../../../src-main/core/mask/rle.ts'
import { A, box, setUp } from '../fake-desk.ts'

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
