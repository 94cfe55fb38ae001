import { beforeEach, describe, expect, it } from 'vitest'
import type { PixelBox } from '../../../../src-main/core/mask/rle.ts'
import * as m from '../../../../src-main/core/mask/rle.ts'
import type { BoxAsk, BoxSeen } from '../../../worker/box-desk.ts'
import { DirectSight } from '../../box-sight.ts'
import { SIZE, box, setUp } from '../fake-desk.ts'

/** Bright ships on dark water. */
const seen =
  (...ships: m.Rle[]) =>
  (area: PixelBox) => {
    const pixels = new Uint8ClampedArray(area.width * area.height * 4)
    for (let p = 0; p < area.width * area.height; p++) {
      const [x, y] = [area.x + (p % area.width), area.y + Math.floor(p / area.width)]
      const ship = ships.some((rle) => m.contains(rle, SIZE.height, x, y))
      pixels.set(ship ? [190, 180, 170, 255] : [30, 50, 60, 255], p * 4)
    }
    return { area, pixels, step: 4 as const }
  }

const HULL = box(60, 30, 18, 6)
let t: ReturnType<typeof setUp>
beforeEach(() => {
  t = setUp('smart')
  t.bench.picture = seen(HULL)
  // strokes have a width of their own, by the ship
  t.bench.brush = { diameter: 40, tip: 'square' }
})
const last = () => m.formatRle(t.shown.content!.truth.at(-1)!.rle)

it('a rough box and Enter are a ship; while it stands its outcome is shown', () => {
  t.drag([58, 29], [80, 38])
  expect(t.plans).toEqual([])
  expect(t.bench.view()).toMatchObject({ busy: true, live: { plan: { kind: 'smart box' } } })
  expect(t.bench.finish('enter')).toBe(true)
  expect(last()).toBe(m.formatRle(HULL))
  expect(t.bench.view().busy).toBe(false)
})

it('two clicks along the axis do, and Escape drops what stands', () => {
  t.click(60, 33)
  expect(t.bench.view().hint).toBe('Click the stern')
  t.click(78, 33)
  expect(t.bench.finish('escape')).toBe(true)
  expect(t.bench.view().busy).toBe(false)
  t.click(60, 33)
  t.click(78, 33)
  t.bench.finish('enter')
  expect(last()).toBe(m.formatRle(HULL))
})

it('gives a turned rectangle that keeps its handles where that is asked for, its bow where it was clicked first', () => {
  t.drag([58, 29], [80, 38])
  t.bench.rectangles = true
  const { live } = t.bench.view()
  expect(live).toMatchObject({ plan: { instances: [{ after: { shape: { kind: 'box' } } }] } })
  t.bench.finish('enter')
  const dragged = t.shown.content!.truth.at(-1)!
  expect([last(), dragged.heading]).toEqual([m.formatRle(HULL), undefined])
  expect(t.bench.view().handles.length).toBeGreaterThan(4)
  t.bench.finish('escape')
  t.bench.picture = seen(box(60, 50, 18, 6))
  t.click(60, 53)
  t.click(78, 53)
  t.bench.finish('enter')
  expect(t.shown.content!.truth.at(-1)!.heading).toBeCloseTo(270, 0)
})

it('follows its sides', () => {
  t.bench.picture = seen(HULL, box(78, 30, 16, 6))
  t.drag([58, 29], [78, 37])
  const before = t.bench.view().dots[1]!
  t.drag([before.x, before.y], [96, before.y])
  t.bench.finish('enter')
  expect(last()).toBe(m.formatRle(box(60, 30, 34, 6)))
})

