import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { formatRle } from '../../core/mask/rle.ts'
import { maskOf } from '../../testing/images.ts'
import { writeModel } from '../../testing/model.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { settleGroups } from '../images/similar.ts'
import type { Project } from '../machinery/project.ts'
import { addModel, listModels, modelFolder, setCurrentModel } from '../predict/models.ts'
import { measuredLearningCurve, startLearningCurve } from './learning-curve-job.ts'

const SIZE = { width: 64, height: 64 }
const shipAt = (i: number) => ({ x: 3 + 9 * (i % 5), y: 4 + 14 * Math.floor(i / 5), width: 12, height: 5 })

/** Makes a version current that was trained on some images. */
async function learntFrom(
  project: Project,
  { images, parent }: { images: string[]; parent: string },
): Promise<void> {
  const folder = join(project.folder, 'learnt')
  await writeModel(folder, 'learnt', 7)
  const trainedOn = images.map((path) => project.store.images.get(idOf(project, path))!.sha256)
  const card = JSON.parse(await readFile(join(folder, 'card.json'), 'utf8')) as object
  await writeFile(join(folder, 'card.json'), JSON.stringify({ ...card, parent, trainedOn }))
  await setCurrentModel(project, await addModel(project, folder, { kind: 'trained', copy: true, note: '' }))
}

let bench: Bench & { project: Project }
afterAll(() => bench.end())

test('trains on a quarter, half and all from a version that knows none of them, broken off and gone on with, and says what more images bring', async () => {
  bench = await openBench(
    Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        i < 8 ? `train/${i}.png` : `val/${i}.png`,
        { ...SIZE, ships: [shipAt(i)], shade: 5 * i },
      ]),
    ),
  )
  const { project, engine } = bench
  await expect(startLearningCurve(project)).rejects.toMatchObject({ code: 'nothing_to_do' })
  for (let i = 0; i < 12; i++) {
    const id = idOf(project, i < 8 ? `train/${i}.png` : `val/${i}.png`)
    await project.store.write(() => {
      project.store.truth.put(id, {
        ...{ id: randomUUID(), rle: formatRle(maskOf(shipAt(i), SIZE)), area: 60 },
        ...{ origin: 'drawn', edited: false, colour: 0 },
      })
      project.store.images.setStatus(id, 'done')
    })
  }
  await settleGroups(project)
  expect(await measuredLearningCurve(project)).toBeNull()
  const base = listModels(project)[0]!.id
  await learntFrom(project, { images: ['train/0.png'], parent: base })
  const trained: [number | null, string | null][] = []
  const train = engine.train.bind(engine)
  engine.train = (request, port) => {
    trained.push([request.steps, request.fromFolder])
    if (trained.length === 2) project.jobs.running().forEach(({ id }) => project.jobs.cancel(id))
    return train({ ...request, steps: 1, batch: 1, crop: 64 }, { ...port, batch: (step) => port.batch(step) })
  }
  const job = await startLearningCurve(project)
  expect(await project.jobs.finished(job)).toMatchObject({ state: 'cancelled', resumable: true })
  // what is done by then is not done by the images as they are when it goes on
  await project.store.write(() => project.store.images.setStatus(idOf(project, 'val/11.png'), 'to do'))
  await project.jobs.resume(job)
  const ended = await project.jobs.finished(job)
  expect(ended).toMatchObject({ state: 'done', error: null })
  expect(ended.summary).toContain('100 more images: about')
  // the current version knows one of the images, so that a quarter of them would show what it learnt from all
  expect(trained).toEqual([200, 200, 200, 200, 200].map((steps) => [steps, modelFolder(project, base)]))
  const curve = await measuredLearningCurve(project)
  expect(curve).toMatchObject({ scoredOn: 3, more: 100 })
  // the engine of the tests finds every bright ship, whatever it was trained on
  expect(curve!.points.map(({ images, f2, found }) => [images, f2.value, found])).toEqual([
    [2, 1, 3],
    [4, 1, 3],
    [8, 1, 3],
  ])
  expect(curve).toMatchObject({ ships: 3, from: 'base' })
  expect(curve!.points[2]!.recall).toEqual({ value: 1, low: 1, high: 1 })
  expect(curve!.gain.value).toBeCloseTo(0, 12)
  expect(existsSync(join(project.folder, 'training', 'learning-curve.json'))).toBe(true)
})
