import { describe, expect, it } from 'vitest'
import * as m from '../../../../src-main/core/mask/rle.ts'
import { B, ids, setUp } from '../fake-desk.ts'

describe('brush', () => {
  it('a stroke is a new instance, selected; one that touches it extends it; one elsewhere does not', () => {
    const t = setUp('brush')
    t.bench.brush = 3
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
    t.bench.brush = 4
    t.down(35, 15)
    t.move(45, 15)
    const { live, busy } = t.bench.view()
    expect(busy).toBe(true)
    expect(t.shown.setLive(live)).toEqual({ base: true, vector: true })
    const [stroke] = t.shown.moving
    expect(m.intersectionArea(stroke!.rle, t.shown.find(B)!.rle)).toBe(0)
    expect(t.bench.key('Escape')).toBe(true)
    expect(t.bench.view().busy).toBe(false)
    t.up(45, 15)
    expect(t.plans).toEqual([])
  })
})
