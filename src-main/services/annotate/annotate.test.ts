import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EditPlan, EditResult } from '../../contract/wire.ts'
import { planAccept, planReject, planStatus } from '../../core/edit/edit.ts'
import type { EditState, Planned } from '../../core/edit/edit.ts'
import { editStateOf } from '../../core/edit/edit.ts'
import { formatRle, fromPredicate, parseRle, subtract, unionAll } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import { summarise } from '../../core/metric/sums.ts'
import { detailOf, hostIn, idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture, redo, undo } from './annotate.ts'
import { startPrediction } from '../predict/predict.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import { setScore } from '../score/score.ts'

const SIZE = { width: 30, height: 20 }
const names = ['undo', 'twice', 'score', 'random', 'full', 'other'].map((name) => `${name}.png`)
const ships = [{ x: 2, y: 2, width: 6, height: 4 }]

let bench: Bench & { project: Project }
beforeAll(async () => {
  bench = await openBench(
    Object.fromEntries(names.map((name, i) => [name, { ...SIZE, ships, shade: 5 * i }])),
  )
  const { job } = await startPrediction(bench.project, { images: 'all' })
  await bench.project.jobs.finished(job)
})
afterAll(() => bench.end())

/** Adds an instance of the rectangle's pixels that are still free. */
function draw(project: Project, image: number, x: number, y: number, side = 4): EditPlan {
  const taken = unionAll(project.store.truth.masks(image).map(parseRle))
  const free = subtract(
    fromPredicate(SIZE, () => true, { x, y, width: side, height: side }),
    taken,
  )
  const { status } = storedImage(project, image)
  return {
    kind: 'polygon',
    instances: [
      {
        ...{ instance: randomUUID(), before: null, after: { origin: 'drawn', edited: false, colour: 3 } },
        ...{ added: formatRle(free), removed: '' },
      },
    ],
    decisions: [],
    status: status === 'to do' ? { from: status, to: 'in progress' } : null,
    flag: null,
  }
}

function gesture(project: Project, image: number) {
  return { image, gestureId: randomUUID(), expectedRevision: storedImage(project, image).revision }
}

function apply(project: Project, image: number, plan: EditPlan): Promise<EditResult> {
  return applyGesture(project, { ...gesture(project, image), plan })
}

/** All that edits may change, in a form to compare. */
async function stateOf(project: Project, image: number): Promise<unknown> {
  const { truth, predictions, row } = await detailOf(project, image)
  const sorted = truth.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return { truth: sorted, predictions, status: row.status, flagged: row.flagged, comment: row.comment }
}

async function editState(project: Project, image: number): Promise<EditState> {
  const { truth, predictions, row } = await detailOf(project, image)
  const flag = { flagged: row.flagged, comment: row.comment }
  return editStateOf({ ...SIZE, status: row.status, flag, truth, predictions: predictions ?? [] }, parseRle)
}

/** What is stored of a finished image is the score of all of its masks, compared at once. */
function expectFullScore({ store }: Project, image: number): void {
  const { status, truthRevision } = store.images.get(image)!
  if (status !== 'done' && status !== 'no ship') return
  const run = Number(store.meta.get('current_run'))
  const [truth, predictions] = [store.truth.masks(image), store.predictions.masks(run, image)]
  const { f2, thresholds } = scoreImage(truth.map(parseRle), predictions.map(parseRle))
  expect(store.scores.get(run, image)).toEqual({ image, f2, thresholds, ignoringF2: null, truthRevision })
}

/** The set's score is that of the stored scores of all finished images, added up anew. */
function expectFullCount(project: Project): void {
  const { images, scores } = project.store
  const run = Number(project.store.meta.get('current_run'))
  const finished = [...images.all()].filter(({ status }) => status === 'done' || status === 'no ship')
  const found = finished.flatMap(({ id }) => scores.get(run, id) ?? [])
  const { f2, f2WithShips, pooledF2, thresholds } = summarise(found)
  expect(setScore(project, null)).toEqual({
    ...{ run, f2, f2WithShips, pooledF2, thresholds: found.length === 0 ? [] : thresholds },
    ...{ overImages: found.length, totalImages: names.length, staleImages: 0 },
    ...{ ignoring: null, leftOutImages: 0 },
  })
}

