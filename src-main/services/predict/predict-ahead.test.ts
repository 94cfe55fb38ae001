import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { ProjectEvent } from '../../contract/wire.ts'
import type { TestImage } from '../../testing/images.ts'
import { engineDied } from '../../testing/engine.ts'
import { writeModel } from '../../testing/model.ts'
import { TWO_IMAGES, hostIn, idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { addModel, setCurrentModel } from './models.ts'
import { startPrediction } from './predict.ts'
import { predictAhead } from './predict-ahead.ts'
import type { Project } from '../machinery/project.ts'
import { listRows } from '../images/rows.ts'
import { listRuns, setFlips } from './runs.ts'

let bench: (Bench & { project: Project }) | null = null
afterEach(async () => {
  await bench?.end()
  bench = null
})

const SEVEN: Record<string, TestImage> = Object.fromEntries(
  [1, 2, 3, 4, 5, 6, 7].map((n) => [`${n}.png`, { ...TWO_IMAGES['a.png']!, shade: 10 * n }]),
)

/** Seven images, of which the first is predicted. */
async function begun(): Promise<Bench & { project: Project }> {
  bench = await openBench(SEVEN)
  await predict(bench.project, '1.png')
  return bench
}

async function predict(project: Project, path: string) {
  const { job } = await startPrediction(project, { images: [idOf(project, path)] })
  return project.jobs.finished(job)
}

/** As the window does when a person opens an image. */
async function open(project: Project, path: string): Promise<void> {
  ask(project, path)
  await project.ahead.idle()
}

function ask(project: Project, path: string): void {
  const paths = Object.keys(SEVEN)
  predictAhead(
    project,
    paths.slice(paths.indexOf(path) + 1).map((next) => idOf(project, next)),
  )
}

const reached = (project: Project): string[] =>
  listRows(project)
    .filter(({ predictionCount }) => predictionCount !== null)
    .map(({ path }) => path.replace('.png', ''))

/** Holds back the engine's next answer. */
function holdNext({ engine }: Bench): { asked: Promise<void>; release: () => void } {
  const held = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const next = engine.inferences + 1
  engine.before = (n) => {
    if (n !== next) return
    asked.resolve()
    return held.promise
  }
  return { asked: asked.promise, release: held.resolve }
}

test('the next three to do are predicted in the current run, not those that are finished, and none twice', async () => {
  const { project, engine } = await begun()
  const status = { from: 'to do' as const, to: 'no ship' as const }
  const plan = { kind: 'status' as const, instances: [], decisions: [], status, flag: null }
  const gesture = { image: idOf(project, '3.png'), gestureId: randomUUID(), expectedRevision: 0 }
  await applyGesture(project, { ...gesture, plan })
  const told: ProjectEvent[] = []
  project.events.listen((event) => told.push(event))
  await open(project, '1.png')
  expect(reached(project)).toEqual(['1', '2', '4', '5'])
  // no run came or went, so that nothing else is asked for again
  expect(told.filter(({ type }) => type === 'runs')).toEqual([])
  expect(told).toContainEqual({ type: 'run-grew', run: listRuns(project)[0]?.id, images: 4 })
  expect(listRows(project)[1]).toMatchObject({ path: '2.png', predictionCount: 2 })
  await open(project, '1.png')
  expect(engine.inferences).toBe(4)
  await open(project, '2.png')
  expect(reached(project)).toEqual(['1', '2', '4', '5', '6'])
  expect(listRuns(project)).toMatchObject([{ images: 5, current: true }])
  expect(project.jobs.list().filter(({ kind }) => kind === 'predict')).toHaveLength(1)
})

test('who goes on to another image gets those after it; the one under way is finished', async () => {
  const { project } = await begun()
  const { asked, release } = holdNext(bench!)
  ask(project, '1.png')
  await asked
  ask(project, '4.png')
  release()
  await project.ahead.idle()
  expect(reached(project)).toEqual(['1', '2', '5', '6', '7'])
})

test('it gives way to a person’s prediction, and does not begin beside one', async () => {
  const { project } = await begun()
  const ahead = holdNext(bench!)
  ask(project, '1.png')
  await ahead.asked
  const person = holdNext(bench!)
  const { job } = await startPrediction(project, { images: [idOf(project, '7.png')] })
  await person.asked
  ahead.release()
  await open(project, '1.png')
  expect(reached(project)).toEqual(['1'])
  person.release()
  expect(await project.jobs.finished(job)).toMatchObject({ state: 'done', summary: 'Predicted 1 image.' })
  expect(reached(project)).toEqual(['1', '7'])
  await open(project, '1.png')
  expect(reached(project)).toEqual(['1', '2', '3', '4', '7'])
})

test('nothing happens where no model has predicted yet, or nothing can be written', async () => {
  bench = await openBench(SEVEN)
  const { project, engine } = bench
  await open(project, '1.png')
  await project.store.write(() => {
    const labels = { name: 'a colleague', kind: 'labels' as const, model: null, settings: null, flips: false }
    const run = project.store.runs.add({ ...labels, createdAt: new Date().toISOString() })
    project.store.meta.set('current_run', String(run))
  })
  await open(project, '1.png')
  expect(engine.inferences).toBe(0)
  await predict(project, '1.png')
  await open({ ...project, readOnly: true }, '1.png')
  expect(engine.inferences).toBe(1)
})

test('it keeps to the run’s model when another version is made current', async () => {
  const { project, folder } = await begun()
  const [run] = listRuns(project)
  await writeModel(join(folder, 'other'), 'other', 9)
  const other = await addModel(project, join(folder, 'other'), { kind: 'trained', copy: true, note: '' })
  await setCurrentModel(project, other)
  await open(project, '1.png')
  expect(reached(project)).toEqual(['1', '2', '3', '4'])
  expect(listRuns(project)).toEqual([{ ...run, images: 4 }])
  expect(run!.model).not.toBe(other)
})

test('it looks as the run does: with flips in a run with flips, whatever is chosen for the next', async () => {
  bench = await openBench(SEVEN)
  const { project, engine } = bench
  await setFlips(project, true)
  await predict(project, '1.png')
  await setFlips(project, false)
  await open(project, '1.png')
  expect(reached(project)).toEqual(['1', '2', '3', '4'])
  expect([engine.inferences, engine.flipped]).toEqual([4, 4])
  expect(listRuns(project)).toMatchObject([{ flips: true, images: 4, current: true }])
})

test('a failure is logged and nothing else, and it rests until a person predicts', async () => {
  const { project, engine, log } = await begun()
  engine.before = () => {
    throw engineDied()
  }
  const jobs = project.jobs.list()
  await open(project, '1.png')
  await open(project, '2.png')
  expect(engine.inferences).toBe(2)
  expect(log).toEqual([expect.stringContaining('The engine process ended') as string])
  expect(project.jobs.list()).toEqual(jobs)
  engine.before = () => undefined
  await predict(project, '7.png')
  await open(project, '1.png')
  expect(reached(project)).toEqual(['1', '2', '3', '4', '7'])
})

test('it ends with the project', async () => {
  const { project, host, folder, images, log, engine } = await begun()
  const asked = Promise.withResolvers<void>()
  engine.before = async (_, signal) => {
    asked.resolve()
    await once(signal!, 'abort')
  }
  ask(project, '1.png')
  await asked.promise
  await host.release(project.id)
  expect(project.store.db.open).toBe(false)
  const other = hostIn(folder)
  const again = await other.openProject(images)
  expect(reached(again)).toEqual(['1'])
  await other.close()
  expect(log).toEqual([])
})
