import { existsSync, rmSync, statSync } from 'node:fs'
import { readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { SparseInference } from '../../contract/engine.ts'
import type { Prediction } from '../../contract/wire.ts'
import { clusterInference } from '../../core/cluster/cluster.ts'
import { inferenceFromBytes } from '../../core/cluster/inference-bytes.ts'
import { formatRle, parseRle } from '../../core/mask/rle.ts'
import { engineDied } from '../../testing/engine.ts'
import { maskOf, writeImage } from '../../testing/images.ts'
import type { TestImage } from '../../testing/images.ts'
import { detailOf, TWO_IMAGES, hostIn, idOf, openBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { openInference } from './open-inference.ts'
import { pixelFile } from './pixel-file.ts'
import { startPrediction } from './predict.ts'
import { summaryOf } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import { listRows } from '../images/rows.ts'
import { listRuns, setCurrentRun, setFlips } from './runs.ts'
import { setScore } from '../score/score.ts'

let bench: (Bench & { project: Project }) | null = null
afterEach(async () => {
  await bench?.end()
  bench = null
})

const A = TWO_IMAGES['a.png']!
const SIX: Record<string, TestImage> = Object.fromEntries(
  [1, 2, 3, 4, 5, 6].map((n) => [`${n}.png`, { ...A, shade: 10 * n }]),
)

/** The inference that the window gets. */
async function shownInference(project: Project, image: number): Promise<SparseInference> {
  const { url } = (await openInference(project, { image, make: false }))!
  const path = new URL(url).pathname.split(`/p/${project.id}/`)[1]!
  return inferenceFromBytes(await readFile((await pixelFile(project, path)).file))!
}

function masks(predictions: readonly Prediction[] | null): unknown {
  return predictions?.map(({ rle }) => parseRle(rle))
}

async function predict(project: Project, images: number[] | 'all' | 'todo' = 'todo') {
  const { job } = await startPrediction(project, { images })
  return project.jobs.finished(job)
}

test('predictions are those of the clustering, one image a transaction, and are kept', async () => {
  bench = await openBench()
  const { project } = bench
  expect(await predict(project)).toMatchObject({ state: 'done', summary: 'Predicted 2 images.', done: 2 })
  const a = await detailOf(project, idOf(project, 'a.png'))
  expect(masks(a.predictions)).toEqual(A.ships.map((ship) => maskOf(ship, A)))
  expect(a.predictions![0]).toMatchObject({ area: 60, cluster: 0, decision: null })
  expect(a.predictions![0]!.colour).not.toBe(a.predictions![1]!.colour)
  const rows = listRows(project)
  expect(rows.map(({ predictionCount, f2 }) => [predictionCount, f2])).toEqual([
    [2, null],
    [0, null],
  ])
  await bench.host.close()
  const other = hostIn(bench.folder)
  const again = await other.openProject(bench.images)
  expect((await detailOf(again, a.row.id)).predictions).toEqual(a.predictions)
  await other.close()
})

test('what another job has brought meanwhile stays, as it may have been decided on', async () => {
  bench = await openBench()
  const { project, engine } = bench
  const [asked, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  engine.before = (inference) => {
    if (inference > 1) return
    asked.resolve()
    return gate.promise
  }
  const a = idOf(project, 'a.png')
  const slow = predict(project, [a])
  await asked.promise
  expect(await predict(project, [a])).toMatchObject({ summary: 'Predicted 1 image.' })
  const { predictions } = await detailOf(project, a)
  expect(predictions).toHaveLength(2)
  gate.resolve()
  expect(await slow).toMatchObject({ summary: 'Predicted 0 images, 1 was done before.' })
  expect((await detailOf(project, a)).predictions).toEqual(predictions)
})

test('what the run has reached is skipped, and the inference is made once for two settings', async () => {
  bench = await openBench()
  const { project, engine } = bench
  await predict(project)
  await expect(startPrediction(project, { images: 'todo' })).rejects.toMatchObject({ code: 'nothing_to_do' })
  expect(await predict(project, 'all')).toMatchObject({ summary: 'Predicted 0 images, 2 were done before.' })
  const first = project.store.runs.all(null)[0]!
  const { job, run } = await startPrediction(project, {
    images: 'all',
    settings: { ...first.settings!, minArea: 70 },
  })
  await project.jobs.finished(job)
  expect(run).not.toBe(first.id)
  expect(engine.inferences).toBe(2)
  expect((await detailOf(project, idOf(project, 'a.png'))).predictions).toHaveLength(1)
})

test('flips make another run of their own inferences, and each run shows the embeddings that it was made from', async () => {
  bench = await openBench()
  const { project, engine, folder, images, host } = bench
  const id = idOf(project, 'a.png')
  /** foreground of the first point, 0..255 */
  const shown = async (): Promise<number> => (await shownInference(project, id)).foreground[0]!
  const plain = await startPrediction(project, { images: 'all' })
  await project.jobs.finished(plain.job)
  await setFlips(project, true)
  expect(summaryOf(project)).toMatchObject({ flips: true, currentRun: plain.run })
  const flipped = await startPrediction(project, { images: 'all' })
  expect(await project.jobs.finished(flipped.job)).toMatchObject({ summary: 'Predicted 2 images.' })
  expect([engine.inferences, engine.flipped]).toEqual([4, 2])
  expect(listRuns(project).map(({ name, flips, images: n, current }) => [name, flips, n, current])).toEqual([
    ['base', false, 2, false],
    ['base, flips', true, 2, true],
  ])
  const keys = [plain, flipped].map(({ run }) => project.store.runs.image(run, id)!.inference)
  expect(keys[0]).not.toBe(keys[1])
  expect(await shown()).toBe(251)
  await setCurrentRun(project, plain.run)
  expect(await shown()).toBe(250)
  // the choice is the project's, so the next prediction goes on in the run with flips
  await expect(startPrediction(project, { images: 'todo' })).rejects.toMatchObject({ code: 'nothing_to_do' })
  expect(summaryOf(project).currentRun).toBe(flipped.run)
  rmSync(project.cache, { recursive: true })
  expect(await shown()).toBe(251)
  expect([engine.inferences, engine.flipped]).toEqual([5, 3])

  await host.close()
  const other = hostIn(folder)
  const again = await other.openProject(images)
  expect(summaryOf(again).flips).toBe(true)
  await setFlips(again, false)
  const back = await startPrediction(again, { images: 'all' })
  expect(back.run).toBe(plain.run)
  expect(await again.jobs.finished(back.job)).toMatchObject({
    summary: 'Predicted 0 images, 2 were done before.',
  })
  await other.close()
})

test('a file that cannot be read is noted, the others go on', async () => {
  bench = await openBench(SIX)
  const { project, images } = bench
  await truncate(join(images, '2.png'), Math.floor(statSync(join(images, '2.png')).size / 2))
  await rm(join(images, '4.png'))
  expect(await predict(project, 'all')).toMatchObject({
    state: 'done',
    summary: 'Predicted 4 images, 2 could not be read: the list says why.',
  })
  const rows = new Map(listRows(project).map((row) => [row.path, row]))
  expect(rows.get('2.png')).toMatchObject({ fileState: 'unreadable', predictionCount: null })
  expect(rows.get('2.png')!.fileNote).toContain('2.png is damaged or cut off')
  expect(rows.get('4.png')).toMatchObject({ fileState: 'missing', predictionCount: null })
})

test('an engine that dies ends the job with a clear error; finished images are kept, the next job skips them', async () => {
  bench = await openBench(SIX)
  const { project, engine } = bench
  engine.before = (n) => {
    if (n === 4) throw engineDied()
  }
  const failed = await predict(project, 'all')
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'engine_died' } })
  const kept = listRows(project).filter(({ predictionCount }) => predictionCount === 2).length
  expect(kept).toBeGreaterThanOrEqual(2)
  expect(kept).toBeLessThan(6)
  engine.before = () => undefined
  const before = engine.inferences
  expect(await predict(project, 'all')).toMatchObject({ state: 'done' })
  expect(engine.inferences - before).toBeLessThanOrEqual(6 - kept)
  expect(listRows(project).every(({ predictionCount }) => predictionCount === 2)).toBe(true)
})