function planned(result: Planned): EditPlan {
  if ('plan' in result) return result.plan
  throw new Error(result.refusal)
}

test('a gesture sent twice is applied once and gives the old answer', async () => {
  const { project } = bench
  const image = idOf(project, 'twice.png')
  const one = { ...gesture(project, image), plan: draw(project, image, 0, 0) }
  const first = await applyGesture(project, one)
  expect(first).toMatchObject({ revision: 1, canUndo: true, canRedo: false })
  expect(first.row).toMatchObject({ status: 'in progress', truthCount: 1, revision: 1, f2: null })
  await apply(project, image, draw(project, image, 10, 10))
  const second = await applyGesture(project, one)
  expect(second).toMatchObject({ revision: 1, plan: first.plan })
  expect(storedImage(project, image).revision).toBe(2)
  expect(project.store.truth.of(image)).toHaveLength(2)
})

test('another revision is a conflict with the current state, and nothing is written', async () => {
  const { project } = bench
  const image = idOf(project, 'other.png')
  await apply(project, image, draw(project, image, 0, 0))
  const late = { image, gestureId: randomUUID(), expectedRevision: 0, plan: draw(project, image, 9, 9) }
  await expect(applyGesture(project, late)).rejects.toMatchObject({
    code: 'conflict',
    data: { revision: 1, row: { truthCount: 1 }, truth: [{ area: 16 }] },
  })
  expect(project.store.edits.byGesture(late.gestureId)).toBeNull()
  const outside = draw(project, image, 9, 9)
  outside.instances[0]!.added = '600 2'
  await expect(apply(project, image, outside)).rejects.toMatchObject({ code: 'bad_input' })
  const foreign = draw(project, image, 20, 9)
  foreign.instances[0]!.instance = project.store.truth.of(idOf(project, 'twice.png'))[0]!.id
  await expect(apply(project, image, foreign)).rejects.toMatchObject({ code: 'bad_input' })
  expect(storedImage(project, image).revision).toBe(1)
  expect(project.store.truth.of(image)).toHaveLength(1)
})

test('undo and redo are edits too; a new edit ends the redo branch, which stays in history', async () => {
  const { project } = bench
  const image = idOf(project, 'undo.png')
  const start = await stateOf(project, image)
  await apply(project, image, draw(project, image, 0, 0))
  const one = await stateOf(project, image)
  await apply(project, image, draw(project, image, 10, 0))
  const two = await stateOf(project, image)
  expect(await undo(project, gesture(project, image))).toMatchObject({
    revision: 3,
    canUndo: true,
    canRedo: true,
  })
  expect(await stateOf(project, image)).toEqual(one)
  expect(await redo(project, gesture(project, image))).toMatchObject({ revision: 4, canRedo: false })
  expect(await stateOf(project, image)).toEqual(two)
  await undo(project, gesture(project, image))
  await undo(project, gesture(project, image))
  expect(await stateOf(project, image)).toEqual(start)
  await expect(undo(project, gesture(project, image))).rejects.toMatchObject({ code: 'nothing_to_do' })
  await apply(project, image, draw(project, image, 20, 0))
  await expect(redo(project, gesture(project, image))).rejects.toMatchObject({ code: 'nothing_to_do' })
  await undo(project, gesture(project, image))
  const third = await redo(project, gesture(project, image))
  expect(parseRle(third.plan.instances[0]!.added)[0]).toBe(20 * 20 + 1)
  const rows = project.store.db
    .prepare('select kind from edits where image_id = ? order by id')
    .pluck()
    .all(image)
  expect(rows).toEqual(['do', 'do', 'undo', 'redo', 'undo', 'undo', 'do', 'undo', 'redo'])
  expect(() => project.store.db.exec('delete from edits')).toThrow('append-only')
})

