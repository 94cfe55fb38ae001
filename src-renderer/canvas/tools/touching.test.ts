import { describe, expect, it } from 'vitest'
import { DEFAULT_CLUSTER_SETTINGS } from '../../../src-main/core/cluster/cluster.ts'
import { imagePoint } from '../../../src-main/core/geometry/points.ts'
import type { PixelBox } from '../../../src-main/core/mask/rle.ts'
import { areaOf, contains, formatRle, intersectionArea } from '../../../src-main/core/mask/rle.ts'
import { Wand } from '../../../src-main/core/wand/wand.ts'
import { inferenceOf } from '../../../src-main/testing/inference.ts'
import { SIZE, box, setUp } from './fake-desk.ts'
import type { ToolName } from './registry.ts'

/** Two parallel ships of 3 x 12 px without a gap, side by side. */
const SHIPS = [box(60, 20, 3, 12), box(63, 20, 3, 12)] as const

type Desk = ReturnType<typeof setUp>
/** Clicks, drags and keys, one by one. @param x of the ship's left side */
type Actions = (desk: Desk, x: number) => (() => unknown)[]

const WAYS: [ToolName, Actions][] = [
  [
    'brush',
    ({ bench, drag }, x) => [
      // a stroke that touches what is selected would go on with it
      () => bench.select([]),
      () => drag([x + 1.5, 21.5], [x + 1.5, 30.5]),
    ],
  ],
  [
    'polygon',
    ({ bench, click }, x) => [
      () => click(x, 20),
      () => click(x + 3, 20),
      () => click(x + 3, 32),
      () => {
        for (let i = 0; i < 2; i++) click(x, 32)
        bench.send({ type: 'double', at: imagePoint(x, 32) })
      },
    ],
  ],
  ['box', ({ drag }, x) => [() => drag([x, 20], [x, 32]), () => drag([x + 3, 20], [x + 3, 32])]],
  ['smart', ({ bench, drag }, x) => [() => drag([x, 20], [x + 3, 32]), () => bench.finish('enter')]],
  ['wand', ({ bench, click }, x) => [() => click(x + 1.2, 26), () => bench.finish('enter')]],
]

/** Bright ships on dark water: nothing in the picture tells them apart. */
function picture(area: PixelBox) {
  const pixels = new Uint8ClampedArray(area.width * area.height * 4)
  for (let p = 0; p < area.width * area.height; p++) {
    const [x, y] = [area.x + (p % area.width), area.y + Math.floor(p / area.width)]
    const seen = SHIPS.some((rle) => contains(rle, SIZE.height, x, y))
    pixels.set(seen ? [200, 200, 190, 255] : [30, 50, 60, 255], p * 4)
  }
  return { area, pixels, step: 4 as const }
}

/** What a network gives that points to the middle of each ship. */
function inference() {
  const foreground = new Float32Array(SIZE.width * SIZE.height)
  const offset = new Float32Array(2 * foreground.length)
  for (let p = 0; p < foreground.length; p++) {
    const [x, y] = [p % SIZE.width, Math.floor(p / SIZE.width)]
    const n = SHIPS.findIndex((rle) => contains(rle, SIZE.height, x, y))
    if (n < 0) continue
    foreground[p] = 0.9
    offset.set([61 + 3 * n - x, 25.5 - y], 2 * p)
  }
  return inferenceOf({ ...SIZE, channels: 2, foreground, offset })
}

function deskWith(tool: ToolName): Desk {
  const desk = setUp(tool)
  desk.bench.picture = picture
  desk.bench.brush = { diameter: 3, tip: 'square' }
  desk.bench.wand = new Wand(inference(), DEFAULT_CLUSTER_SETTINGS)
  return desk
}

describe.each(WAYS)('two touching ships by %s', (tool, actions) => {
  it('are apart to the pixel after at most four actions each', () => {
    const desk = deskWith(tool)
    for (const x of [60, 63]) {
      const steps = actions(desk, x)
      expect(steps.length).toBeLessThanOrEqual(4)
      for (const step of steps) step()
    }
    const marked = desk.shown.content!.truth.slice(2)
    expect(marked.map(({ rle }) => formatRle(rle))).toEqual(SHIPS.map(formatRle))
    expect(desk.refusals).toEqual([])
  })
})

// what the others find follows from the picture
describe.each(WAYS.slice(0, 3))('overlapping ships by %s', (tool, actions) => {
  it('yield to the one that is there, or take from it, whichever is chosen', () => {
    for (const policy of ['yield', 'take'] as const) {
      const desk = deskWith(tool)
      desk.bench.policy = policy
      for (const x of [60, 61]) for (const step of actions(desk, x)) step()
      const marked = desk.shown.content!.truth.slice(2)
      const [first, second] = marked
      expect(intersectionArea(first!.rle, second!.rle)).toBe(0)
      expect([areaOf(first!.rle), areaOf(second!.rle)]).toEqual(policy === 'yield' ? [36, 12] : [12, 36])
    }
  })
})
