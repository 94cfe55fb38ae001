import { describe, expect, it } from 'vitest'
import { toScreen } from '../../../../src-main/core/geometry/camera.ts'
import { imagePoint } from '../../../../src-main/core/geometry/points.ts'
import { shiftMask } from '../../../../src-main/core/mask/shift.ts'
import { A, B, P, Q, ids, setUp } from '../fake-desk.ts'
import { NOTHING_HELD } from '../tool.ts'

describe('select', () => {
  it('clicks select, Shift adds and takes out, water clears', () => {
    const t = setUp('select')
    t.click(45, 15)
    expect(ids(t.bench.selection)).toEqual([B])
    t.click(28, 18, { shift: true })
    expect(ids(t.bench.selection)).toEqual([B, A])
    t.click(45, 15, { shift: true })
    expect(ids(t.bench.selection)).toEqual([A])
    t.click(90, 5)
    expect(t.selected.at(-1)).toEqual([])
  })

  it('a second click at the same place reaches what lies beneath', () => {
    const t = setUp('select')
    t.click(15, 12)
    expect(t.bench.selection).toEqual([{ kind: 'truth', id: A }])
    t.click(15, 12)
    expect(t.bench.selection).toEqual([{ kind: 'prediction', id: Q }])
  })

  it('hits within 5 CSS pixels and not beyond', () => {
    const t = setUp('select')
    const { scale } = t.camera.camera
    t.click(50 + 4 / scale, 15)
    expect(ids(t.bench.selection)).toEqual([B])
    t.click(50 + 6 / scale, 15)
    expect(ids(t.bench.selection)).toEqual([])
  })

  it('a drag selects what it encloses', () => {
    const t = setUp('select')
    t.drag([5, 2], [30, 30], [60, 30])
    expect(ids(t.bench.selection).toSorted()).toEqual([A, B, Q])
    expect(t.plans).toEqual([])
  })

  it('a drag moves what is selected, by whole pixels, and shows it meanwhile; one that is taken back moves nothing', () => {
    const t = setUp('select')
    const before = t.shown.content!.truth.find(({ id }) => id === A)!.rle
    const moved = shiftMask(before, t.shown.content!.height, { dx: 3, dy: -2 }, t.shown.content!)
    t.click(28, 18)
    expect(ids(t.bench.selection)).toEqual([A])
    t.bench.send({ type: 'down', at: imagePoint(28, 18), ...NOTHING_HELD })
    t.bench.send({ type: 'move', at: imagePoint(31.2, 15.8), way: [imagePoint(31.2, 15.8)], ...NOTHING_HELD })
    const { live } = t.bench.view()
    const outcome = live && 'plan' in live ? t.shown.after(live.plan) : null
    expect(outcome?.truth.find(({ id }) => id === A)?.rle).toEqual(moved)
    t.bench.finish('escape')
    t.bench.send({ type: 'up', at: imagePoint(31.2, 15.8), ...NOTHING_HELD })
    expect(t.plans).toEqual([])
    t.drag([28, 18], [31.2, 15.8])
    expect(t.shown.content!.truth.find(({ id }) => id === A)!.rle).toEqual(moved)
    expect(ids(t.bench.selection)).toEqual([A])
  })

  it('double-click shows the instance, Tab goes through all in order', () => {
    const t = setUp('select')
    t.bench.send({ type: 'double', at: imagePoint(75, 55) })
    const middle = toScreen(t.camera.camera, imagePoint(75, 55))
    expect([middle.x, middle.y]).toEqual([400, 300])
    const order = [1, 1, 1, 1, 1, -1].map((direction) => {
      t.bench.step(direction as 1 | -1)
      return t.bench.selection[0]!.id
    })
    expect(order).toEqual([A, B, P, Q, A, Q])
  })
})