test('truth counts only on finished images, and each gesture rescores the current run', async () => {
  const { project } = bench
  const image = idOf(project, 'score.png')
  const id = (await detailOf(project, image)).predictions![0]!.id
  const options = { newId: randomUUID, policy: 'yield' as const }
  const accepted = await apply(
    project,
    image,
    planned(planAccept(await editState(project, image), [id], options)),
  )
  expect(accepted.row).toMatchObject({ truthCount: 1, f2: null })
  expect((await detailOf(project, image)).predictions![0]).toMatchObject({ decision: 'accepted' })
  expect(setScore(project, null).overImages).toBe(0)
  const scored = project.store.db.prepare('select f2 from scores where image_id = ?').pluck()
  expect(scored.all(image)).toEqual([])
  const done = await apply(project, image, planned(planStatus(await editState(project, image), 'done')))
  expect(done.score).toMatchObject({ f2: 1, stale: false, truthRevision: 2 })
  expect(done.score!.thresholds[0]).toEqual({ iou: 0.5, tp: 1, fp: 0, fn: 0, f2: 1 })
  const missed = await apply(project, image, draw(project, image, 20, 10))
  expect(missed.score!.thresholds[9]).toMatchObject({ tp: 1, fp: 0, fn: 1 })
  expect(missed.row.f2).toBeCloseTo(5 / 9, 12)
  expect(setScore(project, null)).toMatchObject({ overImages: 1, totalImages: 6 })
  expect(setScore(project, null).f2).toBeCloseTo(missed.row.f2!, 11)
  expect(scored.get(image)).toBe(missed.row.f2)
  await undo(project, gesture(project, image))
  expect((await undo(project, gesture(project, image))).row).toMatchObject({
    status: 'in progress',
    f2: null,
  })
  await undo(project, gesture(project, image))
  expect((await detailOf(project, image)).predictions![0]).toMatchObject({ decision: null })
  expect(setScore(project, null).overImages).toBe(0)
})

test('random edits, all taken back, leave the image as it was; done again, as it became', async () => {
  const { project } = bench
  const image = idOf(project, 'random.png')
  const act = fc.oneof(
    fc.record({ act: fc.constant('draw' as const), x: fc.nat(25), y: fc.nat(15) }),
    fc.record({
      act: fc.constantFrom('accept' as const, 'reject' as const, 'delete' as const, 'done' as const),
    }),
    fc.record({ act: fc.constantFrom('undo' as const, 'redo' as const) }),
  )
  const perform = async (a: typeof act extends fc.Arbitrary<infer T> ? T : never): Promise<void> => {
    const state = await editState(project, image)
    const ids = state.predictions.map(({ id }) => id)
    if (a.act === 'draw') {
      const plan = draw(project, image, a.x, a.y)
      if (plan.instances[0]!.added !== '') await apply(project, image, plan)
    } else if (a.act === 'undo' || a.act === 'redo') {
      await (a.act === 'undo' ? undo : redo)(project, gesture(project, image)).catch(() => undefined)
    } else if (a.act === 'delete') {
      const [truth] = project.store.truth.of(image)
      if (!truth) return
      const { id: instance, origin, edited, colour, rle: removed } = truth
      const before = { origin, edited, colour }
      const instances = [{ instance, before, after: null, added: '', removed }]
      await apply(project, image, { kind: 'delete', instances, decisions: [], status: null, flag: null })
    } else {
      const result =
        a.act === 'accept'
          ? planAccept(state, ids, { newId: randomUUID, policy: 'yield' })
          : a.act === 'reject'
            ? planReject(state, ids)
            : planStatus(state, 'done')
      if ('plan' in result) await apply(project, image, result.plan)
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
      const start = await stateOf(project, image)
      let depth = 0
      for (const one of acts) {
        await perform(one)
        expectFullScore(project, image)
        expectFullCount(project)
      }
      const end = await stateOf(project, image)
      while ((await detailOf(project, image)).canUndo) {
        await undo(project, gesture(project, image))
        depth++
      }
      expect(await stateOf(project, image)).toEqual(start)
      for (let i = 0; i < depth; i++) await redo(project, gesture(project, image))
      expect(await stateOf(project, image)).toEqual(end)
      for (let i = 0; i < depth; i++) await undo(project, gesture(project, image))
    }),
    { numRuns: 12 },
  )
})

