import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EditPlan } from '../../contract/wire.ts'
import { editPlan } from '../../contract/wire.ts'
import { imagePoint } from '../geometry/points.ts'
import * as m from '../mask/rle.ts'
import * as e from './edit.ts'

const SIZE = { width: 14, height: 11 }
const PIXELS = SIZE.width * SIZE.height

function ids(from = 1): () => string {
  let n = from
  return () => `00000000-0000-4000-8000-${String(n++).padStart(12, '0')}`
}

/** Truth from a label map (so without overlap), some predictions anywhere. */
const anyState: fc.Arbitrary<e.EditState> = fc
  .record({
    labels: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: PIXELS, maxLength: PIXELS }),
    predicted: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: PIXELS, maxLength: PIXELS }),
    origins: fc.array(fc.constantFrom('drawn' as const, 'imported' as const, 'accepted' as const), {
      minLength: 4,
      maxLength: 4,
    }),
    decisions: fc.array(fc.constantFrom(null, 'accepted' as const, 'rejected' as const), {
      minLength: 3,
      maxLength: 3,
    }),
    status: fc.constantFrom('to do' as const, 'in progress' as const, 'done' as const),
  })
  .map(({ labels, predicted, origins, decisions, status }) => {
    const newId = ids(1000)
    return {
      ...SIZE,
      status,
      flag: { flagged: false, comment: '' },
      truth: m
        .labelMapToRles(labels, SIZE.width, SIZE.height)
        .filter((rle) => rle.length > 0)
        .map((rle, i) => ({
          ...{ id: newId(), rle, origin: origins[i]!, edited: false, colour: i },
          ...(decisions[0] === null ? {} : { category: 'tug', heading: 5, attributes: { a: 'b' } }),
        })),
      predictions: m
        .labelMapToRles(predicted, SIZE.width, SIZE.height)
        .filter((rle) => rle.length > 0)
        .map((rle, i) => ({ id: newId(), rle, colour: i + 4, decision: decisions[i]! })),
    }
  })

const coordinate = fc.integer({ min: -2, max: 30 }).map((v) => v / 2)
const point = fc.tuple(coordinate, coordinate).map(([x, y]) => imagePoint(x, y))
const policy = fc.constantFrom(...e.POLICIES)
const picks = fc.array(fc.nat(5), { maxLength: 4 })
const stroke = fc
  .array(fc.boolean(), { minLength: PIXELS, maxLength: PIXELS })
  .map((on) => m.fromPredicate(SIZE, (x, y) => on[y * SIZE.width + x]! && (x + y) % 3 === 0))

/** Any gesture on a state. */
const anyGesture: fc.Arbitrary<(state: e.EditState) => e.Planned> = fc
  .record({
    policy,
    picks,
    stroke,
    points: fc.array(point, { minLength: 3, maxLength: 5 }),
    kind: fc.nat(17),
    how: fc.constantFrom('fill', 'grow', 'shrink', 'smooth'),
  })
  .map(({ policy, picks, stroke, points, kind, how }) => (state: e.EditState) => {
    const options = { policy, newId: ids() }
    const chosen = picks.flatMap((i) => state.truth[i]?.id ?? [])
    const predicted = picks.flatMap((i) => state.predictions[i]?.id ?? [])
    const gestures = [
      () => e.planCategory(state, chosen, how),
      () => e.planDescribe(state, chosen, { ignore: true, heading: 90, attributes: { flag: how } }),
      () => e.planIgnore(state, points, options),
      () => e.planPolygon(state, points, options),
      () =>
        e.planBox(
          state,
          { kind: 'box', bow: [2, 3], stern: [points[0]!.x, points[0]!.y], breadth: 3 },
          options,
        ),
      () =>
        e.planReshape(
          state,
          chosen[0] ?? '',
          e.turnedShape(e.boxShapeOf({ x: 6, y: 5, angle: 0, length: 7, breadth: 3 }), picks.length * 30),
          options,
        ),
      () => e.planBrush(state, stroke, { ...options, extend: null }),
      () => e.planBrush(state, stroke, { ...options, extend: chosen[0] ?? null }),
      () => e.planErase(state, stroke, chosen.length > 0 ? chosen : null),
      () => e.planDelete(state, chosen),
      () => e.planMerge(state, chosen),
      () => e.planSplit(state, points, chosen.length > 0 ? chosen : null, options.newId),
      () => e.planAccept(state, predicted, options),
      () => e.planReject(state, predicted),
      () => e.planFlag(state, { flagged: true, comment: 'look' }),
      () => e.planRefine(state, chosen, how, policy),
      ...[
        { kind: 'brush' as const, add: stroke, remove: m.EMPTY_RLE },
        { kind: 'erase' as const, add: m.EMPTY_RLE, remove: stroke },
      ].map((change) => () => e.planTouchUp(state, predicted[0] ?? '', change, options)),
    ]
    return gestures[kind]!()
  })

