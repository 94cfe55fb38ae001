import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resources } from '../../locations.ts'
import { imagePoint } from '../geometry/points.ts'
import * as m from '../mask/rle.ts'
import { randomFrom } from '../random.ts'
import { BoxNet } from './net.ts'
import { smartBox, smartBoxArea } from './smart-box.ts'
import type { TurnedBox } from './turned-box.ts'
import { boxAlong, boxBetween } from './turned-box.ts'

const SIZE = { width: 80, height: 60 }
const WATER = [40, 60, 70]
const NOTHING = { taken: m.EMPTY_RLE, ship: m.EMPTY_RLE, water: m.EMPTY_RLE, belief: null, net: null }

const rectangle = (x: number, y: number, width: number, height: number) =>
  m.fromPredicate(SIZE, () => true, { x, y, width, height })

/** A picture of flat ships on flat water, with some noise where that is asked for. */
function picture(ships: readonly { rle: m.Rle; colour: readonly number[] }[], noise = 0) {
  const random = randomFrom(1)
  const pixels = new Uint8ClampedArray(SIZE.width * SIZE.height * 4)
  for (let p = 0; p < SIZE.width * SIZE.height; p++) {
    const [x, y] = [p % SIZE.width, Math.floor(p / SIZE.width)]
    const ship = ships.find(({ rle }) => m.contains(rle, SIZE.height, x, y))
    const shade = noise * (random() - 0.5)
    for (let c = 0; c < 3; c++) pixels[p * 4 + c] = (ship?.colour ?? WATER)[c]! + shade
    pixels[p * 4 + 3] = 255
  }
  return pixels
}

function ask(pixels: Uint8ClampedArray, box: TurnedBox, more: Partial<Parameters<typeof smartBox>[0]> = {}) {
  const area = smartBoxArea(box, SIZE)!
  const part = new Uint8ClampedArray(area.width * area.height * 4)
  for (let y = 0; y < area.height; y++) {
    const from = ((area.y + y) * SIZE.width + area.x) * 4
    part.set(pixels.subarray(from, from + area.width * 4), y * area.width * 4)
  }
  return smartBox({
    ...{ box, along: false, size: SIZE, picture: { area, pixels: part, step: 4 as const } },
    ...{ ...NOTHING, ...more },
  })
}

const box = (x: number, y: number, width: number, height: number) =>
  boxBetween(imagePoint(x, y), imagePoint(x + width, y + height))

const NET = BoxNet.fromBytes(
  Uint8Array.from(readFileSync(join(resources, 'smart-box', 'weights.bin'))).buffer,
)
const WAYS = [
  ['with its network', NET],
  ['without', null],
] as const

const iou = (a: m.Rle, b: m.Rle) => {
  const common = m.intersectionArea(a, b)
  return common / (m.areaOf(a) + m.areaOf(b) - common)
}

const hull = rectangle(30, 20, 20, 7)
const alone = picture([{ rle: hull, colour: [170, 160, 150] }], 12)