describe('brush and eraser', () => {
  /** what lies at the ship's stern, of another colour */
  const barge = box(78, 30, 16, 6)
  const shown = () => {
    const { live } = t.bench.view()
    return live && 'plan' in live ? m.parseRle(live.plan.instances[0]!.added) : m.EMPTY_RLE
  }
  beforeEach(() => {
    const [both, one] = [seen(HULL, barge), seen(HULL)]
    t.bench.picture = (area) => {
      const { pixels } = both(area)
      const hull = one(area).pixels
      for (let i = 0; i < pixels.length; i += 4) {
        if (pixels[i] !== hull[i]) pixels.set([170, 90, 40], i)
      }
      return { area, pixels, step: 4 }
    }
    t.drag([59, 29], [95, 37])
  })

  it('correct what stands, and it learns from a few pixels what the others are', () => {
    expect(m.intersectionArea(shown(), barge)).toBeGreaterThan(48)
    expect([t.bench.correctBy('polygon'), t.bench.correctBy('eraser')]).toEqual([false, true])
    expect(t.bench.view()).toMatchObject({ cursor: 'none', dots: [], busy: true })
    t.drag([80, 33], [91, 33])
    expect(m.intersectionArea(shown(), barge)).toBeLessThan(10)
    expect(m.intersectionArea(shown(), HULL)).toBeGreaterThan(100)
    t.bench.correctBy('brush')
    t.drag([80, 33], [91, 33])
    expect(m.intersectionArea(shown(), barge)).toBeGreaterThan(48)
    expect(t.plans).toEqual([])
    expect(t.bench.finish('enter')).toBe(true)
    expect([t.plans.length, t.bench.name]).toEqual([1, 'smart'])
    // nothing stands any more: the brush is the brush
    expect(t.bench.correctBy('brush')).toBe(false)
  })

  it('paint as wide as a quarter of the ship, however wide the brush is', () => {
    t.bench.correctBy('eraser')
    t.move(70, 33)
    expect(t.bench.view().brush).toEqual({ at: { x: 70, y: 33 }, diameter: 1, tip: 'round' })
    t.bench.finish('escape')
    t.bench.finish('escape')
    const wide = box(20, 20, 60, 32)
    t.bench.picture = seen(wide)
    t.drag([19, 19], [81, 53])
    t.bench.correctBy('eraser')
    t.move(70, 33)
    expect(t.bench.view().brush).toMatchObject({ diameter: 7 })
  })

  it('hold to the pixel, wherever they paint, and go back stroke by stroke', () => {
    const before = m.formatRle(shown())
    const far = box(11, 61, 5, 1)
    t.bench.correctBy('brush')
    t.drag([11, 61], [15, 61])
    expect(m.intersectionArea(shown(), far)).toBe(5)
    t.bench.correctBy('eraser')
    t.drag([11, 61], [11, 61])
    expect(m.intersectionArea(shown(), far)).toBe(4)
    t.down(70, 33)
    expect(m.contains(shown(), SIZE.height, 70, 33)).toBe(false)
    t.bench.finish('escape')
    expect(m.contains(shown(), SIZE.height, 70, 33)).toBe(true)
    expect([t.bench.takeBack(), t.bench.takeBack()]).toEqual([true, true])
    expect(m.formatRle(shown())).toBe(before)
    t.bench.correctBy('smart')
    expect(t.bench.view().dots).toHaveLength(4)
    expect(t.plans).toEqual([])
  })
})

it('learns from strokes, which are taken back one by one', () => {
  t.drag([58, 28], [80, 38])
  t.down(61, 31, { alt: true })
  t.move(61, 35, { alt: true })
  t.up(61, 35, { alt: true })
  const { live } = t.bench.view()
  expect(
    live &&
      'plan' in live &&
      m.intersectionArea(m.parseRle(live.plan.instances[0]!.added), box(61, 31, 1, 5)),
  ).toBe(0)
  expect(t.bench.takeBack()).toBe(true)
  t.bench.finish('enter')
  expect(last()).toBe(m.formatRle(HULL))
})

it('keeps two ships of 3 x 12 px without a gap apart in three actions: the next box keeps the one before', () => {
  const [left, right] = [box(60, 20, 3, 12), box(63, 20, 3, 12)]
  t.bench.picture = seen(left, right)
  t.drag([60, 20], [63, 32])
  // a press beside a box begins the next one
  t.drag([66, 20], [63, 32])
  t.bench.finish('enter')
  expect(t.shown.content!.truth.slice(-2).map(({ rle }) => m.formatRle(rle))).toEqual(
    [left, right].map(m.formatRle),
  )
})

it('says why where pixels are not there, and where all belong to others', () => {
  t.bench.picture = () => null
  t.drag([58, 29], [80, 38])
  t.bench.finish('enter')
  t.bench.picture = seen(box(10, 10, 20, 10))
  t.drag([11, 11], [29, 19])
  t.bench.finish('enter')
  expect(t.refusals).toEqual([
    'The pixels of this place are not loaded yet. Try again in a moment.',
    'Nothing that looks like a ship of its own was found in the box. Drag it anew, or paint the ship.',
  ])
})

