import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatRle, fromPredicate } from '../../core/mask/rle.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { detailOf, idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { exportLabels, previewExport } from './export.ts'
import { importPlan } from './import-plan.ts'
import { importLabels } from './import.ts'
import { previewImport } from './preview.ts'
import { redoWithGroup, undoGroup, undoWithGroup } from '../annotate/groups.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, storedImage } from '../machinery/project.ts'
import { listRows } from '../images/rows.ts'
import { listRuns, setCurrentRun } from '../predict/runs.ts'
import { refreshScores, setScore } from '../score/score.ts'

const SIZE = { width: 40, height: 30 }
const TRUTH = { what: 'truth', format: 'airbus' } as const
const NAMES = ['a.png', 'b.png', 'c.png', 'deep/d.png', 'e.png']

let bench: Bench & { project: Project }
let project: Project
beforeAll(async () => {
  bench = await openBench(
    Object.fromEntries(NAMES.map((name, i) => [name, { ...SIZE, ships: [], shade: 9 * i }])),
  )
  project = bench.project
})
afterAll(() => bench.end())

function square(x: number, y: number, side = 5): Rle {
  return fromPredicate(SIZE, () => true, { x, y, width: side, height: side })
}

/** Writes a CSV of `name, mask` rows. */
function csv(name: string, rows: [string, Rle | string | null][]): string {
  const file = join(bench.folder, name)
  const lines = rows.map(
    ([image, mask]) => `${image},${mask instanceof Uint32Array ? formatRle(mask) : (mask ?? '')}\n`,
  )
  writeFileSync(file, `ImageId,EncodedPixels\n${lines.join('')}`)
  return file
}

function statuses(): [string, number][] {
  return listRows(project).map(({ status, truthCount }) => [status, truthCount])
}

function gesture(path: string) {
  const image = idOf(project, path)
  return { image, gestureId: randomUUID(), expectedRevision: storedImage(project, image).revision }
}

const EMPTY: [string, number][] = NAMES.map(() => ['to do', 0])

test('a preview says what will happen, and writes nothing', async () => {
  const file = csv('messy.csv', [
    ['a.png', square(0, 0)],
    ['a.png', square(3, 3)],
    ['b.png', square(10, 10)],
    ['b.png', '1200 5'],
    ['c.png', null],
    ['d.png', square(1, 1)],
    ['e.png', '1 x'],
    ['nowhere.png', square(0, 0)],
  ])
  expect(await previewImport(project, file)).toMatchObject({
    ...{ file: 'messy.csv', rows: 8, instances: 6, matchedImages: 4, emptyImages: 1 },
    ...{ notFound: ['nowhere.png'], notFoundCount: 1, overlapping: ['a.png'], outside: ['b.png'] },
    ...{ withTruthCount: 0, brokenCount: 1 },
    broken: [{ line: 8, reason: 'Line 8 has "x" where a whole number should be.' }],
  })
  expect(statuses()).toEqual(EMPTY)
  writeFileSync(join(bench.folder, 'other.csv'), 'a;b\n')
  await expect(previewImport(project, join(bench.folder, 'other.csv'))).rejects.toMatchObject({
    code: 'file_broken',
  })
})

test('one import is one undo, on every image, and one redo', async () => {
  const file = csv('truth.csv', [
    ['a.png', square(0, 0)],
    ['a.png', square(10, 10)],
    ['b.png', null],
    ['deep/d.png', square(2, 2)],
  ])
  const { token } = await previewImport(project, file)
  const done = await importLabels(project, { token, what: 'truth', existing: 'skip' })
  expect(done).toEqual({
    ...{ images: 3, instances: 3, identical: 0, skipped: 0, leftOut: [], leftOutCount: 0 },
    ...{ group: token, run: null },
  })
  const imported: [string, number][] = [
    ['done', 2],
    ['no ship', 0],
    ['to do', 0],
    ['done', 1],
    ['to do', 0],
  ]
  expect(statuses()).toEqual(imported)
  expect((await detailOf(project, idOf(project, 'a.png'))).truth[0]).toMatchObject({
    origin: 'imported',
    area: 25,
  })
  expect(await readdir(join(project.folder, 'backups'))).not.toEqual([])

  const undone = gesture('deep/d.png')
  expect(await undoWithGroup(project, undone)).toMatchObject({ revision: 2, row: { status: 'to do' } })
  expect(statuses()).toEqual(EMPTY)
  await undoWithGroup(project, undone)
  expect(storedImage(project, idOf(project, 'a.png')).revision).toBe(2)
  await redoWithGroup(project, gesture('a.png'))
  expect(statuses()).toEqual(imported)
  expect(listRows(project).map(({ revision }) => revision)).toEqual([3, 3, 0, 3, 0])
  await expect(importLabels(project, { token, what: 'truth', existing: 'add' })).rejects.toMatchObject({
    code: 'not_found',
  })

  // an image that was edited since keeps what it has
  const flag = { from: { flagged: false, comment: '' }, to: { flagged: true, comment: 'look' } }
  const plan = { kind: 'flag' as const, instances: [], decisions: [], status: null, flag }
  await applyGesture(project, { ...gesture('a.png'), plan })
  const id = randomUUID()
  expect(await undoGroup(project, token, id)).toEqual({ images: 2, kept: 1 })
  expect(await undoGroup(project, token, id)).toEqual({ images: 2, kept: 1 })
  expect(statuses()).toEqual([['done', 2], ...EMPTY.slice(1)])
})

