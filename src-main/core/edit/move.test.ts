import fc from 'fast-check'
import { expect, test } from 'vitest'
import { areaOf, boundsOf, formatRle, fromPredicate, intersectionArea } from '../mask/rle.ts'
import type { Rle } from '../mask/rle.ts'
import { applyPlan, checkPlan, invertPlan, planMove, planPaste, planRefine, stepBeside } from './edit.ts'
import type { EditState, EditTruth, Planned } from './edit.ts'

const SIZE = { width: 60, height: 40 }
const box = (x: number, y: number, width: number, height: number, size = SIZE): Rle =>
  fromPredicate(size, () => true, { x, y, width, height })

let made = 0
const newId = (): string => `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`
const ship = (rle: Rle, more: Partial<EditTruth> = {}): EditTruth => ({
  ...{ id: newId(), rle, origin: 'imported', edited: false, colour: 3 },
  ...more,
})
const image = (...truth: EditTruth[]): EditState => ({
  ...{ ...SIZE, status: 'to do', flag: { flagged: false, comment: '' } },
  ...{ truth, predictions: [] },
})

function planOf(planned: Planned) {
  if ('refusal' in planned) throw new Error(planned.refusal)
  return planned.plan
}

const YIELD = { policy: 'yield', newId } as const

test('what is pasted lies at the same place in an image of another size, cut off there, and is new', () => {
  const copied = {
    height: 100,
    instances: [
      ship(box(50, 30, 20, 20, { width: 80, height: 100 }), { category: 'tug', edited: true }),
      ship(box(70, 90, 5, 5, { width: 80, height: 100 })),
    ],
  }
  const state = image()
  const plan = planOf(planPaste(state, copied, YIELD))
  expect(checkPlan(state, plan)).toBeNull()
  const [only, ...none] = applyPlan(state, plan).truth
  expect(none).toEqual([])
  expect(formatRle(only!.rle)).toBe(formatRle(box(50, 30, 10, 10)))
  expect(only).toMatchObject({ origin: 'drawn', edited: false, category: 'tug' })
  expect(only!.id).not.toBe(copied.instances[0]!.id)
  expect(planPaste(state, { height: 100, instances: copied.instances.slice(1) }, YIELD)).toHaveProperty(
    'refusal',
  )
})

test('what is pasted onto others yields, takes or shares as the policy says', () => {
  const held = ship(box(10, 10, 10, 4))
  const copied = { height: SIZE.height, instances: [ship(box(15, 10, 10, 4))] }
  const areas = (policy: 'yield' | 'take' | 'allow') => {
    const state = image(held)
    return applyPlan(state, planOf(planPaste(state, copied, { policy, newId }))).truth.map(({ rle }) =>
      areaOf(rle),
    )
  }
  expect([areas('yield'), areas('take'), areas('allow')]).toEqual([[40, 20], [20, 40], [40, 40]]) // prettier-ignore
})

test('a move keeps the shape, comes back by its inverse, and is refused where it would cut or cover', () => {
  const at = fc.record({
    ...{ x: fc.integer({ min: 0, max: 50 }), y: fc.integer({ min: 0, max: 30 }) },
    ...{ dx: fc.integer({ min: -60, max: 60 }), dy: fc.integer({ min: -40, max: 40 }) },
  })
  fc.assert(
    fc.property(at, ({ x, y, dx, dy }) => {
      const state = image(ship(box(x, y, 10, 6)))
      const planned = planMove(state, [state.truth[0]!.id], { dx, dy }, 'yield')
      const inside = x + dx >= 0 && y + dy >= 0 && x + dx <= 50 && y + dy <= 34 && (dx !== 0 || dy !== 0)
      expect('plan' in planned).toBe(inside)
      if (!('plan' in planned)) return
      const after = applyPlan(state, planned.plan)
      expect(formatRle(after.truth[0]!.rle)).toBe(formatRle(box(x + dx, y + dy, 10, 6)))
      expect(after.truth[0]).toMatchObject({ id: state.truth[0]!.id, edited: true })
      expect(formatRle(applyPlan(after, invertPlan(planned.plan)).truth[0]!.rle)).toBe(
        formatRle(state.truth[0]!.rle),
      )
    }),
  )
  const [a, b] = [ship(box(10, 10, 10, 4)), ship(box(20, 10, 10, 4))]
  const state = image(a, b)
  expect(planMove(state, [a.id], { dx: 1, dy: 0 }, 'yield')).toHaveProperty('refusal')
  const taken = applyPlan(state, planOf(planMove(state, [a.id], { dx: 1, dy: 0 }, 'take'))).truth
  expect(taken.map(({ rle }) => areaOf(rle))).toEqual([40, 36])
  // both go together
  expect(planMove(state, [a.id, b.id], { dx: 1, dy: 0 }, 'yield')).toHaveProperty('plan')
})

