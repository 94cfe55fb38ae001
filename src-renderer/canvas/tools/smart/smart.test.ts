import { beforeEach, describe, expect, it } from 'vitest'
import type { PixelBox } from '../../../../src-main/core/mask/rle.ts'
import * as m from '../../../../src-main/core/mask/rle.ts'
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
  t.bench.brush = { diameter: 2, tip: 'square' }
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

  it('hold to the pixel, wherever they paint, and go back stroke by stroke', () => {
    const before = m.formatRle(shown())
    const far = box(10, 60, 6, 2)
    t.bench.correctBy('brush')
    t.drag([11, 61], [15, 61])
    expect(m.intersectionArea(shown(), far)).toBe(12)
    t.bench.correctBy('eraser')
    t.drag([11, 61], [11, 61])
    expect(m.intersectionArea(shown(), far)).toBe(8)
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
      m.intersectionArea(m.parseRle(live.plan.instances[0]!.added), box(60, 30, 2, 6)),
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
