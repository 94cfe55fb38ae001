import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { ModelFile } from '../../contract/engine.ts'
import type { OperatingPoint } from '../../contract/wire.ts'
import { detailOf, TWO_IMAGES, idOf, makeBench, openBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { startPrediction } from './predict.ts'
import type { Project } from '../machinery/project.ts'
import { chooseRun, runChoice } from './run-choice.ts'
import { listRows } from '../images/rows.ts'
import { listRuns, setFlips } from './runs.ts'

let bench: (Bench & { project: Project }) | null = null
afterEach(async () => {
  await bench?.end()
  bench = null
})

async function predictAll(project: Project): Promise<number> {
  const { job, run } = await startPrediction(project, { images: 'all' })
  expect((await project.jobs.finished(job)).state).toBe('done')
  return run
}

const point = (name: OperatingPoint['name'], minScore: number, found: number): OperatingPoint => ({
  ...{ name, minScore },
  validation: { f2: 0.7, f2WithShips: 0.2, emptyImages: 40, emptyClean: 39, ships: 55, found },
})

/** A project whose model was measured, and scores a ship by its area: 60 px 0.6, 96 px 0.71. */
async function measuredBench(points: OperatingPoint[]): Promise<Bench & { project: Project }> {
  const made = await makeBench(TWO_IMAGES)
  const file = join(made.folder, 'base-model', 'model.json')
  const model = JSON.parse(await readFile(file, 'utf8')) as ModelFile
  // log odds = log(area) + c, so that the odds are area * e^c: 60 px get 60 / 40 = 1.5
  const weights = { foreground: 0, peak: 0, logArea: 1, border: 0 }
  model.calibration = { intercept: Math.log(1 / 40), weights, instances: 100, hits: 50 }
  model.cluster.minScore = 0.65
  model.operatingPoints = points
  await writeFile(file, JSON.stringify(model))
  const project = await made.host.openProject(made.images)
  await settled(project)
  return { ...made, project }
}

const countOf = (project: Project): number | null =>
  listRows(project).find(({ path }) => path === 'a.png')!.predictionCount

test('another position is another run of the same inferences: the network is not asked', async () => {
  bench = await measuredBench([point('clean', 0.8, 10), point('balanced', 0.65, 17), point('ships', 0.5, 19)])
  const { project, engine } = bench
  const run = await predictAll(project)
  expect([countOf(project), engine.inferences]).toEqual([1, 2])
  const choice = await runChoice(project, run)
  expect(choice).toEqual({
    minScore: 0.65,
    rectangles: false,
    necks: false,
    positions: [point('clean', 0.8, 10), point('balanced', 0.65, 17), point('ships', 0.5, 19)],
  })

  const a = idOf(project, 'a.png')
  const more = await chooseRun(project, { run, minScore: 0.5, first: a })
  // the image on the screen is there at once
  expect((await detailOf(project, a)).predictions).toHaveLength(2)
  expect(await project.jobs.finished(more.job!)).toMatchObject({ state: 'done', summary: null })
  expect(listRows(project).map(({ predictionCount }) => predictionCount)).toEqual([2, 0])
  expect(listRuns(project).map(({ name, images, current }) => [name, images, current])).toEqual([
    ['base', 2, false],
    ['base, more ships', 2, true],
  ])
  expect((await runChoice(project, more.run))?.minScore).toBe(0.5)

  // back: the run that was there before, with nothing to do
  expect(await chooseRun(project, { run: more.run, minScore: 0.65 })).toEqual({ job: null, run })
  expect(countOf(project)).toBe(1)
  expect(engine.inferences).toBe(2)
})

test('instances as rectangles are another run, named after it, and its positions are not those measured', async () => {
  bench = await measuredBench([point('balanced', 0.65, 17)])
  const { project, engine } = bench
  const run = await predictAll(project)
  const { run: boxed } = await chooseRun(project, { run, rectangles: true, first: idOf(project, 'a.png') })
  expect(boxed).not.toBe(run)
  expect(listRuns(project).at(-1)).toMatchObject({ name: 'base, balanced, rectangles', current: true })
  const choice = await runChoice(project, boxed)
  expect(choice).toMatchObject({ minScore: 0.65, rectangles: true })
  expect(choice!.positions.every(({ validation }) => validation === null)).toBe(true)
  // a position of it stays rectangles; and back
  const more = await chooseRun(project, { run: boxed, minScore: 0.5 })
  if (more.job !== null) await project.jobs.finished(more.job)
  expect(await runChoice(project, more.run)).toMatchObject({ minScore: 0.5, rectangles: true })
  expect((await chooseRun(project, { run: boxed, rectangles: false })).run).toBe(run)
  expect(engine.inferences).toBe(2)
})

test('cutting at necks is another run, named after it, beside the other choices', async () => {
  bench = await measuredBench([point('balanced', 0.65, 17)])
  const { project } = bench
  const run = await predictAll(project)
  const { run: boxed } = await chooseRun(project, { run, rectangles: true, first: idOf(project, 'a.png') })
  const { run: cut } = await chooseRun(project, { run: boxed, necks: true, first: idOf(project, 'a.png') })
  expect(listRuns(project).at(-1)).toMatchObject({
    name: 'base, balanced, rectangles, cut at necks',
    current: true,
  })
  expect(await runChoice(project, cut)).toMatchObject({ rectangles: true, necks: true, minScore: 0.65 })
  expect((await chooseRun(project, { run: cut, necks: false })).run).toBe(boxed)
})

test('what is predicted next goes on in the chosen run', async () => {
  bench = await measuredBench([point('balanced', 0.65, 17)])
  const { project } = bench
  const [a, b] = [idOf(project, 'a.png'), idOf(project, 'sub/b.png')]
  const { job, run } = await startPrediction(project, { images: [a] })
  await project.jobs.finished(job)
  const chosen = await chooseRun(project, { run, minScore: 0.95, first: a })
  expect(chosen.job).toBeNull()
  const next = await startPrediction(project, { images: [b] })
  await project.jobs.finished(next.job)
  expect(next.run).toBe(chosen.run)
  expect(listRuns(project).at(-1)).toMatchObject({ name: 'base, score from 0.95', images: 2, current: true })
})

test('a run with flips keeps them, over the images that flips have seen, and without figures made without them', async () => {
  bench = await measuredBench([point('clean', 0.8, 10), point('balanced', 0.65, 17)])
  const { project, engine } = bench
  await predictAll(project)
  await setFlips(project, true)
  const a = idOf(project, 'a.png')
  const { job, run } = await startPrediction(project, { images: [a] })
  await project.jobs.finished(job)
  const positions = (await runChoice(project, run))!.positions
  expect(positions.map(({ name }) => name).slice(0, 2)).toEqual(['clean', 'balanced'])
  expect(positions.every(({ validation }) => validation === null)).toBe(true)
  const chosen = await chooseRun(project, { run, minScore: 0.8, first: a })
  expect(chosen.job).toBeNull()
  expect(listRuns(project).map(({ name, flips, images }) => [name, flips, images])).toEqual([
    ['base', false, 2],
    ['base, flips', true, 1],
    ['base, flips, cleaner', true, 1],
  ])
  expect([engine.inferences, engine.flipped]).toEqual([3, 1])
})

test('towards a side that was not measured plain positions are offered, without figures', async () => {
  bench = await measuredBench([point('balanced', 0.65, 17), point('ships', 0.25, 19)])
  const { project } = bench
  const choice = await runChoice(project, await predictAll(project))
  expect(choice?.positions.map(({ name, minScore }) => [name, minScore])).toEqual([
    ...[0.95, 0.9, 0.8, 0.7].map((minScore) => [null, minScore]),
    ['balanced', 0.65],
    ['ships', 0.25],
  ])
})

test('a version that was never measured offers plain positions, its own among them', async () => {
  bench = await openBench()
  const { project } = bench
  const run = await predictAll(project)
  const choice = await runChoice(project, run)
  expect(choice?.minScore).toBe(0)
  expect(choice?.positions.map(({ minScore }) => minScore)).toEqual([0.95, 0.9, 0.8, 0.7, 0.5, 0.3, 0])
  expect(choice?.positions.every(({ name, validation }) => name === null && validation === null)).toBe(true)
  // a position in between, which an older run may have, is shown too
  const { run: other } = await chooseRun(project, { run, minScore: 0.42 })
  await settled(project)
  expect((await runChoice(project, other))?.positions.map(({ minScore }) => minScore)).toContain(0.42)
})

test('an inference that the cache has lost is made again', async () => {
  bench = await openBench()
  const { project, engine } = bench
  const run = await predictAll(project)
  await rm(project.cache, { recursive: true })
  await chooseRun(project, { run, minScore: 0.99 })
  await settled(project)
  expect(engine.inferences).toBe(4)
  expect(countOf(project)).toBe(0)
})

test('imported labels have no choice', async () => {
  bench = await openBench()
  const { project } = bench
  const createdAt = new Date().toISOString()
  const run = await project.store.write(() =>
    project.store.runs.add({
      name: 'Kim',
      kind: 'labels',
      model: null,
      settings: null,
      flips: false,
      createdAt,
    }),
  )
  expect(await runChoice(project, run)).toBeNull()
  await expect(chooseRun(project, { run, minScore: 0.5 })).rejects.toMatchObject({ code: 'bad_input' })
  await expect(runChoice(project, 99)).rejects.toMatchObject({ code: 'not_found' })
})
