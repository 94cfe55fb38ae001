import { describe, expect, it } from 'vitest'
import * as m from '../../src-main/core/mask/rle.ts'
import { DEFAULT_LAYERS } from './api.ts'
import { TOOL_NAMES } from './tools/registry.ts'
import { A, B, P, Q, box, ids, setUp } from './tools/fake-desk.ts'

describe('what gestures change', () => {
  it('is a draft run where the window says so: truth stays, and the plan says what it is of', () => {
    const t = setUp('brush')
    t.bench.setTarget('draft')
    t.bench.brush = { diameter: 3, tip: 'round' }
    t.drag([60, 30], [66, 30])
    expect(t.targets).toEqual(['draft'])
    expect(t.shown.content!.truth.map(({ id }) => id)).toEqual([A, B])
    const drawn = t.shown.content!.predictions.at(-1)!
    expect([t.shown.content!.predictions.length, drawn.decision]).toEqual([3, null])
    expect(t.bench.selection).toEqual([{ kind: 'prediction', id: drawn.id }])

    t.bench.setTool('knife')
    t.bench.select([])
    t.drag([75, 45], [75, 65])
    expect(m.areaOf(t.shown.content!.predictions.find(({ id }) => id === P)!.rle)).toBe(50)
    expect(m.equal(t.shown.content!.truth[0]!.rle, box(10, 10, 20, 10))).toBe(true)
  })

  it('drops what is half drawn when it becomes another', () => {
    const t = setUp('polygon')
    t.click(60, 20)
    t.bench.setTarget('draft')
    expect(t.bench.view().busy).toBe(false)
  })
})

it.each(TOOL_NAMES)('the first step of %s fits into two lines of the tool bar', (name) => {
  const t = setUp(name)
  t.bench.select([{ kind: 'truth', id: A }])
  const selected = t.bench.view().hint
  t.bench.select([])
  const hints = [selected, t.bench.view().hint].map(({ length }) => length)
  expect(Math.max(...hints)).toBeLessThan(56)
})

it('what a view does not show is not hit', () => {
  const t = setUp('select')
  t.shown.setSettings({ ...DEFAULT_LAYERS, truth: false })
  t.click(15, 12)
  expect(ids(t.bench.selection)).toEqual([Q])
  t.shown.setSettings({ ...DEFAULT_LAYERS, predictions: 'none' })
  t.click(15, 12)
  expect(ids(t.bench.selection)).toEqual([A])
})