/** States as text, order of truth aside. */
function written(state: e.EditState): string {
  const sorted = [...state.truth].sort((a, b) => (a.id < b.id ? -1 : 1))
  return JSON.stringify({ ...state, truth: sorted }, (_, value: unknown) =>
    value instanceof Uint32Array ? m.formatRle(value) : value,
  )
}
const covered = (state: e.EditState) => m.unionAll(state.truth.map((t) => t.rle))
const total = (state: e.EditState) => state.truth.reduce((sum, t) => sum + m.areaOf(t.rle), 0)

function planOf(planned: e.Planned): EditPlan {
  if ('refusal' in planned) throw new Error(planned.refusal)
  return planned.plan
}

describe('every gesture', () => {
  it('makes a plan of the wire form that applies, and whose inverse gives the state back', () => {
    let plans = 0
    fc.assert(
      fc.property(anyState, anyGesture, (state, gesture) => {
        const planned = gesture(state)
        if ('refusal' in planned) {
          expect(planned.refusal).toMatch(/^[A-Z].+\.$/)
          return
        }
        plans++
        expect(editPlan.parse(planned.plan)).toEqual(planned.plan)
        expect(e.checkPlan(state, planned.plan)).toBeNull()
        const next = e.applyPlan(state, planned.plan)
        expect(written(next)).not.toBe(written(state))
        const inverse = e.invertPlan(planned.plan)
        expect(e.checkPlan(next, inverse)).toBeNull()
        expect(written(e.applyPlan(next, inverse))).toBe(written(state))
        expect(written(e.applyPlan(state, e.invertPlan(inverse)))).toBe(written(next))
        // what the plan does not name is the same object, so that a view can tell
        const named = new Set(planned.plan.instances.map((c) => c.instance))
        for (const t of state.truth) if (!named.has(t.id)) expect(next.truth).toContain(t)
      }),
      { numRuns: 400 },
    )
    expect(plans).toBeGreaterThan(100)
  })
})

describe('pixels are conserved', () => {
  it('yield and take: covered pixels are old and new ones together, and no pixel has two owners', () => {
    fc.assert(
      fc.property(
        anyState,
        stroke,
        fc.constantFrom('yield' as const, 'take' as const),
        (state, pixels, how) => {
          const planned = e.planBrush(state, pixels, { policy: how, newId: ids(), extend: null })
          const next = 'plan' in planned ? e.applyPlan(state, planned.plan) : state
          if (pixels.length > 0) expect(m.equal(covered(next), m.union(covered(state), pixels))).toBe(true)
          expect(total(next)).toBe(m.areaOf(covered(next)))
          if (how === 'yield') for (const t of state.truth) expect(next.truth).toContain(t)
          if (how === 'take' && 'plan' in planned) expect(m.equal(next.truth.at(-1)!.rle, pixels)).toBe(true)
        },
      ),
    )
  })

  it('allow: others keep theirs and the new instance has all of its own', () => {
    fc.assert(
      fc.property(
        anyState,
        stroke.filter((s) => s.length > 0),
        (state, pixels) => {
          const next = e.applyPlan(
            state,
            planOf(e.planBrush(state, pixels, { policy: 'allow', newId: ids(), extend: null })),
          )
          expect(next.truth.slice(0, -1)).toEqual(state.truth)
          expect(m.equal(next.truth.at(-1)!.rle, pixels)).toBe(true)
        },
      ),
    )
  })

  it('merge and split keep every pixel; erase and delete take exactly theirs', () => {
    fc.assert(
      fc.property(
        anyState,
        fc.array(point, { minLength: 2, maxLength: 4 }),
        stroke,
        (state, line, pixels) => {
          const all = state.truth.map((t) => t.id)
          const after = (planned: e.Planned) => ('plan' in planned ? e.applyPlan(state, planned.plan) : state)
          const merged = after(e.planMerge(state, all))
          expect(m.equal(covered(merged), covered(state))).toBe(true)
          if (all.length > 1) expect(merged.truth.map((t) => t.id)).toEqual([all[0]])
          const split = after(e.planSplit(state, line, null, ids()))
          expect(m.equal(covered(split), covered(state))).toBe(true)
          expect(total(split)).toBe(total(state))
          const erased = after(e.planErase(state, pixels, null))
          expect(m.equal(covered(erased), m.subtract(covered(state), pixels))).toBe(true)
          expect(after(e.planDelete(state, all)).truth).toEqual([])
        },
      ),
    )
  })
})