describe.for(WAYS)('smart box %s', ([, net]) => {
  it('finds a ship from a rough box, dragged too large or too small', () => {
    for (const rough of [box(28, 18, 24, 10), box(27, 19, 24, 9), box(31, 19, 21, 9)]) {
      const found = ask(alone, rough, { net })
      expect(iou(found, hull)).toBeGreaterThan(net ? 0.9 : 0.999)
    }
  })

  it('finds a turned one from two clicks along its axis', () => {
    const [cos, sin] = [Math.cos(0.6), Math.sin(0.6)]
    const turned = m.fromPredicate(SIZE, (x, y) => {
      const [dx, dy] = [x + 0.5 - 40, y + 0.5 - 30]
      return Math.abs(dx * cos + dy * sin) <= 12 && Math.abs(dy * cos - dx * sin) <= 3.5
    })
    const rough = boxAlong(
      imagePoint(40 - 12 * cos, 30 - 12 * sin),
      imagePoint(40 + 12 * cos, 30 + 12 * sin),
      3,
    )
    const pixels = picture([{ rle: turned, colour: [20, 30, 30] }], 8)
    expect(iou(ask(pixels, rough, { along: true, net }), turned)).toBeGreaterThan(0.85)
  })

  it('keeps two ships of 3 x 12 px without a gap apart, by the boxes alone', () => {
    const [left, right] = [rectangle(40, 20, 3, 12), rectangle(43, 20, 3, 12)]
    const pixels = picture([left, right].map((rle) => ({ rle, colour: [200, 200, 190] })))
    const first = ask(pixels, box(40, 20, 3, 12), { net })
    expect(m.formatRle(first)).toBe(m.formatRle(left))
    expect(m.formatRle(ask(pixels, box(43, 20, 3, 12), { net, taken: first }))).toBe(m.formatRle(right))
  })

  it('keeps to what a person has painted, wherever, and to what others have', () => {
    const part = fc
      .tuple(fc.nat(70), fc.nat(50), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
      .map(([x, y, width, height]) => rectangle(x, y, width, height))
    fc.assert(
      fc.property(part, part, part, (painted, erased, taken) => {
        const ship = m.subtract(painted, erased)
        const found = ask(alone, box(28, 18, 24, 10), { net, ship, water: erased, taken })
        expect(m.intersectionArea(found, m.union(erased, taken))).toBe(0)
        expect(m.areaOf(m.subtract(m.subtract(ship, taken), found))).toBe(0)
      }),
      { numRuns: 8, seed: 1 },
    )
  })

  it('learns from strokes: what is beside what is erased goes, too', () => {
    const dark = rectangle(50, 20, 8, 7)
    const ships = [
      { rle: hull, colour: [170, 160, 150] },
      { rle: dark, colour: [70, 40, 40] },
    ]
    const rough = box(29, 18, 27, 11)
    const painted = ask(picture(ships), rough, { net, ship: rectangle(52, 21, 5, 4) })
    expect(m.intersectionArea(painted, dark)).toBeGreaterThan(45)
    const erased = ask(picture(ships), rough, { net, water: rectangle(52, 21, 4, 4) })
    expect(m.intersectionArea(erased, dark)).toBeLessThan(15)
  })

  it.runIf(net)('a stroke on the ship only adds, one beside it only takes away', () => {
    const rough = box(27, 18, 27, 12)
    const found = ask(alone, rough, { net })
    const stroke = fc
      .tuple(fc.integer({ min: 20, max: 55 }), fc.integer({ min: 14, max: 32 }), fc.nat(14), fc.nat(3))
      .map(([x, y, width, height]) => rectangle(x, y, width + 1, height + 1))
    fc.assert(
      fc.property(stroke, (painted) => {
        expect(m.areaOf(m.subtract(found, ask(alone, rough, { net, ship: painted })))).toBe(0)
        expect(m.areaOf(m.subtract(ask(alone, rough, { net, water: painted }), found))).toBe(0)
      }),
      { numRuns: 3, seed: 1 },
    )
  })

  it('finds nothing where all of it belongs to others', () => {
    expect(ask(alone, box(28, 18, 24, 10), { net, taken: rectangle(0, 0, 80, 60) })).toHaveLength(0)
  })
})

describe('smart box', () => {
  it('follows an inference where the picture shows nothing and the box has no network', () => {
    const flat = picture([])
    const rough = box(28, 18, 24, 10)
    const area = smartBoxArea(rough, SIZE)!
    const belief = Float32Array.from({ length: area.width * area.height }, (_, p) =>
      m.contains(hull, SIZE.height, area.x + (p % area.width), area.y + Math.floor(p / area.width))
        ? 0.95
        : 0.03,
    )
    const found = ask(flat, rough, { belief })
    expect(iou(found, hull)).toBeGreaterThan(0.85)
  })
  it('refuses weights of another network', () => {
    expect(() => BoxNet.fromBytes(new ArrayBuffer(12))).toThrow('6 came')
  })
})