test('a prediction that a closed project broke off goes on after a restart, by its data alone', async () => {
  bench = await openBench(SIX)
  const { project, engine, host, folder, images } = bench
  const third = Promise.withResolvers<void>()
  engine.before = (n, signal) => {
    if (n < 3) return
    third.resolve()
    return new Promise((_, reject) =>
      signal!.addEventListener('abort', () => reject(signal!.reason as Error)),
    )
  }
  const { job, run } = await startPrediction(project, { images: 'all' })
  await third.promise
  await expect.poll(() => project.store.runs.images(run).length).toBe(2)
  await host.close()
  const next = hostIn(folder)
  const again = await next.openProject(images)
  await settled(again)
  expect(again.jobs.list().find(({ id }) => id === job)).toMatchObject({
    ...{ state: 'interrupted', resumable: true },
  })
  await again.jobs.resume(job)
  expect(await again.jobs.finished(job)).toMatchObject({
    ...{ state: 'done', resumable: false, done: 6, total: 6 },
    summary: 'Predicted 4 images, 2 were done before.',
  })
  expect(again.store.runs.images(run)).toHaveLength(6)
  await next.close()
})

test('the image on the screen comes first, a short job does not queue, cancel ends a long one', async () => {
  bench = await openBench(SIX)
  const { project, engine } = bench
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  engine.before = (n) => {
    if (n > 2) return
    if (n === 2) begun.resolve()
    return held.promise
  }
  const first = idOf(project, '5.png')
  const long = await startPrediction(project, { images: 'all', first })
  await begun.promise
  const short = await startPrediction(project, { images: [idOf(project, '6.png')] })
  expect(await project.jobs.finished(short.job)).toMatchObject({ state: 'done', title: 'Predicting 6.png' })
  project.jobs.cancel(long.job)
  held.resolve()
  expect(await project.jobs.finished(long.job)).toMatchObject({ state: 'cancelled', error: null })
  expect(project.jobs.running()).toEqual([])
})

