import { describe, expect, it } from 'vitest'
import type { EditPlan } from '../../src-main/contract/wire.ts'
import type { EditState } from '../../src-main/core/edit/edit.ts'
import { toScreen } from '../../src-main/core/geometry/camera.ts'
import { imagePoint } from '../../src-main/core/geometry/points.ts'
import * as m from '../../src-main/core/mask/rle.ts'
import type { InstanceRef, ToolName } from './api.ts'
import { CameraControl } from './camera-control.ts'
import { Shown } from './shown.ts'
import { Workbench } from './workbench.ts'

const SIZE = { width: 100, height: 80 }
const box = (x: number, y: number, width: number, height: number) =>
  m.fromPredicate(SIZE, () => true, { x, y, width, height })

const IDS = ['a', 'b', 'c', 'd'].map((c) => `${c.repeat(8)}-0000-4000-8000-000000000000`)
const [A, B, P, Q] = IDS as [string, string, string, string]

/** Two truth instances, one prediction on its own, one that overlaps A. */
function state(): EditState {
  const truth = { origin: 'imported' as const, edited: false }
  return {
    ...SIZE,
    status: 'to do',
    flag: { flagged: false, comment: '' },
    truth: [
      { ...truth, id: A, rle: box(10, 10, 20, 10), colour: 0 },
      { ...truth, id: B, rle: box(40, 10, 10, 10), colour: 1 },
    ],
    predictions: [
      { id: P, rle: box(70, 50, 10, 10), colour: 2, decision: null },
      { id: Q, rle: box(12, 8, 10, 8), colour: 3, decision: null },
    ],
  }
}

function setUp(tool: ToolName, mode: 'edit' | 'view' = 'edit') {
  const shown = new Shown()
  const camera = new CameraControl(() => undefined)
  camera.setView({ width: 800, height: 600 })
  camera.setImage('workbench', SIZE)
  shown.clear(SIZE)
  shown.setContent(state())
  const plans: EditPlan[] = []
  const refusals: string[] = []
  const selected: InstanceRef[][] = []
  const tools: ToolName[] = []
  const bench = new Workbench(
    shown,
    camera,
    {
      mode,
      onPlan: (plan) => plans.push(plan),
      onRefusal: (sentence) => refusals.push(sentence),
      onSelect: (selection) => selected.push([...selection]),
      onTool: (name) => tools.push(name),
    },
    () => undefined,
  )
  bench.setTool(tool)
  const down = (x: number, y: number, shift = false) =>
    bench.send({ type: 'down', at: imagePoint(x, y), shift })
  const move = (x: number, y: number) =>
    bench.send({ type: 'move', at: imagePoint(x, y), way: [imagePoint(x, y)] })
  const up = (x: number, y: number, shift = false) => bench.send({ type: 'up', at: imagePoint(x, y), shift })
  const click = (x: number, y: number, shift = false) => {
    down(x, y, shift)
    up(x, y, shift)
  }
  const drag = (...way: [number, number][]) => {
    down(...way[0]!)
    for (const point of way.slice(1)) move(...point)
    up(...way.at(-1)!)
  }
  const areaOf = (id: string) => m.areaOf(shown.content!.truth.find((t) => t.id === id)?.rle ?? m.EMPTY_RLE)
  return { bench, shown, camera, plans, refusals, selected, tools, down, move, up, click, drag, areaOf }
}

const ids = (selection: readonly InstanceRef[]) => selection.map(({ id }) => id)

