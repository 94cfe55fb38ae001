import { beforeEach, describe, expect, it } from 'vitest'
import { applyPlan, planNextHeading } from '../../src-main/core/edit/edit.ts'
import { imagePoint } from '../../src-main/core/geometry/points.ts'
import * as m from '../../src-main/core/mask/rle.ts'
import { A, SIZE, box, setUp } from './tools/fake-desk.ts'

let t: ReturnType<typeof setUp>
const ship = () => t.shown.content!.truth.at(-1)!
const bounds = () => m.boundsOf(ship().rle, SIZE.height)

describe('the handles of a box', () => {
  beforeEach(() => {
    t = setUp('box')
    t.camera.zoomBy(8 / t.camera.camera.scale)
    t.drag([80, 47], [60, 47])
    t.drag([80, 53], [60, 53])
  })

  it('are there after it was drawn, and the heading is that of its bow', () => {
    expect(m.equal(ship().rle, box(60, 47, 20, 6))).toBe(true)
    expect(ship()).toMatchObject({ heading: 90, shape: { kind: 'box', bow: [80, 50] } })
    expect(t.bench.view().handles).toHaveLength(9)
  })

  it('move sides and corners, and turn it; Escape drops what is under way', () => {
    t.bench.setTool('select')
    t.drag([60, 50], [56, 51])
    expect(bounds()).toEqual({ x: 56, y: 47, width: 24, height: 6 })
    t.drag([56, 53], [58, 55])
    expect(bounds()).toEqual({ x: 58, y: 47, width: 22, height: 8 })
    const turn = t.bench.view().handles.at(-1)!
    t.down(turn.x, turn.y)
    t.move(69, 30, { shift: true })
    expect(t.bench.view()).toMatchObject({ busy: true, live: { plan: { kind: 'shape' } } })
    expect(t.bench.finish('escape')).toBe(true)
    expect(bounds()).toEqual({ x: 58, y: 47, width: 22, height: 8 })
    t.down(turn.x, turn.y)
    t.move(69, 30, { shift: true })
    t.up(69, 30, { shift: true })
    expect(bounds()).toEqual({ x: 65, y: 40, width: 8, height: 22 })
    expect(ship().heading).toBeCloseTo(0, 9)
    expect(t.plans.at(-1)!.kind).toBe('shape')
  })

  it('leave a drag to the tool that draws, also at their very place, unless Ctrl is held', () => {
    t.move(60, 53)
    expect(t.bench.view().hint).toContain('Ctrl+drag reshapes this')
    // the next ship lies alongside
    t.drag([60, 53], [80, 53])
    t.drag([60, 59], [80, 59])
    expect(bounds()).toEqual({ x: 60, y: 53, width: 20, height: 6 })
    expect(t.plans.map(({ kind }) => kind)).toEqual(['box', 'box'])
    t.move(80, 59, { ctrl: true })
    expect(t.bench.view()).toMatchObject({ cursor: 'grab' })
    t.down(80, 59, { ctrl: true })
    t.move(84, 61, { ctrl: true })
    t.up(84, 61, { ctrl: true })
    expect(bounds()).toEqual({ x: 60, y: 53, width: 24, height: 8 })
    expect(t.areaOf(t.shown.content!.truth.at(-2)!.id)).toBe(120)
  })

  it('go with the selection and with the mask that a brush changes; arrows act on what shows them alone', () => {
    expect(t.bench.adjust({ dx: 1, dy: -2, degrees: 0 })).toBe(true)
    expect(bounds()).toEqual({ x: 61, y: 45, width: 20, height: 6 })
    t.bench.select([{ kind: 'truth', id: A }])
    expect([t.bench.view().handles, t.bench.adjust({ dx: 1, dy: 0, degrees: 0 })]).toEqual([[], false])
    t.bench.select([{ kind: 'truth', id: ship().id }])
    t.bench.setTool('eraser')
    t.click(61, 45)
    t.bench.setTool('select')
    // of its heading
    expect(t.bench.view().handles).toHaveLength(1)
    expect(ship()).toMatchObject({ shape: undefined, heading: 90 })
  })
})

describe('the handles of a polygon', () => {
  it('drag corners, with Shift to right angles, put one between two, and Alt takes one out', () => {
    t = setUp('polygon')
    t.camera.zoomBy(8 / t.camera.camera.scale)
    for (const [x, y] of [[60, 40], [80, 40], [80, 50], [60, 50]] as const) t.click(x, y) // prettier-ignore
    t.bench.finish('enter')
    t.bench.setTool('select')
    expect(t.bench.view().handles).toContainEqual(imagePoint(70, 40))
    t.drag([70, 40], [70, 36])
    expect(ship().shape).toMatchObject({ corners: { length: 5 } })
    expect(bounds()).toMatchObject({ y: 36, height: 14 })
    t.click(70, 36, { alt: true })
    expect(m.equal(ship().rle, box(60, 40, 20, 10))).toBe(true)
    t.down(80, 50)
    t.move(84, 54, { shift: true })
    t.up(84, 54, { shift: true })
    const { shape } = ship()
    const [, b, c, d] = shape?.kind === 'polygon' ? shape.corners : []
    expect((b![0] - c![0]) * (d![0] - c![0]) + (b![1] - c![1]) * (d![1] - c![1])).toBeCloseTo(0, 9)
  })
})

it('the handles of a polygon leave what begins at its corner to the polygon tool', () => {
  t = setUp('polygon')
  t.camera.zoomBy(8 / t.camera.camera.scale)
  for (const [x, y] of [[60, 40], [70, 40], [70, 50], [60, 50]] as const) t.click(x, y) // prettier-ignore
  t.bench.finish('enter')
  t.drag([70, 50], [76, 50], [80, 50], [80, 40], [76, 40], [70, 40], [70, 50])
  expect(t.plans.map(({ kind }) => kind)).toEqual(['polygon', 'polygon'])
  expect(m.equal(t.shown.content!.truth.at(-2)!.rle, box(60, 40, 10, 10))).toBe(true)
  expect(m.equal(ship().rle, box(70, 40, 10, 10))).toBe(true)
})

describe('the handle of a heading', () => {
  it('turns the heading of a mask that is no box, and leaves its pixels', () => {
    t = setUp('polygon')
    t.camera.zoomBy(8 / t.camera.camera.scale)
    for (const [x, y] of [[60, 40], [80, 40], [80, 46], [60, 46]] as const) t.click(x, y) // prettier-ignore
    t.bench.finish('enter')
    t.bench.setTool('select')
    const corners = t.bench.view().handles.length
    const planned = planNextHeading(t.shown.content!, [ship().id])
    if ('plan' in planned) t.shown.setContent(applyPlan(t.shown.content!, planned.plan))
    expect(ship().heading).toBeCloseTo(90)
    expect(t.bench.view().handles).toHaveLength(corners + 1)
    const before = ship().rle
    const bow = t.bench.view().handles.at(-1)!
    // its middle is (70, 43), and half of its length is 10 px
    expect([bow.x > 80, bow.y]).toEqual([true, expect.closeTo(43)])
    t.drag([bow.x, bow.y], [70, 20])
    expect(ship()).toMatchObject({ heading: expect.closeTo(0) as number, rle: before })
    expect(t.plans.at(-1)!.kind).toBe('attributes')
    const top = t.bench.view().handles.at(-1)!
    t.down(top.x, top.y)
    t.move(60, 34, { shift: true })
    t.up(60, 34, { shift: true })
    expect(ship().heading).toBeCloseTo(315)
  })
})
