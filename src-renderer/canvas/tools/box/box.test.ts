import { beforeEach, describe, expect, it } from 'vitest'
import { imagePoint } from '../../../../src-main/core/geometry/points.ts'
import * as m from '../../../../src-main/core/mask/rle.ts'
import { box, setUp } from '../fake-desk.ts'

let t: ReturnType<typeof setUp>
beforeEach(() => (t = setUp('box')))
const ship = () => t.shown.content!.truth.at(-1)!
const HULL = box(60, 22, 20, 6)

describe('a rotated box', () => {
  it('two drags along its sides, bow first, whichever way the second runs', () => {
    const hints = [t.bench.view().hint]
    t.down(80, 22)
    t.move(60, 22)
    hints.push(t.bench.view().hint)
    t.up(60, 22)
    hints.push(t.bench.view().hint)
    t.drag([60, 28], [80, 28])
    expect(hints).toEqual([
      expect.stringContaining('bow first'),
      'Release at the stern',
      expect.stringContaining('the other side'),
    ])
    expect(m.equal(ship().rle, HULL)).toBe(true)
    expect(ship()).toMatchObject({
      heading: 90,
      shape: { kind: 'box', bow: [80, 25], stern: [60, 25], breadth: 6 },
    })
  })

  it('clicks on the ends of a side, and on the other side; shown before it is there', () => {
    t.click(80, 22)
    t.click(60, 22)
    t.move(73, 28)
    const { live, lines } = t.bench.view()
    expect(live && 'plan' in live && live.plan.instances[0]?.added).toBe(m.formatRle(HULL))
    expect(lines.at(-1)).toMatchObject({ closed: true, points: { length: 4 } })
    t.click(73, 28)
    expect(m.equal(ship().rle, HULL)).toBe(true)
    expect(ship().heading).toBe(90)
  })

  it('from bow to stern, then across', () => {
    t.drag([60, 25], [80, 25])
    t.drag([70, 22], [70, 28])
    expect(m.equal(ship().rle, HULL)).toBe(true)
    expect(ship().heading).toBe(270)
  })

  it('a double-click on the other side begins no second box, and Escape goes back line by line', () => {
    t.drag([60, 22], [80, 22])
    t.click(70, 28)
    t.click(70, 28)
    t.bench.send({ type: 'double', at: imagePoint(70, 28) })
    expect([t.plans.length, t.bench.view().busy]).toEqual([1, false])
    t.drag([60, 50], [80, 50])
    const back = () => [t.bench.finish('escape'), t.bench.view().dots.length]
    expect([back(), back()]).toEqual([
      [true, 1],
      [true, 0],
    ])
    expect(t.plans).toHaveLength(1)
  })
})
