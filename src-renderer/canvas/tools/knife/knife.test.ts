import { expect, it } from 'vitest'
import * as m from '../../../../src-main/core/mask/rle.ts'
import { A, setUp } from '../fake-desk.ts'

it('a stroke across splits, one that ends inside is refused', () => {
  const t = setUp('knife')
  t.drag([18, 5], [18, 25])
  expect([t.areaOf(A), m.areaOf(t.shown.content!.truth.at(-1)!.rle)]).toEqual([120, 80])
  t.drag([45, 5], [45, 15])
  expect(t.refusals).toHaveLength(1)
  t.click(45, 15)
  expect(t.refusals).toHaveLength(1)
})