const square = (x: number, y: number, side: number) =>
  m.fromPredicate(SIZE, (px, py) => px >= x && px < x + side && py >= y && py < y + side)

function stateWith(truth: m.Rle[], predictions: m.Rle[] = []): e.EditState {
  const newId = ids(1000)
  return {
    ...SIZE,
    status: 'to do',
    flag: { flagged: false, comment: '' },
    truth: truth.map((rle, i) => ({ id: newId(), rle, origin: 'accepted', edited: false, colour: i })),
    predictions: predictions.map((rle, i) => ({ id: newId(), rle, colour: i, decision: null })),
  }
}
const options = () => ({ policy: 'yield' as const, newId: ids() })

describe('shapes', () => {
  const drawn: e.EditState = {
    ...SIZE,
    ...{ status: 'in progress', flag: { flagged: false, comment: '' }, truth: [], predictions: [] },
  }
  const bow: e.BoxShape = { kind: 'box', bow: [2, 5], stern: [10, 5], breadth: 4 }

  it('stay with the mask, are moved and turned with it, and keep the heading of the bow', () => {
    const state = e.applyPlan(drawn, planOf(e.planBox(drawn, bow, { policy: 'yield', newId: ids() })))
    const [ship] = state.truth
    expect(ship).toMatchObject({ shape: bow, heading: 270 })
    expect(m.areaOf(ship!.rle)).toBe(32)
    const turned = e.turnedShape(bow, 90)
    expect([e.headingOf(turned), e.headingOf(e.turnedShape(bow, 45))].map((h) => Math.round(h!))).toEqual([
      0, 315,
    ])
    const after = e.applyPlan(state, planOf(e.planReshape(state, ship!.id, turned, { policy: 'yield' })))
    expect(m.boundsOf(after.truth[0]!.rle, SIZE.height)).toEqual({ x: 4, y: 1, width: 4, height: 8 })
    const moved = e.planReshape(after, ship!.id, e.movedShape(turned, 3, 0), { policy: 'yield' })
    expect(m.boundsOf(e.applyPlan(after, planOf(moved)).truth[0]!.rle, SIZE.height)).toMatchObject({
      x: 7,
      y: 1,
    })
  })

  it('go when pixels are changed by hand, and come back when that is undone', () => {
    const state = e.applyPlan(drawn, planOf(e.planBox(drawn, bow, { policy: 'yield', newId: ids() })))
    const stroke = m.fromPredicate(SIZE, (x, y) => x === 2 && y === 4)
    const plan = planOf(e.planErase(state, stroke, null))
    const erased = e.applyPlan(state, plan)
    expect(erased.truth[0]).toMatchObject({ shape: undefined, heading: 270 })
    expect(e.applyPlan(erased, e.invertPlan(plan)).truth[0]!.shape).toEqual(bow)
  })
})

