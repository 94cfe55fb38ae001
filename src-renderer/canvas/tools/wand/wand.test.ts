import { describe, expect, it } from 'vitest'
import { DEFAULT_CLUSTER_SETTINGS } from '../../../../src-main/core/cluster/cluster.ts'
import type { PixelBox } from '../../../../src-main/core/mask/rle.ts'
import { formatRle, fromPredicate } from '../../../../src-main/core/mask/rle.ts'
import { Wand } from '../../../../src-main/core/wand/wand.ts'
import { inferenceOf } from '../../../../src-main/testing/inference.ts'
import { imagePoint } from '../../../../src-main/core/geometry/points.ts'
import { Wheel } from '../../wheel.ts'
import { SIZE, setUp } from '../fake-desk.ts'

/** Two parallel ships of 12 x 3 px without a gap at (60, 20), and a faint tail of the upper one. */
const shipAt = (x: number, y: number) =>
  x >= 60 && x < 72 && y >= 20 && y < 26 ? (y < 23 ? 1 : 2) : x >= 72 && x < 76 && y >= 20 && y < 23 ? 3 : 0
const ship = (...numbers: number[]) =>
  formatRle(fromPredicate(SIZE, (x, y) => numbers.includes(shipAt(x, y))))

function inference() {
  const foreground = new Float32Array(SIZE.width * SIZE.height)
  const offset = new Float32Array(2 * foreground.length)
  for (let i = 0; i < foreground.length; i++) {
    const [x, y] = [i % SIZE.width, Math.floor(i / SIZE.width)]
    const number = shipAt(x, y)
    if (number === 0) continue
    foreground[i] = number === 3 ? 0.2 : 0.9
    offset.set([65.5 - x, (number === 2 ? 24 : 21) - y], 2 * i)
  }
  return inferenceOf({ ...SIZE, channels: 2, foreground, offset })
}

function desk() {
  const made = setUp('wand')
  made.bench.wand = new Wand(inference(), DEFAULT_CLUSTER_SETTINGS)
  return made
}

const drawn = ({ plans }: ReturnType<typeof setUp>) =>
  plans.map(({ kind, instances }) => [kind, ...instances.map(({ added }) => added)])

describe('the wand', () => {
  it('marks two touching ships to the pixel in four actions', () => {
    const made = desk()
    made.click(62, 21)
    made.bench.finish('enter')
    made.click(70, 24)
    made.bench.finish('enter')
    expect(drawn(made)).toEqual([
      ['wand', ship(1)],
      ['wand', ship(2)],
    ])
  })

  it('keeps a ship at once by a double click', () => {
    const made = desk()
    for (const type of ['click', 'click'] as const) made[type](62, 21)
    made.bench.send({ type: 'double', at: imagePoint(62, 21) })
    expect(drawn(made)).toEqual([['wand', ship(1)]])
  })

  it('shows what a click would take, and takes nothing by that', () => {
    const made = desk()
    made.move(62, 21)
    const { live, offer, busy } = made.bench.view()
    expect([busy, live, offer && formatRle(offer)]).toEqual([false, null, ship(1)])
    made.bench.finish('enter')
    expect(made.plans).toEqual([])
  })

  it('adds by a further click and takes away with Alt', () => {
    const made = desk()
    made.click(62, 21)
    made.click(62, 24)
    made.click(70, 21, { alt: true })
    made.bench.finish('enter')
    expect(drawn(made)).toEqual([['wand', ship(2)]])
  })

  it('widens and narrows what was clicked, live', () => {
    const made = desk()
    made.click(62, 21)
    made.bench.reach = 1
    const { live } = made.bench.view()
    expect(live && 'plan' in live && live.plan.instances[0]!.added).toBe(ship(1, 3))
    made.bench.finish('enter')
    expect(drawn(made)).toEqual([['wand', ship(1, 3)]])
  })

  it('is widened and narrowed by the wheel with Ctrl, a notch at a time, but not by a pinch', () => {
    const made = desk()
    const wheel = new Wheel()
    const turn = (deltaY: number) => {
      const event = {
        deltaX: 0,
        deltaY,
        deltaMode: 0,
        ctrlKey: true,
        metaKey: false,
        shiftKey: false,
        timeStamp: 0,
      }
      const read = wheel.read(event, 'device')
      return read.kind === 'size' && made.bench.turn(read.notches)
    }
    // Control is not down: two fingers on a touch pad
    expect(turn(-100)).toBe(false)
    wheel.key({ type: 'keydown', key: 'Control', ctrlKey: true })
    made.click(62, 21)
    // a smooth wheel sends a notch in parts
    expect([turn(-60), turn(-60), turn(120), made.bench.view().busy]).toEqual([true, true, true, true])
    expect([made.reached, made.plans]).toEqual([[1, -1], []])
  })

  it('takes what looks alike where no network has looked, and where it sees nothing', () => {
    const hull = (x: number, y: number) => y >= 50 && y < 54 && x >= 20 && x < 40
    const picture = (area: PixelBox) => {
      const pixels = new Uint8ClampedArray(area.width * area.height * 4)
      for (let p = 0; p < area.width * area.height; p++) {
        const [x, y] = [area.x + (p % area.width), area.y + Math.floor(p / area.width)]
        pixels.set(hull(x, y) ? [190, 180, 170, 255] : [30, 50, 60, 255], p * 4)
      }
      return { area, pixels, step: 4 as const }
    }
    for (const made of [setUp('wand'), desk()]) {
      made.bench.picture = picture
      made.click(30, 52)
      made.bench.finish('enter')
      expect(drawn(made)).toEqual([['wand', formatRle(fromPredicate(SIZE, hull))]])
      made.click(10, 70)
      expect(made.refusals).toEqual([expect.stringContaining('nothing stands out in the picture')])
    }
  })

  it('goes back a click, drops what was taken, then leaves the tool', () => {
    const made = desk()
    made.click(62, 21)
    made.click(62, 24)
    made.bench.finish('back')
    made.bench.finish('escape')
    made.bench.finish('escape')
    expect([made.plans, made.tools]).toEqual([[], ['select']])
  })

  it('says why it takes nothing', () => {
    const made = desk()
    made.click(5, 60)
    expect(made.refusals).toEqual([expect.stringContaining('sees no ship here')])
  })
})