describe('at the border of the image', () => {
  it('a box that lies outside is none, and says so; the tool goes on', () => {
    t.drag([110, 20], [140, 40])
    expect(t.bench.view()).toMatchObject({ busy: false, hint: 'Drag a box around a ship, or click its bow' })
    t.click(-30, 20)
    t.click(-10, 20)
    expect([t.bench.view().busy, t.refusals.length, t.refusals[0]]).toEqual([
      false,
      2,
      'The box lies outside the image. Drag it where there is a picture.',
    ])
  })

  it.each([
    ['right', box(82, 30, 18, 6), [80, 28, 130, 38], { x: 100, y: 33 }],
    ['top left', box(0, 0, 14, 6), [16, 8, -40, -20], { x: 0, y: 4 }],
  ] as const)('a box over it at the %s ends there, and finds what is cut by it', (_, ship, drawn, side) => {
    t.bench.picture = seen(ship)
    const [x0, y0, x1, y1] = drawn
    t.drag([x0, y0], [x1, y1])
    expect(t.bench.view().dots).toContainEqual(side)
    t.bench.finish('enter')
    const common = m.intersectionArea(t.shown.content!.truth.at(-1)!.rle, ship)
    expect(common / m.areaOf(ship)).toBeGreaterThan(0.9)
  })

  it('a box without a height, and one as large as can be, are looked into all the same', () => {
    for (const [from, to] of [
      [
        [58, 33],
        [80, 33],
      ],
      [
        [-900, -900],
        [900, 900],
      ],
    ] as const) {
      t.drag([...from], [...to])
      expect(t.bench.view().hint).toMatch(/^(Enter keeps it|No ship is seen in it)/)
      t.bench.finish('escape')
    }
  })
})

it('waits for pixels that come late, and looks then', () => {
  t.bench.picture = () => null
  t.drag([58, 29], [80, 38])
  expect(t.bench.view()).toMatchObject({ hint: 'The picture is still loading here', live: null })
  t.bench.picture = seen(HULL)
  expect(t.bench.view()).toMatchObject({ live: { plan: { kind: 'smart box' } } })
})

describe('while the box is looked into', () => {
  /** questions, and their answers when a test gives them */
  let asked: BoxAsk[]
  let answers: Map<BoxAsk, BoxSeen>
  /** what would be asked if the hand rested now */
  let resting: () => BoxAsk | null
  const direct = new DirectSight()
  const SEEN = { rle: HULL, rectangle: null }
  beforeEach(() => {
    asked = []
    answers = new Map()
    const known = (ask: BoxAsk) => answers.get(ask) ?? null
    t.bench.sight = {
      ...{ known, warm: () => undefined, now: (ask) => direct.now(ask) },
      ahead: (ask) => {
        resting = ask
      },
      look: (ask) => {
        if (asked.at(-1) !== ask) asked.push(ask)
        return known(ask)
      },
    }
    t.drag([58, 29], [80, 38])
  })
  const shown = () => {
    const { live } = t.bench.view()
    return live && 'plan' in live ? m.formatRle(m.parseRle(live.plan.instances[0]!.added)) : null
  }

  it('nothing is shown, then its mask; while a side moves the mask before', () => {
    expect([shown(), t.bench.view().hint]).toEqual([null, 'Looking into the box'])
    answers.set(asked[0]!, SEEN)
    expect(shown()).toBe(m.formatRle(HULL))
    t.drag([80, 33.5], [84, 33.5])
    expect([shown(), asked.length]).toEqual([m.formatRle(HULL), 2])
  })

  it('the box is looked into while it is dragged: let go of where it was seen, its mask is there', () => {
    t.bench.finish('escape')
    t.down(58, 29)
    for (const x of [70, 80]) {
      t.move(x, 38)
      expect(t.bench.view()).toMatchObject({ hint: 'Release: the ship in the box appears', live: null })
    }
    answers.set(resting()!, SEEN)
    t.up(80, 38)
    expect(shown()).toBe(m.formatRle(HULL))
    t.bench.finish('escape')
    t.drag([58, 29], [80, 39])
    expect(shown()).toBe(null)
  })

  it('another policy is another question', () => {
    answers.set(asked[0]!, SEEN)
    t.bench.policy = 'take'
    expect([shown(), asked.length]).toEqual([null, 2])
  })

  it('Enter keeps what is seen, though nobody has seen it yet', () => {
    t.bench.finish('enter')
    expect(last()).toBe(m.formatRle(HULL))
  })

  it('an answer that comes late lands nowhere: not in the next box, not in another image', () => {
    t.bench.finish('escape')
    t.drag([20, 50], [30, 60])
    answers.set(asked[0]!, SEEN)
    expect([shown(), asked.length]).toEqual([null, 2])
    t.bench.clear()
    answers.set(asked[1]!, SEEN)
    expect([t.bench.view().live, t.plans]).toEqual([null, []])
  })
})