describe('rules', () => {
  it('whoever takes the last pixel of another ship is told, and outlines stay out of the others', () => {
    const own = (x: number, width: number, id: string) => ({
      ...{ id, origin: 'drawn' as const, edited: false, colour: 0 },
      rle: m.fromPredicate(SIZE, () => true, { x, y: 2, width, height: 3 }),
    })
    const [left, right] = [ids()(), ids(2)()]
    const state: e.EditState = {
      ...SIZE,
      ...{ status: 'in progress', flag: { flagged: false, comment: '' }, predictions: [] },
      truth: [own(1, 4, left), own(5, 1, right)],
    }
    const grown = e.planRefine(state, [left], 'grow', 'yield')
    expect(grown).not.toHaveProperty('note')
    expect(m.areaOf(e.applyPlan(state, planOf(grown)).truth[0]!.rle)).toBe(4 * 3 + 4 + 4 + 3)
    expect(e.planRefine(state, [left], 'grow', 'take')).toHaveProperty(
      'note',
      'Ship 2 had no pixel left, so it is gone. Undo brings it back.',
    )
    expect(e.planRefine(state, [right], 'shrink', 'yield')).toEqual({
      refusal: 'Nothing would be left of it, so it stays as it is.',
    })
    expect(e.planErase(state, state.truth[1]!.rle, null)).toHaveProperty('note')
    expect(e.planErase(state, state.truth[1]!.rle, [left])).toHaveProperty('refusal')
    expect(e.planDelete(state, [right])).not.toHaveProperty('note')
    const predictions = [{ id: ids(3)(), rle: state.truth[1]!.rle, colour: 4, decision: null }]
    const accepted = e.planAccept({ ...state, predictions }, [predictions[0]!.id], {
      policy: 'take',
      newId: ids(4),
    })
    expect(accepted).toHaveProperty('note', 'Ship 2 had no pixel left, so it is gone. Undo brings it back.')
  })

  it('the largest piece of a split keeps the id; pieces keep the origin and count as edited', () => {
    const state = stateWith([square(0, 0, 6)])
    const next = e.applyPlan(
      state,
      planOf(e.planSplit(state, [imagePoint(-1, 2), imagePoint(9, 2)], null, ids())),
    )
    expect(next.truth.map((t) => [t.id === state.truth[0]!.id, m.areaOf(t.rle), t.origin, t.edited])).toEqual(
      [
        [true, 24, 'accepted', true],
        [false, 12, 'accepted', true],
      ],
    )
    expect(next.truth[1]!.colour).not.toBe(next.truth[0]!.colour)
  })

  it('a category stays with the pieces of a split and with what is accepted, and a change of it is taken back', () => {
    const tug = { ...stateWith([square(0, 0, 6)], [square(6, 6, 2)]) }
    const state = {
      ...tug,
      truth: tug.truth.map((t) => ({ ...t, category: 'tug' })),
      predictions: tug.predictions.map((p) => ({ ...p, category: 'buoy' })),
    }
    const split = e.applyPlan(
      state,
      planOf(e.planSplit(state, [imagePoint(-1, 2), imagePoint(9, 2)], null, ids())),
    )
    expect(split.truth.map(({ category }) => category)).toEqual(['tug', 'tug'])
    const accepted = e.applyPlan(state, planOf(e.planAccept(state, [state.predictions[0]!.id], options())))
    expect(accepted.truth.map(({ category }) => category)).toEqual(['tug', 'buoy'])
    const { id, origin, edited, colour } = tug.truth[0]!
    const plain = { origin, edited, colour }
    const change = {
      instance: id,
      before: plain,
      after: { ...plain, category: 'tug' },
      added: '',
      removed: '',
    }
    const plan = { kind: 'brush' as const, instances: [change], decisions: [], status: null, flag: null }
    const changed = e.applyPlan(tug, plan)
    expect(changed.truth[0]!.category).toBe('tug')
    expect(e.checkPlan(changed, plan)).toMatch(/meanwhile/)
    expect(e.applyPlan(changed, e.invertPlan(plan)).truth[0]!.category).toBeUndefined()
  })

  it('the first selected of a merge keeps its id', () => {
    const state = stateWith([square(0, 0, 2), square(5, 5, 3)])
    const [a, b] = state.truth.map((t) => t.id)
    expect(e.applyPlan(state, planOf(e.planMerge(state, [b!, a!]))).truth.map((t) => t.id)).toEqual([b])
  })

  it('drawing moves to do and no ship to in progress, and leaves done alone', () => {
    const after = (status: e.EditState['status']) => {
      const state = { ...stateWith([]), status }
      const planned = e.planBrush(state, square(1, 1, 2), { ...options(), extend: null })
      return e.applyPlan(state, planOf(planned)).status
    }
    expect([after('to do'), after('no ship'), after('in progress'), after('done')]).toEqual([
      'in progress',
      'in progress',
      'in progress',
      'done',
    ])
  })

  it('no ship is refused while ships are marked, with their number', () => {
    const two = stateWith([square(0, 0, 2), square(5, 5, 2)])
    expect(e.planStatus(two, 'no ship')).toEqual({ refusal: '2 ships are marked' })
    expect(e.planStatus(stateWith([square(0, 0, 2)]), 'no ship')).toEqual({ refusal: '1 ship is marked' })
    expect(planOf(e.planStatus(stateWith([]), 'no ship')).status).toEqual({ from: 'to do', to: 'no ship' })
  })

  it('accepting copies under a new id, yields to truth, and is remembered', () => {
    const state = stateWith([square(0, 0, 3)], [square(2, 2, 4), square(0, 0, 2)])
    const predicted = state.predictions.map((p) => p.id)
    const next = e.applyPlan(state, planOf(e.planAccept(state, predicted, options())))
    expect(next.truth.map((t) => m.areaOf(t.rle))).toEqual([9, 15])
    expect(next.truth[1]).toMatchObject({ origin: 'accepted', edited: false })
    expect(predicted).not.toContain(next.truth[1]!.id)
    expect(next.predictions.map((p) => p.decision)).toEqual(['accepted', null])
    expect(e.planAccept(next, [predicted[0]!], options())).toHaveProperty('refusal')
    const gone = e.applyPlan(next, planOf(e.planDelete(next, [next.truth[1]!.id])))
    expect(e.planAccept(gone, [predicted[0]!], options())).toHaveProperty('plan')
  })

  it('neighbours get colours that cannot be taken for one another', () => {
    const box = (i: number) => ({ x: (i % 8) * 9, y: Math.floor(i / 8) * 9, width: 8, height: 8 })
    const colours = e.pickColours(Array.from({ length: 64 }, (_, i) => box(i)))
    const apart = (a: number, b: number) => {
      const d = Math.abs(e.INSTANCE_HUES[colours[a]!]! - e.INSTANCE_HUES[colours[b]!]!)
      return Math.min(d, 360 - d)
    }
    const touching = colours.flatMap((_, i) => [
      ...(i % 8 < 7 ? [apart(i, i + 1)] : []),
      ...(i < 56 ? [apart(i, i + 8)] : []),
    ])
    expect(Math.min(...touching)).toBeGreaterThanOrEqual(30)
    expect(colours[0]).toBe(0)
    expect(new Set(colours).size).toBe(12)
  })
})

