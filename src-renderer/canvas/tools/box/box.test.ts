import { expect, it } from 'vitest'
import * as m from '../../../../src-main/core/mask/rle.ts'
import { box, setUp } from '../fake-desk.ts'

it('bow, stern, width, each with its hint', () => {
  const t = setUp('box')
  const hints = [t.bench.view().hint]
  t.click(60, 25)
  hints.push(t.bench.view().hint)
  t.click(80, 25)
  hints.push(t.bench.view().hint)
  t.move(70, 28)
  t.click(70, 28)
  expect(hints).toEqual(['Click the bow', 'Click the stern', 'Move for the width, click'])
  expect(m.equal(t.shown.content!.truth.at(-1)!.rle, box(60, 22, 20, 6))).toBe(true)
})