test('a shape that the border cuts comes in whole when it is moved, and may be moved out as far as something of it is seen', () => {
  const shape = { kind: 'box' as const, bow: [-5, 10] as [number, number], stern: [15, 10] as [number, number], breadth: 4 } // prettier-ignore
  const cut = ship(box(0, 8, 15, 4), { shape })
  const moved = (rle: Rle, dx: number) => planMove(image({ ...cut, rle }), [cut.id], { dx, dy: 0 }, 'yield')
  const after = (dx: number) => applyPlan(image(cut), planOf(moved(cut.rle, dx))).truth[0]!
  expect(formatRle(after(5).rle)).toBe(formatRle(box(0, 8, 20, 4)))
  expect(formatRle(after(8).rle)).toBe(formatRle(box(3, 8, 20, 4)))
  expect(formatRle(after(-3).rle)).toBe(formatRle(box(0, 8, 12, 4)))
  expect(after(-3).shape).toEqual({ ...shape, bow: [-8, 10], stern: [12, 10] })
  expect(moved(cut.rle, -15)).toHaveProperty('refusal')
  // of what others took a part of nobody knows what lies outside
  expect(moved(box(0, 8, 14, 4), -3)).toHaveProperty('refusal')
})

test('an area to ignore is moved, grown and pasted over ships, which keep their pixels', () => {
  const held = ship(box(12, 10, 10, 4))
  const area = ship(box(5, 5, 30, 20), { ignore: true })
  const state = image(held, area)
  for (const policy of ['yield', 'take'] as const) {
    const copied = { height: SIZE.height, instances: [area] }
    for (const [before, planned] of [
      [state, planMove(state, [area.id], { dx: 1, dy: 0 }, policy)],
      [state, planRefine(state, [area.id], 'grow', policy)],
      [image(held), planPaste(image(held), copied, { policy, newId })],
    ] as const) {
      const [ship, over] = applyPlan(before, planOf(planned)).truth
      expect(formatRle(ship!.rle)).toBe(formatRle(held.rle))
      expect(areaOf(over!.rle)).toBeGreaterThanOrEqual(600)
    }
  }
})

test('the next place in a row lies across the ship, beside it, where there is room', () => {
  expect(stepBeside(box(10, 10, 30, 4), SIZE)).toEqual({ dx: 0, dy: 4 })
  expect(stepBeside(box(10, 34, 30, 4), SIZE)).toEqual({ dx: 0, dy: -4 })
  expect(stepBeside(box(10, 2, 5, 30), SIZE)).toEqual({ dx: 5, dy: 0 })
  const slanted = fromPredicate(SIZE, (x, y) => Math.abs(x - y - 10) <= 3 && Math.abs(x + y - 50) <= 20)
  const step = stepBeside(slanted, SIZE)
  expect(Math.abs(step.dx + step.dy)).toBeLessThanOrEqual(1)
  expect(boundsOf(slanted, SIZE.height)).not.toBeNull()
  const beside = fromPredicate(SIZE, (x, y) => Math.abs(x - step.dx - (y - step.dy) - 10) <= 3)
  expect(intersectionArea(slanted, beside)).toBe(0)
})