describe('checkPlan', () => {
  const state = stateWith([square(0, 0, 3)], [square(6, 6, 2)])
  const [truth] = state.truth
  const other = ids(50)()
  const base: EditPlan = { kind: 'brush', instances: [], decisions: [], status: null, flag: null }
  const change: EditPlan['instances'][number] = {
    instance: truth!.id,
    before: { origin: 'accepted', edited: false, colour: 0 },
    after: { origin: 'accepted', edited: true, colour: 0 },
    added: '',
    removed: '',
  }
  const bad: [string, Partial<EditPlan>, RegExp][] = [
    ['removed outside', { instances: [{ ...change, removed: '100 1' }] }, /removes pixels/],
    ['added inside', { instances: [{ ...change, added: '1 1' }] }, /adds pixels/],
    ['beyond the image', { instances: [{ ...change, added: `${PIXELS} 2` }] }, /beyond the image/],
    ['broken text', { instances: [{ ...change, added: '0 2' }] }, /cannot be read/],
    ['unknown instance', { instances: [{ ...change, instance: other, added: '99 1' }] }, /not there/],
    ['known instance created', { instances: [{ ...change, before: null, added: '99 1' }] }, /exists already/],
    ['empty creation', { instances: [{ ...change, instance: other, before: null }] }, /without pixels/],
    ['partial deletion', { instances: [{ ...change, after: null, removed: '1 1' }] }, /without all/],
    ['all removed', { instances: [{ ...change, removed: '1 3 12 3 23 3' }] }, /leaves an instance/],
    ['neither', { instances: [{ ...change, before: null, after: null, added: '99 1' }] }, /neither before nor after/],
    ['origin before', { instances: [{ ...change, before: { ...change.before!, origin: 'drawn' }, added: '99 1' }] }, /for life/],
    ['colour after', { instances: [{ ...change, after: { ...change.after!, colour: 1 }, added: '99 1' }] }, /for life/],
    ['unknown colour', { instances: [{ ...change, instance: other, before: null, after: { ...change.after!, colour: 12 }, added: '99 1' }] }, /colour that does not exist/],
    ['edited', { instances: [{ ...change, before: { ...change.before!, edited: true }, added: '99 1' }] }, /changed meanwhile/],
    ['another version', { version: 5 }, /another version of Drydock/],
    ['named twice', { instances: [{ ...change, added: '99 1' }, { ...change, added: '98 1' }] }, /twice/],
    ['status', { status: { from: 'done', to: 'in progress' } }, /status was changed/],
    ['no ship', { status: { from: 'to do', to: 'no ship' } }, /^1 ship is marked\.$/],
    ['decision', { decisions: [{ prediction: state.predictions[0]!.id, from: 'rejected', to: null }] }, /meanwhile/],
    ['unknown prediction', { decisions: [{ prediction: other, from: null, to: 'accepted' }] }, /not there/],
    ['flag', { flag: { from: { flagged: true, comment: '' }, to: { flagged: false, comment: '' } } }, /flag was/],
  ] // prettier-ignore

  it.each(bad)('objects to %s', (_, part, sentence) => {
    const plan = { ...base, ...part }
    expect(e.checkPlan(state, plan)).toMatch(sentence)
    expect(() => e.applyPlan(state, plan)).toThrow(sentence)
  })
})
