import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromPredicate } from '../mask/rle.ts'
import { applyPlan, invertPlan } from './plan.ts'
import { axisOf, directionOf, planHeading, planNextHeading } from './heading.ts'
import type { EditState, EditTruth } from './state.ts'

const SIZE = { width: 80, height: 80 }
const MADE = { origin: 'drawn' as const, edited: false, colour: 0 }

/** A bar of 40 x 6 px around the middle, its length along a heading. */
function bar(heading: number, more: Partial<EditTruth> = {}): EditTruth {
  const { x, y } = directionOf(heading)
  const rle = fromPredicate(SIZE, (column, row) => {
    const [dx, dy] = [column + 0.5 - 40, row + 0.5 - 40]
    return Math.abs(dx * x + dy * y) < 20 && Math.abs(dx * y - dy * x) < 3
  })
  return { id: crypto.randomUUID(), rle, ...MADE, ...more }
}

const image = (...truth: EditTruth[]): EditState => ({
  ...{ ...SIZE, status: 'done' as const, flag: { flagged: false, comment: '' }, truth, predictions: [] },
})

test('the axis of a bar is that of its heading, one of two ways, with its middle and half its length', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 359, noNaN: true }), (heading) => {
      const { x, y, half, along } = axisOf(bar(heading).rle, SIZE.height)
      const off = Math.abs(((along - heading + 450) % 180) - 90)
      expect(off).toBeLessThan(2)
      expect(Math.hypot(x - 40, y - 40)).toBeLessThan(0.5)
      expect(Math.abs(half - 20)).toBeLessThan(1)
      expect(along).toBeGreaterThanOrEqual(0)
      expect(along).toBeLessThan(180)
    }),
    { numRuns: 40 },
  )
})

test('a heading goes along the ship, then the other way, then away; a box turns its bow with it, and undo brings back all', () => {
  const box = { kind: 'box' as const, bow: [60, 40] as [number, number], stern: [20, 40] as [number, number], breadth: 6 } // prettier-ignore
  let state = image(bar(90), bar(90, { heading: 90, shape: box }), bar(0, { ignore: true }))
  const [plain, boxed, area] = state.truth.map(({ id }) => id) as [string, string, string]
  const headings: (number | undefined)[][] = [state.truth.map(({ heading }) => heading)]
  for (let i = 0; i < 3; i++) {
    const planned = planNextHeading(state, [plain, boxed, area])
    if (!('plan' in planned)) throw new Error(planned.refusal)
    const after = applyPlan(state, planned.plan)
    expect(applyPlan(after, invertPlan(planned.plan)).truth).toEqual(state.truth)
    state = after
    headings.push(state.truth.map(({ heading }) => heading && Math.round(heading)))
  }
  expect(headings.slice(1)).toEqual([
    [90, 270, undefined],
    [270, undefined, undefined],
    [undefined, 90, undefined],
  ])
  expect(state.truth[1]!.shape).toMatchObject({ bow: [60, 40] })
  const turned = planHeading(state, [boxed], 275)
  expect('plan' in turned && applyPlan(state, turned.plan).truth[1]).toMatchObject({
    heading: 275,
    shape: { bow: [20, 40], stern: [60, 40] },
  })
  expect(planHeading(state, [area], 10)).toHaveProperty('refusal')
  expect(planHeading(state, [boxed], 90 + 720)).toEqual({ refusal: 'The heading is that already.' })
})
