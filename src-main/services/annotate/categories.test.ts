import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EditPlan, Prediction } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import { idOf, openBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, storedImage } from '../machinery/project.ts'
import { setScore } from '../score/score.ts'
import { rowOfImage } from '../images/rows.ts'
import { applyGesture, undo } from './annotate.ts'
import { addCategory, changeCategory, listCategories, mergeCategory } from './categories.ts'

let bench: Bench & { project: Project }
let project: Project
let image: number
beforeAll(async () => {
  bench = await openBench({ 'a.png': { width: 60, height: 40, ships: [] } })
  project = bench.project
  image = idOf(project, 'a.png')
  const { store } = project
  // a run that has found three of six places
  const found = [0, 1, 4].map((n): Prediction => ({
    ...{ id: randomUUID(), rle: placeOf(n), area: 4, score: 0.5, cluster: n, decision: null, colour: 0 },
  }))
  await store.write(() => {
    const run = store.runs.add({
      ...{ name: 'Kim', kind: 'labels', model: null, settings: null, flips: false, createdAt: '' },
    })
    store.meta.set('current_run', String(run))
    store.runs.reach({ run, image, sha256: null, inference: null, doubt: null }, '')
    store.predictions.replace(run, image, found)
  })
})
afterAll(() => bench.end())

const placeOf = (n: number): string => `${10 * n + 1} 4`

async function gesture(instances: EditPlan['instances'], done = false): Promise<void> {
  const { status, revision } = storedImage(project, image)
  await applyGesture(project, {
    ...{ image, gestureId: randomUUID(), expectedRevision: revision },
    plan: {
      ...{ kind: 'brush', instances, decisions: [], flag: null },
      status: done && status !== 'done' ? { from: status, to: 'done' } : null,
    },
  })
}

/** Draws on the n-th place. */
async function draw(n: number, category?: string): Promise<void> {
  const after = { origin: 'drawn' as const, edited: false, colour: 0, ...(category && { category }) }
  await gesture([{ instance: randomUUID(), before: null, after, added: placeOf(n), removed: '' }], true)
}

/** What counts, from scratch: marks by category, and the set's F2 of them. */
function expectCounted(): void {
  const { store } = project
  const run = currentRun(project)!
  const categories = listCategories(project)
  const uncounted = new Set(categories.filter(({ counts }) => !counts).map(({ key }) => key))
  const truth = store.truth.of(image)
  for (const { key, instances } of categories) {
    const own = truth.filter((t) => (t.category ?? 'ship') === key && !t.ignore)
    expect([key, instances]).toEqual([key, own.length])
  }
  const counted = truth.filter((t) => !t.ignore && !uncounted.has(t.category ?? 'ship'))
  expect(rowOfImage(project, image)!.truthCount).toBe(counted.length)
  const predicted = store.predictions.of(run, image)
  const { f2 } = scoreImage(
    counted.map(({ rle }) => parseRle(rle)),
    predicted.map(({ rle }) => parseRle(rle)),
  )
  const set = setScore(project, null)
  expect({ ...set, f2: set.f2?.toFixed(9) }).toMatchObject({ f2: f2.toFixed(9), staleImages: 0 })
  const areas = truth.flatMap(({ ignore, rle }) => (ignore ? [rle] : []))
  // marks and finds lie on the same places, each whole or not at all
  const left = predicted.filter(({ rle }) => !areas.includes(rle) || counted.some((t) => t.rle === rle))
  const without = scoreImage(
    counted.map(({ rle }) => parseRle(rle)),
    left.map(({ rle }) => parseRle(rle)),
  )
  expect(set.ignoring?.f2.toFixed(9) ?? null).toBe(areas.length === 0 ? null : without.f2.toFixed(9))
}

