import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { formatRle } from '../../core/mask/rle.ts'
import { maskOf } from '../../testing/images.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { settleGroups } from '../images/similar.ts'
import type { Project } from '../machinery/project.ts'
import { measuredLearningCurve, startLearningCurve } from './learning-curve-job.ts'

const SIZE = { width: 64, height: 64 }
const shipAt = (i: number) => ({ x: 3 + 9 * (i % 5), y: 4 + 14 * Math.floor(i / 5), width: 12, height: 5 })

let bench: Bench & { project: Project }
afterAll(() => bench.end())

test('trains on a quarter, half and all, scores the validation images each time, and says what more images bring', async () => {
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
  const trained: (number | null)[] = []
  const train = engine.train.bind(engine)
  engine.train = (request, port) => {
    trained.push(request.steps)
    return train({ ...request, steps: 1, batch: 1, crop: 64 }, { ...port, batch: (step) => port.batch(step) })
  }
  const ended = await project.jobs.finished(await startLearningCurve(project))
  expect(ended).toMatchObject({ state: 'done', error: null })
  expect(ended.summary).toContain('100 more images: about')
  expect(trained).toEqual([200, 200, 200])
  const curve = await measuredLearningCurve(project)
  expect(curve).toMatchObject({ scoredOn: 4, more: 100 })
  // the engine of the tests finds every bright ship, whatever it was trained on
  expect(curve!.points.map(({ images, f2, found }) => [images, f2.value, found])).toEqual([
    [2, 1, 4],
    [4, 1, 4],
    [8, 1, 4],
  ])
  expect(curve!.ships).toBe(4)
  expect(curve!.gain.value).toBeCloseTo(0, 12)
  expect(existsSync(join(project.folder, 'training', 'learning-curve.json'))).toBe(true)
})