describe('select', () => {
  it('clicks select, Shift adds and takes out, water clears', () => {
    const t = setUp('select')
    t.click(45, 15)
    expect(ids(t.bench.selection)).toEqual([B])
    t.click(28, 18, true)
    expect(ids(t.bench.selection)).toEqual([B, A])
    t.click(45, 15, true)
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

describe('brush and eraser', () => {
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

  it('erases from the selected alone, or from all', () => {
    const t = setUp('eraser')
    t.bench.brush = 4
    t.bench.select([{ kind: 'truth', id: A }])
    t.drag([25, 15], [45, 15])
    expect([t.areaOf(A) < 200, t.areaOf(B)]).toEqual([true, 100])
    t.bench.select([])
    t.drag([45, 15], [48, 15])
    expect(t.areaOf(B)).toBeLessThan(100)
    t.drag([90, 70], [95, 70])
    expect(t.refusals).toEqual(['There was nothing to erase under the stroke.'])
  })
})

describe('shapes', () => {
  it('polygon: Enter closes, the outline is half-open', () => {
    const t = setUp('polygon')
    for (const [x, y] of [[60, 20], [70, 20], [70, 30], [60, 30]] as const) t.click(x, y) // prettier-ignore
    expect(t.bench.view().dots).toHaveLength(4)
    expect(t.bench.key('Enter')).toBe(true)
    expect(m.equal(t.shown.content!.truth.at(-1)!.rle, box(60, 20, 10, 10))).toBe(true)
    expect(t.bench.view().busy).toBe(false)
  })

  it('polygon: a click on the first corner closes, and a double-click there leaves nothing behind', () => {
    const t = setUp('polygon')
    for (const [x, y] of [[60, 20], [70, 20], [70, 30]] as const) t.click(x, y) // prettier-ignore
    t.click(60, 20)
    expect(t.plans).toHaveLength(1)
    t.click(60, 20)
    t.bench.send({ type: 'double', at: imagePoint(60, 20) })
    expect(t.bench.view().busy).toBe(false)
    expect(t.plans).toHaveLength(1)
  })

  it('polygon: the corners of a small shape are no click on its first', () => {
    const t = setUp('polygon')
    t.camera.zoomBy(1 / t.camera.camera.scale)
    expect(t.camera.camera.scale).toBe(1)
    for (const [x, y] of [[60, 30], [66, 30], [66, 36], [60, 36]] as const) t.click(x, y) // prettier-ignore
    expect(t.plans).toHaveLength(0)
    t.bench.key('Enter')
    expect(t.areaOf(t.bench.selection[0]!.id)).toBe(36)
  })

  it('polygon: corners of a ship three pixels wide, set one soon after the other, are no double-click', () => {
    const t = setUp('polygon')
    t.camera.zoomBy(1 / t.camera.camera.scale)
    t.click(60, 30)
    t.click(72, 30)
    t.click(72, 33)
    t.bench.send({ type: 'double', at: imagePoint(72, 33) })
    t.click(60, 33)
    t.bench.send({ type: 'double', at: imagePoint(60, 33) })
    t.bench.key('Enter')
    expect(t.areaOf(t.bench.selection[0]!.id)).toBe(36)
  })

  it('polygon: the last corner can be taken back, until there is none', () => {
    const t = setUp('polygon')
    expect(t.bench.takeBack()).toBe(false)
    t.click(60, 30)
    t.click(70, 30)
    expect(t.bench.takeBack()).toBe(true)
    expect(t.bench.view().dots).toEqual([imagePoint(60, 30)])
    expect([t.bench.takeBack(), t.bench.takeBack()]).toEqual([true, false])
  })

  it('polygon: Escape goes back corner by corner, then clears the selection, then leaves the tool', () => {
    const t = setUp('polygon')
    t.bench.select([{ kind: 'truth', id: A }])
    t.click(60, 20)
    t.click(70, 20)
    const steps = [1, 2, 3, 4].map(() => {
      t.bench.key('Escape')
      return [t.bench.view().dots.length, t.bench.selection.length, t.bench.toolName]
    })
    expect(steps).toEqual([
      [1, 1, 'polygon'],
      [0, 1, 'polygon'],
      [0, 0, 'polygon'],
      [0, 0, 'select'],
    ])
    expect(t.tools).toEqual(['select'])
    expect(t.bench.key('Escape')).toBe(false)
  })

  it('box: bow, stern, width, each with its hint', () => {
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
})

describe('knife, merge, accept, reject', () => {
  it('a stroke across splits, one that ends inside is refused', () => {
    const t = setUp('knife')
    t.drag([18, 5], [18, 25])
    expect([t.areaOf(A), m.areaOf(t.shown.content!.truth.at(-1)!.rle)]).toEqual([120, 80])
    t.drag([45, 5], [45, 15])
    expect(t.refusals).toHaveLength(1)
    t.click(45, 15)
    expect(t.refusals).toHaveLength(1)
  })

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
    expect(t.bench.key('Enter')).toBe(true)
    expect(t.areaOf(A)).toBe(300)
  })

  it('accept and reject take predictions only', () => {
    const t = setUp('accept')
    t.click(45, 15)
    expect(t.plans).toEqual([])
    t.click(75, 55)
    expect(t.shown.content!.truth.at(-1)).toMatchObject({ origin: 'accepted', colour: 2 })
    t.bench.setTool('reject')
    t.click(15, 9)
    expect(t.shown.content!.predictions.map((p) => p.decision)).toEqual(['accepted', 'rejected'])
  })
})

it('in view mode nothing changes, whatever tool is asked for', () => {
  const t = setUp('brush', 'view')
  t.drag([60, 60], [70, 60])
  expect([t.bench.toolName, t.plans.length]).toEqual(['select', 0])
})
