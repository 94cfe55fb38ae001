import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { ProjectEvent } from '../../contract/wire.ts'
import { writeModel } from '../../testing/model.ts'
import { detailOf, idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { addModel, listModels, setCurrentModel } from './models.ts'
import { startPrediction } from './predict.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun } from '../machinery/project.ts'
import { listRows } from '../images/rows.ts'
import { listRuns } from './runs.ts'
import { setScore } from '../score/score.ts'

let bench: (Bench & { project: Project }) | null = null
afterEach(async () => {
  await bench?.end()
  bench = null
})

test('making another version current changes no prediction on the screen, nor any score', async () => {
  bench = await openBench()
  const { project, folder } = bench
  const a = idOf(project, 'a.png')
  const status = { from: 'to do' as const, to: 'done' as const }
  const plan = { kind: 'status' as const, instances: [], decisions: [], status, flag: null }
  await applyGesture(project, { image: a, gestureId: randomUUID(), expectedRevision: 0, plan })
  const { job } = await startPrediction(project, { images: 'all' })
  await project.jobs.finished(job)
  await writeModel(join(folder, 'other'), 'other', 9)
  const other = await addModel(project, join(folder, 'other'), { kind: 'trained', copy: true, note: '' })
  const shown = async (): Promise<unknown> => ({
    run: currentRun(project),
    runs: listRuns(project),
    rows: listRows(project),
    image: await detailOf(project, a),
    score: setScore(project, null),
  })
  const before = await shown()
  expect(before).toMatchObject({ image: { predictions: [{}, {}] }, score: { f2: 0, overImages: 1 } })
  const told: ProjectEvent['type'][] = []
  const stop = project.events.listen(({ type }) => told.push(type))
  await setCurrentModel(project, other)
  stop()
  expect(listModels(project).find(({ current }) => current)).toMatchObject({ id: other })
  expect(await shown()).toEqual(before)
  expect(told).toEqual(['models'])
})
