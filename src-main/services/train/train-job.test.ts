import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProjectEvent, Split, TrainSettings } from '../../contract/wire.ts'
import { formatRle } from '../../core/mask/rle.ts'
import { maskOf } from '../../testing/images.ts'
import type { TestImage } from '../../testing/images.ts'
import { TWO_IMAGES, hostIn, idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { listModels, modelCardOf, setCurrentModel } from '../predict/models.ts'
import type { Project } from '../machinery/project.ts'
import { exampleCrops } from './example-crops.ts'
import { filmFrame, filmSteps, keepStep } from './film.ts'
import { startTraining, trainingCurve, trainingDefaults, trainingPreview } from './train-job.ts'

const A = TWO_IMAGES['a.png']!

/** The same ships elsewhere: another scene. */
const moved = (shade: number): TestImage => ({
  ...A,
  shade,
  ships: A.ships.map((ship) => ({ ...ship, x: ship.x + Math.round(shade / 5), y: ship.y + 5 })),
})

let bench: Bench & { project: Project }
beforeAll(async () => {
  bench = await openBench({ 'a.png': A, 'b.png': moved(50), 'c.png': moved(70) })
})
afterAll(() => bench.end())

async function finish(path: string, split: Split): Promise<void> {
  const { project } = bench
  const image = idOf(project, path)
  await project.store.write(() => project.store.images.setSplit(image, split, 'person'))
  const instances = A.ships.map((ship) => ({
    ...{
      instance: randomUUID(),
      before: null,
      after: { origin: 'drawn' as const, edited: false, colour: 0 },
    },
    ...{ added: formatRle(maskOf(ship, A)), removed: '' },
  }))
  const status = { from: 'to do' as const, to: 'done' as const }
  const plan = { kind: 'polygon' as const, instances, decisions: [], status, flag: null }
  await applyGesture(project, { image, gestureId: randomUUID(), expectedRevision: 0, plan })
}

async function settings(): Promise<TrainSettings> {
  return {
    ...(await trainingDefaults(bench.project)),
    minutes: null,
    steps: 4,
    batch: 1,
    crop: 64,
    syntheticShare: 0,
  }
}

test('a training says what it uses, is refused without truth, and becomes a version that can be made current', async () => {
  const { project } = bench
  expect((await trainingPreview(project)).refusal).not.toBeNull()
  await expect(startTraining(project, await settings())).rejects.toMatchObject({ code: 'nothing_to_do' })
  await finish('a.png', 'train')
  await finish('b.png', 'validation')
  expect(await trainingPreview(project)).toMatchObject({
    used: 1,
    validation: 1,
    instances: 2,
    refusal: null,
  })

  const told: ProjectEvent[] = []
  const stop = project.events.listen((event) => told.push(event))
  const job = await startTraining(project, await settings())
  const ended = await project.jobs.finished(job)
  stop()
  expect(ended).toMatchObject({ state: 'done', error: null, unit: 'steps', done: 4, total: 4 })
  expect(ended.summary).toBe('Trained 4 steps on 1 image.')
  const [base, made] = listModels(project)
  expect(base).toMatchObject({ kind: 'base', current: true })
  expect(made).toMatchObject({
    id: ended.model,
    kind: 'trained',
    parent: base!.id,
    name: 'harbour 1',
    trainedImages: 1,
  })
  expect(await modelCardOf(project, made!.id)).toMatchObject({
    trainedOn: [project.store.images.get(idOf(project, 'a.png'))!.sha256],
    // every setting: the same again, whatever the defaults are by then
    reproduce: `drydock train --project harbour.drydock --from ${base!.id} --steps 4 --batch 1 --crop 64 --learning-rate 0.001 --embedding-weight 0.2 --loss-unit pixel --size-exponent 0 --false-alarm-share 0 --synthetic-share 0 --magnify 1.3 --validate-every 50 --patience 6 --seed 1`,
  })
  expect((await trainingCurve(project, job)).map(({ step }) => step)).toEqual([1, 2, 3, 4])
  expect(told.filter(({ type }) => type === 'curve')).toHaveLength(4)
  await setCurrentModel(project, made!.id)
  expect(await trainingDefaults(project)).toMatchObject({ from: made!.id, name: 'harbour 2' })
  // where the two take turns, what has learnt from one of them is not what they are validated from
  const put = (split: 'train' | 'validation') =>
    project.store.write(() => project.store.images.setSplit(idOf(project, 'b.png'), split, 'person'))
  await put('train')
  expect(await trainingPreview(project)).toMatchObject({
    ...{ validates: 'folds', known: [{ model: made!.id, images: 1 }] },
  })
  expect(await trainingDefaults(project)).toMatchObject({ from: base!.id })
  await put('validation')
  expect((await trainingPreview(project)).known).toEqual([])
  expect(ended.resumable).toBe(false)
  await expect(project.jobs.resume(job)).rejects.toMatchObject({ code: 'not_found' })
})

test('the steps of the last training can be looked at on any image, and kept as versions', async () => {
  const { project } = bench
  const job = project.jobs.list().find(({ kind, state }) => kind === 'train' && state === 'done')!.id
  expect(await filmSteps(project, job)).toEqual([4])
  const image = idOf(project, 'a.png')
  const frame = await filmFrame(project, { job, step: 4, image })
  // the engine of the tests sees what is bright, and that is the truth
  expect(frame).toMatchObject({ step: 4, width: 60, height: 40, f2: 1 })
  expect(frame.instances).toHaveLength(2)
  const foreground = Buffer.from(frame.foreground.bytes, 'base64')
  expect(foreground.filter((value) => value === 250)).toHaveLength(10 * 6 + 8 * 12)
  expect((await filmFrame(project, { job, step: 4, image: idOf(project, 'c.png') })).f2).toBeNull()
  const kept = await keepStep(project, { job, step: 4 })
  expect(await modelCardOf(project, kept)).toMatchObject({
    name: expect.stringMatching(/., step 4$/) as string,
    steps: 4,
    parent: listModels(project)[0]!.id,
  })
  await expect(filmFrame(project, { job, step: 3, image })).rejects.toMatchObject({ code: 'not_found' })
  const [crop] = await exampleCrops(project, await settings())
  expect(crop!.side).toBe(64)
  expect(Buffer.from(crop!.rgb, 'base64')).toHaveLength(64 * 64 * 3)
  expect(Buffer.from(crop!.outline, 'base64')).toHaveLength(64 * 64)
})

test('a cancelled training keeps what it learnt, and goes on after a restart', async () => {
  const { project, folder, host, images } = bench
  const begun = Promise.withResolvers<string>()
  const stop = project.events.listen((event) => {
    if (event.type === 'curve') begun.resolve(event.job)
  })
  const job = await startTraining(project, { ...(await settings()), steps: 100_000 })
  await begun.promise
  stop()
  project.jobs.cancel(job)
  const ended = await project.jobs.finished(job)
  expect(ended).toMatchObject({ state: 'cancelled', error: null })
  expect(listModels(project).some(({ id }) => id === ended.model)).toBe(true)
  const before = await trainingCurve(project, job)
  expect(before.length).toBeGreaterThan(0)
  await host.close()

  const next = hostIn(folder)
  const again = await next.openProject(images)
  expect(await trainingCurve(again, job)).toEqual(before)
  expect(again.jobs.list().find(({ id }) => id === job)).toMatchObject({ resumable: true })
  const { payload } = again.store.jobs.get(job)!
  const folders = await readdir(join(again.folder, 'training'))
  await again.jobs.resume(job)
  expect(again.store.jobs.get(job)!.payload).toBe(payload)
  again.jobs.cancel(job)
  expect(await again.jobs.finished(job)).toMatchObject({ state: 'cancelled' })
  expect(await readdir(join(again.folder, 'training'))).toEqual(folders)
  await next.close()
})