test('a full disk: nothing is written, and the stroke can be sent again', async () => {
  const { project } = bench
  const { db } = project.store
  const image = idOf(project, 'full.png')
  const plan = draw(project, image, 0, 0)
  // one pixel a run, and many of them, so that the rows need pages that are not there
  const added = Array.from({ length: 300 }, (_, i) => `${2 * i + 1} 1`).join(' ')
  const [first] = plan.instances
  plan.instances = Array.from({ length: 20 }, () => ({ ...first!, instance: randomUUID(), added }))
  db.exec('vacuum')
  const stroke = { ...gesture(project, image), plan }
  db.pragma('max_page_count = 1')
  await expect(applyGesture(project, stroke)).rejects.toMatchObject({ code: 'disk_full' })
  expect(storedImage(project, image).revision).toBe(0)
  db.pragma('max_page_count = 1000000')
  expect(await applyGesture(project, stroke)).toMatchObject({ revision: 1 })
})

test('what a gesture that was not saved has left in memory is in no later score', async () => {
  const { project } = bench
  const image = idOf(project, 'score.png')
  await apply(project, image, planned(planStatus(await editState(project, image), 'done')))
  await apply(project, image, draw(project, image, 20, 10))
  const { scores, db } = project.store
  const [kept, lost] = [draw(project, image, 12, 10), draw(project, image, 2, 2, 8)]
  const unsaved = { ...gesture(project, image), plan: lost }
  db.exec("create temp trigger failing after insert on scores begin select raise(abort, 'no'); end")
  await expect(applyGesture(project, unsaved)).rejects.toThrow('no')
  db.exec('drop trigger failing')
  await apply(project, image, kept)
  expectFullScore(project, image)
  await undo(project, gesture(project, image))
  expectFullScore(project, image)
  // the same gesture with another plan, as after a conflict
  await applyGesture(project, {
    ...unsaved,
    expectedRevision: storedImage(project, image).revision,
    plan: kept,
  })
  expectFullScore(project, image)
  expect(scores.get(Number(project.store.meta.get('current_run')), image)).not.toBeNull()
})

test('two processes: the second sees what the first wrote, and its stale gesture is a conflict', async () => {
  const { project, folder, images } = bench
  const image = idOf(project, 'full.png')
  const other = hostIn(folder)
  const there = await other.openProject(images)
  const before = storedImage(there, image).revision
  await apply(there, image, draw(there, image, 20, 10, 2))
  const stale = {
    image,
    gestureId: randomUUID(),
    expectedRevision: before,
    plan: draw(project, image, 25, 10, 2),
  }
  await expect(applyGesture(project, stale)).rejects.toMatchObject({ code: 'conflict' })
  // both score what either draws
  await apply(there, image, planned(planStatus(await editState(there, image), 'done')))
  await apply(project, image, draw(project, image, 24, 10, 2))
  await apply(there, image, draw(there, image, 2, 10, 2))
  await apply(project, image, draw(project, image, 2, 14, 2))
  expectFullScore(project, image)
  await other.close()
})

test('a stroke is saved where the file is gone, and where its size was not known yet', async () => {
  const { project, images } = bench
  const image = idOf(project, 'other.png')
  const { revision, sha256 } = storedImage(project, image)
  await project.store.write(() => project.store.images.setContent(image, null, null, null))
  expect(await apply(project, image, draw(project, image, 20, 0))).toMatchObject({ revision: revision + 1 })
  expect(storedImage(project, image)).toMatchObject({ ...SIZE, sha256 })
  rmSync(join(images, 'other.png'))
  expect(await apply(project, image, draw(project, image, 20, 10))).toMatchObject({ revision: revision + 2 })
})