test('what counts is scored: at each gesture, and anew where another category counts', async () => {
  await draw(0)
  await draw(1, 'tug')
  await draw(2, 'buoy')
  expectCounted()
  const before = setScore(project, null).f2
  await changeCategory(project, { key: 'buoy', counts: false })
  // stale at once, whatever the job comes to
  expect(setScore(project, null).staleImages).toBe(1)
  expect(rowOfImage(project, image)).toMatchObject({ stale: true, truthCount: 2 })
  await settled(project)
  expectCounted()
  expect(setScore(project, null).f2).not.toBe(before)
  // a gesture is scored by what counts now, though the image's table was made before
  await draw(3, 'buoy')
  await draw(4)
  expectCounted()
  expect(rowOfImage(project, image)!.truthCount).toBe(3)
  // an area where the run has found something: strictly a false alarm, and none in the score beside
  const area = { origin: 'drawn' as const, edited: false, colour: 0, ignore: true as const }
  await gesture([{ instance: randomUUID(), before: null, after: area, added: placeOf(1), removed: '' }])
  await gesture([{ instance: randomUUID(), before: null, after: area, added: placeOf(4), removed: '' }])
  expectCounted()
})

test('names change and no mark does; a merged category is the other one, and undo goes on as before', async () => {
  await draw(5, 'tug')
  await changeCategory(project, { key: 'tug', name: 'Tug boat', colour: 7 })
  expect(listCategories(project).find(({ key }) => key === 'tug')).toMatchObject({
    name: 'Tug boat',
    colour: 7,
  })
  await expect(addCategory(project, { name: 'tug BOAT', counts: true })).rejects.toMatchObject({
    code: 'bad_input',
  })
  await mergeCategory(project, { key: 'tug', into: 'buoy' })
  await settled(project)
  expect(listCategories(project).find(({ key }) => key === 'tug')).toMatchObject({
    mergedInto: 'buoy',
    counts: false,
  })
  expectCounted()
  const gone = { image, gestureId: randomUUID(), expectedRevision: storedImage(project, image).revision }
  await undo(project, gone)
  expect(project.store.truth.of(image).filter(({ category }) => category === 'tug')).toHaveLength(1)
  expectCounted()
  await changeCategory(project, { key: 'buoy', counts: true })
  await settled(project)
  expectCounted()
  for (const key of ['buoy']) await changeCategory(project, { key, counts: false })
  await expect(changeCategory(project, { key: 'ship', counts: false })).rejects.toMatchObject({
    code: 'bad_input',
  })
  await expect(mergeCategory(project, { key: 'ship', into: 'buoy' })).rejects.toMatchObject({
    code: 'bad_input',
  })
  await settled(project)
})

test('counts and sums are what a recount says, whatever is drawn, renamed, ignored and taken back', async () => {
  const act = fc.oneof(
    fc.record({
      act: fc.constant('is' as const),
      n: fc.nat(4),
      key: fc.constantFrom('ship', 'buoy', 'pier'),
    }),
    fc.record({ act: fc.constant('ignore' as const), n: fc.nat(4) }),
    fc.record({
      act: fc.constant('counts' as const),
      key: fc.constantFrom('buoy', 'pier'),
      counts: fc.boolean(),
    }),
    fc.record({ act: fc.constant('undo' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 8 }), async (acts) => {
      for (const a of acts) {
        if (a.act === 'undo') {
          const { revision, headEdit } = storedImage(project, image)
          if (headEdit !== null && storedImage(project, image).status === 'done')
            await undo(project, { image, gestureId: randomUUID(), expectedRevision: revision })
          continue
        }
        if (a.act === 'counts') {
          if (listCategories(project).some(({ key }) => key === a.key)) await changeCategory(project, a)
          continue
        }
        const all = project.store.truth.of(image)
        const one = all[a.n % Math.max(1, all.length)]
        if (!one) continue
        const { id, rle: _rle, area: _area, ...before } = one
        const { ignore, category, ...rest } = before
        const after =
          a.act === 'ignore'
            ? { ...rest, ...(category && { category }), ...(ignore ? {} : { ignore: true as const }) }
            : { ...rest, ...(ignore && { ignore }), ...(a.key === 'ship' ? {} : { category: a.key }) }
        await gesture([{ instance: id, before, after, added: '', removed: '' }])
      }
      await settled(project)
      if (storedImage(project, image).status === 'done') expectCounted()
    }),
    { numRuns: 15 },
  )
})
