import { describe, expect, it } from 'vitest'
import * as m from '../../../../src-main/core/mask/rle.ts'
import { A, B, P, SIZE, box, ids, setUp } from '../fake-desk.ts'

describe('brush', () => {
  it('a stroke is a new instance, selected; one that touches it extends it; one elsewhere does not', () => {
    const t = setUp('brush')
    t.bench.brush = { diameter: 3, tip: 'round' }
    t.drag([20, 60], [30, 60])
    const first = t.bench.selection[0]!.id
    expect(t.plans.map((p) => [p.kind, p.status?.to, p.instances[0]!.before])).toEqual([
      ['brush', 'in progress', null],
    ])
    const before = t.areaOf(first)
    expect(before).toBe(3 * 11 + 6)
    t.drag([30, 60], [36, 60])
    expect(ids(t.bench.selection)).toEqual([first])
    expect(t.areaOf(first)).toBe(before + 18)
    t.drag([50, 70], [52, 70])
    expect(t.bench.selection[0]!.id).not.toBe(first)
    expect(t.shown.content!.truth).toHaveLength(4)
  })
  it('shows the outcome while the pointer is down, as the policy has it, and drops the stroke on Escape', () => {
    const t = setUp('brush')
    t.bench.brush = { diameter: 4, tip: 'round' }
    t.down(35, 15)
    t.move(45, 15)
    const { live, busy } = t.bench.view()
    expect(busy).toBe(true)
    expect(t.shown.setLive(live)).toEqual({ fills: true, vector: true })
    const [stroke] = t.shown.moving
    expect(m.intersectionArea(stroke!.rle, t.shown.find(B)!.rle)).toBe(0)
    expect(t.bench.finish('escape')).toBe(true)
    expect(t.bench.view().busy).toBe(false)
    t.up(45, 15)
    expect(t.plans).toEqual([])
  })
  it('from a prediction it accepts and extends that; beside one it draws a ship of its own', () => {
    const t = setUp('brush')
    t.bench.brush = { diameter: 3, tip: 'square' }
    t.drag([75.5, 55.5], [82.5, 55.5])
    expect(t.plans[0]!.decisions).toEqual([{ prediction: P, from: null, to: 'accepted' }])
    expect(t.shown.content!.truth.at(-1)).toMatchObject({ origin: 'accepted', edited: true, colour: 2 })
    expect(
      m.equal(t.shown.content!.truth.at(-1)!.rle, m.union(box(70, 50, 10, 10), box(74, 54, 10, 3))),
    ).toBe(true)
    t.bench.select([{ kind: 'truth', id: A }])
    t.drag([60, 20], [65, 20])
    expect(t.plans[1]!.decisions).toEqual([])
  })
  it('is straight from where Shift went down, and by hand again from where it came up', () => {
    const t = setUp('brush')
    t.bench.brush = { diameter: 1, tip: 'round' }
    t.down(60.5, 30.5)
    t.move(64.5, 37.5, { shift: true })
    t.move(68.5, 30.5, { shift: true })
    t.move(68.5, 33.5)
    t.up(68.5, 33.5)
    const line = m.fromPredicate(
      SIZE,
      (x, y) => (y === 30 && x >= 60 && x <= 68) || (x === 68 && y > 30 && y < 34),
    )
    expect(m.equal(t.shown.content!.truth.at(-1)!.rle, line)).toBe(true)
  })

  it('is as wide as a pen is pressed where a person wants it so', () => {
    const t = setUp('brush')
    t.bench.brush = { diameter: 8, tip: 'square' }
    t.down(60.5, 60.5, { pressure: 0.25 })
    t.up(60.5, 60.5, { pressure: 0 })
    expect(t.areaOf(t.bench.selection[0]!.id)).toBe(64)
    t.bench.select([])
    t.bench.pen = 'size'
    t.down(80.5, 70.5, { pressure: 0.25 })
    t.up(80.5, 70.5, { pressure: 0 })
    expect(t.areaOf(t.bench.selection[0]!.id)).toBe(4)
  })
})