test('images with truth: add, replace or skip', async () => {
  const file = csv('more.csv', [
    ['a.png', square(20, 20)],
    ['b.png', square(20, 20)],
  ])
  const importAs = async (existing: 'add' | 'replace' | 'skip') => {
    const preview = await previewImport(project, file)
    expect(preview.withTruth).toContain('a.png')
    return importLabels(project, { token: preview.token, what: 'truth', existing })
  }
  expect(await importAs('skip')).toMatchObject({ images: 1, instances: 1, skipped: 1 })
  expect(statuses().slice(0, 2)).toEqual([
    ['done', 2],
    ['done', 1],
  ])
  // what is there already, to the pixel, is never doubled
  expect(await previewImport(project, file)).toMatchObject({ identical: 1, withTruthCount: 2 })
  const once = { images: 1, instances: 1, identical: 1, skipped: 1 }
  expect(await importAs('add')).toMatchObject(once)
  expect(statuses().slice(0, 2)).toEqual([
    ['done', 3],
    ['done', 1],
  ])
  expect(await importAs('add')).toMatchObject({ images: 0, instances: 0, identical: 2, group: null })
  const kept = project.store.truth.of(idOf(project, 'a.png'))[2]!.id
  expect(await importAs('replace')).toMatchObject({ images: 1, identical: 2 })
  expect(project.store.truth.of(idOf(project, 'a.png')).map(({ id }) => id)).toEqual([kept])
  expect(statuses().slice(0, 2)).toEqual([
    ['done', 1],
    ['done', 1],
  ])
  expect(project.store.truth.masks(idOf(project, 'a.png'))).toEqual([formatRle(square(20, 20))])
})

test('imported predictions are a run of their own, which is scored and compared', async () => {
  const file = csv('colleague.csv', [
    ['a.png', square(20, 20)],
    ['b.png', null],
    ['e.png', null],
  ])
  const { token } = await previewImport(project, file)
  const { run } = await importLabels(project, {
    token,
    what: 'predictions',
    existing: 'skip',
    runName: 'Ada',
  })
  expect(currentRun(project)).toBe(run)
  expect(listRuns(project)).toMatchObject([
    { name: 'Ada', kind: 'labels', model: null, images: 3, current: true },
  ])
  expect(listRows(project).map(({ f2, predictionCount }) => [f2, predictionCount])).toEqual([
    [1, 1],
    [0, 0],
    [null, null],
    [null, null],
    [null, 0],
  ])
  expect(setScore(project, null)).toMatchObject({ f2: 0.5, f2WithShips: 0.5, overImages: 2, totalImages: 5 })

  // another run is current while truth changes: what was scored is stale, and is computed again on demand
  const second = await previewImport(project, csv('other-run.csv', [['a.png', null]]))
  await importLabels(project, { token: second.token, what: 'predictions', existing: 'skip' })
  await undoWithGroup(project, gesture('a.png'))
  await setCurrentRun(project, run!)
  expect(setScore(project, null)).toMatchObject({ staleImages: 1 })
  expect(listRows(project)[0]).toMatchObject({ stale: true })
  const refreshed = await refreshScores(project)
  expect(refreshed).toMatchObject({ staleImages: 0, overImages: 2 })
  expect(refreshed.f2).toBeCloseTo(5 / 26, 10)
  await redoWithGroup(project, gesture('a.png'))
})

test('what is exported is what is imported again', async () => {
  const file = join(bench.folder, 'out.csv')
  const truth = await exportLabels(project, file, TRUTH)
  expect(truth).toEqual({ images: 2, instances: 2, file: 'out.csv' })
  expect(readFileSync(file, 'utf8')).toBe(
    `ImageId,EncodedPixels\na.png,${formatRle(square(20, 20))}\nb.png,${formatRle(square(20, 20))}\n`,
  )
  expect(await exportLabels(project, file, { ...TRUTH, what: 'predictions' })).toMatchObject({
    images: 3,
    instances: 1,
  })
  expect(readFileSync(file, 'utf8').split('\n').slice(2)).toEqual(['b.png,', 'e.png,', ''])
  await expect(exportLabels(project, join(bench.folder, 'no', 'out.csv'), TRUTH)).rejects.toMatchObject({
    code: 'disk_full',
  })
  const long = (n: number): string => join(bench.folder, `${'n'.repeat(n - 4)}.csv`)
  expect(await exportLabels(project, long(255), TRUTH)).toMatchObject({ images: 2 })
  expect(existsSync(long(255))).toBe(true)
  await expect(exportLabels(project, long(256), TRUTH)).rejects.toMatchObject({
    code: 'bad_input',
    message: expect.stringContaining('shorter') as string,
  })
})

test('an export says what is not in it, and puts it in when asked', async () => {
  const plan = importPlan(
    storedImage(project, idOf(project, 'c.png')),
    [],
    { masks: [readMask(square(1, 1)), readMask(square(9, 9))], ignored: [] },
    'add',
  ).plan!
  const open = { ...plan, kind: 'brush' as const, status: { from: 'to do', to: 'in progress' } as const }
  await applyGesture(project, { ...gesture('c.png'), plan: open })
  expect(await previewExport(project, { ...TRUTH, format: 'voc' })).toEqual({
    ...{ images: 2, instances: 2, unfinishedImages: 1, unfinishedInstances: 2, leftOutImages: 0, lost: [] },
  })
  const file = join(bench.folder, 'all.csv')
  expect(await exportLabels(project, file, { ...TRUTH, unfinished: true })).toMatchObject({
    ...{ images: 3, instances: 4 },
  })
  expect(readFileSync(file, 'utf8')).toContain('c.png,')
})

function readMask(rle: Rle) {
  return { rle: formatRle(rle), area: rle.length, colour: 0, category: null, score: null }
}