test('finished images are scored with the prediction, and the set says over how many', async () => {
  bench = await openBench()
  const { project } = bench
  const b = idOf(project, 'sub/b.png')
  const plan = {
    ...{ kind: 'status' as const, instances: [], decisions: [], flag: null },
    status: { from: 'to do' as const, to: 'no ship' as const },
  }
  const done = await applyGesture(project, {
    ...{ image: b, expectedRevision: 0, plan },
    gestureId: '00000000-0000-4000-8000-000000000001',
  })
  expect(done.score).toBeNull()
  await predict(project)
  expect((await detailOf(project, b)).score).toMatchObject({ f2: 1, stale: false })
  expect(setScore(project, null)).toMatchObject({
    ...{ f2: 1, pooledF2: 1, f2WithShips: null },
    ...{ overImages: 1, totalImages: 2, staleImages: 0 },
  })
})

test('an inference is made on demand where no run has looked, and not for a mere look', async () => {
  bench = await openBench()
  const { project, engine } = bench
  const id = idOf(project, 'a.png')
  expect(await openInference(project, { image: id, make: false })).toBeNull()
  expect(await openInference(project, { image: id, make: true })).toMatchObject({
    run: null,
    calibration: null,
  })
  expect(engine.inferences).toBe(1)
  // it is that of the next prediction
  const { run } = await startPrediction(project, { images: [id] })
  await settled(project)
  expect(engine.inferences).toBe(1)
  expect(await openInference(project, { image: id, make: false })).toMatchObject({ run })
})

test('inferences, tiles and thumbnails are files of the cache, made again when it is deleted', async () => {
  bench = await openBench()
  const { project, engine } = bench
  const id = idOf(project, 'a.png')
  await predict(project)
  const { row, tiles, predictions } = await detailOf(project, id)
  const inference = await shownInference(project, id)
  expect([inference.width, inference.height, inference.index[0]]).toEqual([60, 40, 5 * 60 + 5])
  const { settings } = (await openInference(project, { image: id, make: false }))!
  const { clusters, instances } = clusterInference(inference, settings)
  expect(clusters[0]).toMatchObject({ centre: [9.5, 7.5], spread: 0, pixels: 60 })
  expect(instances.map(({ rle }) => formatRle(rle))).toEqual(predictions!.map(({ rle }) => rle))

  rmSync(project.cache, { recursive: true })
  expect(await shownInference(project, id)).toEqual(inference)
  expect(engine.inferences).toBe(3)
  const tile = new URL(tiles[0]!.url).pathname.split(`/p/${project.id}/`)[1]!
  expect(await pixelFile(project, tile)).toMatchObject({ mime: 'image/png' })
  const thumb = await pixelFile(project, `image/${id}/r${row.content}/thumb`)
  expect(existsSync(thumb.file)).toBe(true)
  for (const bad of [
    'image/1/rx/thumb',
    `image/${id}/r${row.content}/../../x`,
    `image/9/r${row.content}/thumb`,
  ]) {
    await expect(pixelFile(project, bad)).rejects.toMatchObject({ code: 'not_found' })
  }
})

test('a picture that was replaced is predicted again', async () => {
  bench = await openBench()
  const { project, images } = bench
  await predict(project)
  await writeImage(join(images, 'a.png'), { ...A, ships: A.ships.slice(0, 1), shade: 60 })
  await predict(project, 'all')
  const detail = await detailOf(project, idOf(project, 'a.png'))
  expect(detail.predictions).toHaveLength(1)
  expect(detail.row.fileState).toBe('ok')
  await settled(project)
})
