import { describe, expect, it } from 'vitest'
import { imagePoint } from '../../../../src-main/core/geometry/points.ts'
import * as m from '../../../../src-main/core/mask/rle.ts'
import { A, box, setUp } from '../fake-desk.ts'

describe('polygon', () => {
  it('Enter closes, the outline is half-open', () => {
    const t = setUp('polygon')
    for (const [x, y] of [[60, 20], [70, 20], [70, 30], [60, 30]] as const) t.click(x, y) // prettier-ignore
    expect(t.bench.view().dots).toHaveLength(4)
    expect(t.bench.finish('enter')).toBe(true)
    expect(m.equal(t.shown.content!.truth.at(-1)!.rle, box(60, 20, 10, 10))).toBe(true)
    expect(t.bench.view().busy).toBe(false)
  })
  it('a click on the first corner closes, and a double-click there leaves nothing behind', () => {
    const t = setUp('polygon')
    for (const [x, y] of [[60, 20], [70, 20], [70, 30]] as const) t.click(x, y) // prettier-ignore
    t.click(60, 20)
    expect(t.plans).toHaveLength(1)
    t.click(60, 20)
    t.bench.send({ type: 'double', at: imagePoint(60, 20) })
    expect(t.bench.view().busy).toBe(false)
    expect(t.plans).toHaveLength(1)
  })
  it('the corners of a small shape are no click on its first', () => {
    const t = setUp('polygon')
    t.camera.zoomBy(1 / t.camera.camera.scale)
    expect(t.camera.camera.scale).toBe(1)
    for (const [x, y] of [[60, 30], [66, 30], [66, 36], [60, 36]] as const) t.click(x, y) // prettier-ignore
    expect(t.plans).toHaveLength(0)
    t.bench.finish('enter')
    expect(t.areaOf(t.bench.selection[0]!.id)).toBe(36)
  })
  it('corners of a ship three pixels wide, set one soon after the other, are no double-click', () => {
    const t = setUp('polygon')
    t.camera.zoomBy(1 / t.camera.camera.scale)
    t.click(60, 30)
    t.click(72, 30)
    t.click(72, 33)
    t.bench.send({ type: 'double', at: imagePoint(72, 33) })
    t.click(60, 33)
    t.bench.send({ type: 'double', at: imagePoint(60, 33) })
    t.bench.finish('enter')
    expect(t.areaOf(t.bench.selection[0]!.id)).toBe(36)
  })
  it('the last corner can be taken back, until there is none', () => {
    const t = setUp('polygon')
    expect(t.bench.takeBack()).toBe(false)
    t.click(60, 30)
    t.click(70, 30)
    expect(t.bench.takeBack()).toBe(true)
    expect(t.bench.view().dots).toEqual([imagePoint(60, 30)])
    expect([t.bench.takeBack(), t.bench.takeBack()]).toEqual([true, false])
  })
  it('Escape goes back corner by corner, then clears the selection, then leaves the tool', () => {
    const t = setUp('polygon')
    t.bench.select([{ kind: 'truth', id: A }])
    t.click(60, 20)
    t.click(70, 20)
    const steps = [1, 2, 3, 4].map(() => {
      t.bench.finish('escape')
      return [t.bench.view().dots.length, t.bench.selection.length, t.bench.name]
    })
    expect(steps).toEqual([
      [1, 1, 'polygon'],
      [0, 1, 'polygon'],
      [0, 0, 'polygon'],
      [0, 0, 'select'],
    ])
    expect(t.tools).toEqual(['select'])
    expect(t.bench.finish('escape')).toBe(false)
  })
  it('drawn by hand it is one step, and closes where the line comes round', () => {
    const t = setUp('polygon')
    t.camera.zoomBy(4 / t.camera.camera.scale)
    const round = Array.from({ length: 41 }, (_, i): [number, number] => {
      const angle = (i / 40) * 2 * Math.PI
      return [60 + 12 * Math.cos(angle), 40 + 12 * Math.sin(angle)]
    })
    t.drag(...round.slice(0, 30))
    expect(t.bench.view().dots).toHaveLength(1)
    expect(t.plans).toEqual([])
    t.click(60, 30)
    expect(t.bench.takeBack()).toBe(true)
    expect(t.bench.takeBack()).toBe(true)
    expect(t.bench.view().busy).toBe(false)
    t.drag(...round)
    expect(t.plans).toHaveLength(1)
    expect(t.areaOf(t.bench.selection[0]!.id) / (Math.PI * 144)).toBeCloseTo(1, 1)
  })
})
