import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Prediction } from '../../contract/wire.ts'
import { idOf, openBench, settled, TWO_IMAGES } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { currentRun, storedImage } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import { previewExport } from '../exchange/export.ts'
import { rowOfImage } from '../images/rows.ts'
import { refreshScores, setScore } from '../score/score.ts'
import { actOnAll } from './act-on-all.ts'
import { undoGroup } from './groups.ts'

const A = TWO_IMAGES['a.png']!
let bench: Bench & { project: Project }
let project: Project
let ids: number[]
beforeAll(async () => {
  bench = await openBench({ 'a.png': A, 'b.png': { ...A, shade: 30 }, 'c.png': { ...A, shade: 60 } })
  project = bench.project
  await settled(project)
  ids = ['a.png', 'b.png', 'c.png'].map((path) => idOf(project, path))
})
afterAll(() => bench.end())

const images = () => ids.map((id) => storedImage(project, id))
const takenBack = (group: string) => undoGroup(project, group, randomUUID())

test('a status for several is one edit each, and one undo; where ships are marked it stays', async () => {
  const mask = { rle: '1 4', area: 4, origin: 'drawn' as const, edited: false, colour: 0 }
  await project.store.write(() => project.store.truth.put(ids[1]!, { id: randomUUID(), ...mask }))
  const done = await actOnAll(project, ids, { kind: 'status', status: 'no ship' })
  expect(done).toMatchObject({ images: 2, kept: 1, why: '1 ship is marked' })
  expect(images().map(({ status }) => status)).toEqual(['no ship', 'to do', 'no ship'])
  expect(await takenBack(done.group)).toEqual({ images: 2, kept: 0 })
  expect(images().map(({ status }) => status)).toEqual(['to do', 'to do', 'to do'])
})

test('predictions from a score on are accepted on all of them', async () => {
  const { store } = project
  const found = (score: number, at: number): Prediction => ({
    ...{ id: randomUUID(), rle: `${at} 4`, area: 4, colour: 0 },
    ...{ score, cluster: 0, decision: null },
  })
  await store.write(() => {
    const made = { name: 'r', kind: 'labels' as const, model: null, settings: null, flips: false }
    const run = store.runs.add({ ...made, createdAt: '' })
    store.meta.set('current_run', String(run))
    for (const id of ids.slice(1)) {
      store.runs.reach({ run, image: id, sha256: null, inference: null, doubt: null }, '')
      store.predictions.replace(run, id, [found(0.9, 61), found(0.3, 121)])
    }
  })
  const counts = () => ids.map((id) => store.truth.count(id))
  const before = counts()
  const done = await actOnAll(project, ids, { kind: 'accept', least: 0.5 })
  expect(done).toMatchObject({ images: 2, kept: 1, why: 'There is no prediction to accept here.' })
  expect(counts()).toEqual([before[0], before[1]! + 1, before[2]! + 1])
  await takenBack(done.group)
  expect(counts()).toEqual(before)
})

test('flags and splits of several are taken back at once, whatever they were before', async () => {
  await actOnAll(project, [ids[0]!], { kind: 'flag', flagged: true, comment: 'mine' })
  const flags = await actOnAll(project, ids, { kind: 'flag', flagged: true, comment: 'haze' })
  expect(images().map(({ comment }) => comment)).toEqual(['haze', 'haze', 'haze'])
  await takenBack(flags.group)
  expect(images().map(({ flagged, comment }) => [flagged, comment])).toEqual([
    [true, 'mine'],
    [false, ''],
    [false, ''],
  ])
  const before = images().map(({ split, splitBy }) => [split, splitBy])
  const splits = await actOnAll(project, ids, { kind: 'split', split: 'validation' })
  expect(splits).toMatchObject({ images: 3, kept: 0 })
  expect(images().map(({ split }) => split)).toEqual(['validation', 'validation', 'validation'])
  await takenBack(splits.group)
  expect(images().map(({ split, splitBy }) => [split, splitBy])).toEqual(before)
})

test('images are left out for good with a reason: in no count, score, prediction, training or export, until one undo', async () => {
  const { store } = project
  await actOnAll(project, ids, { kind: 'status', status: 'done' })
  await settled(project)
  const seen = async () => ({
    score: setScore(project, null).overImages,
    finished: store.sums.counts(null).finished,
    train: (await project.reads.run('train.preview', null)).leftOut.map(({ reason }) => reason),
    export: await previewExport(project, { what: 'truth', format: 'airbus' }),
    predict: await project.reads.run('predict.images', { run: 1, model: '', flips: false, images: 'all' }),
    review: store.reviews.scored(currentRun(project)!).length,
  })
  const before = await seen()
  expect(before).toMatchObject({ finished: 3, score: 2, review: 2, export: { images: 3, leftOutImages: 0 } })
  const act = await actOnAll(project, ids.slice(1), { kind: 'leave out', reason: 'blurred' })
  expect(act).toMatchObject({ images: 2, kept: 0 })
  expect(images().map(({ leftOut }) => leftOut)).toEqual([null, 'blurred', 'blurred'])
  expect(await seen()).toMatchObject({ finished: 1, score: 0, review: 0 })
  expect(await seen()).toMatchObject({
    export: { images: 1, leftOutImages: 2 },
    predict: [ids[0]],
    train: expect.arrayContaining(['left out for good']) as string[],
  })
  expect(rowOfImage(project, ids[1]!)).toMatchObject({ leftOut: 'blurred', status: 'done', f2: null })
  // another reason, then back
  const again = await actOnAll(project, ids.slice(1), { kind: 'leave out', reason: 'blurred' })
  expect(again).toMatchObject({ images: 0, kept: 2, why: 'It is left out already.' })
  await takenBack(act.group)
  await refreshScores(project)
  expect(await seen()).toEqual(before)
})
