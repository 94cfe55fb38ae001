import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine, TrainRequest } from '../../contract/engine.ts'
import type { CurvePoint } from '../../contract/wire.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import { testEngine } from '../../testing/engine.ts'
import { maskOf, writeImage } from '../../testing/images.ts'
import { writeModel } from '../../testing/model.ts'
import { readModelFolder } from '../predict/model-files.ts'
import { predictFolder } from '../predict/predict-folder.ts'
import { isFew } from './few-labels.ts'
import type { HeldOut } from './few-labels.ts'
import { canResume, endTraining, trainModel } from './train.ts'
import { readCurve } from './train-card.ts'
import type { TrainOptions } from './train-options.ts'
import { trainDefaults } from './train-defaults.ts'
import type { TrainSource } from './train-plan.ts'

const SIZE = { width: 100, height: 80 }

let folder: string
let sources: TrainSource[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-few-'))
  await writeModel(join(folder, 'parent'), 'parent')
  sources = await Promise.all([0, 1, 2].map((i) => sourceAt(i, 3)))
})
afterAll(() => rm(folder, { recursive: true }))

/** An image with so many ships in a row. */
async function sourceAt(i: number, marked: number, group = i): Promise<TrainSource> {
  const file = join(folder, `${i}.png`)
  const ships = [0, 1, 2].map((k) => ({ x: 5 + 30 * k, y: 4 + 7 * i, width: 16, height: 6 }))
  await writeImage(file, { ...SIZE, ships })
  const truth = ships.slice(0, marked).map((ship) => maskOf(ship, SIZE))
  return { file, ...SIZE, truth, content: String(i).repeat(64), group }
}

function optionsFor(out: string, train = sources): TrainOptions {
  return {
    ...{ train, validation: [], from: join(folder, 'parent'), out: join(folder, out), resume: false },
    settings: {
      ...trainDefaults('p', 'few'),
      batch: 1,
      crop: 64,
      syntheticShare: 0,
      steps: 40,
      minutes: null,
    },
    syntheticScenes: null,
    origin: { data: 'test images', licence: 'MIT', credits: [], reproduce: '' },
  }
}

/** An engine whose trainings validate as a fold is told to, and leave a model at each validation. */
function foldingEngine(scores: Record<number, number>): { engine: Engine; asked: TrainRequest[] } {
  const engine = testEngine()
  const asked: TrainRequest[] = []
  const train = engine.train.bind(engine)
  engine.train = async (request, port) => {
    asked.push(request)
    const outcome = await train({ ...request, steps: Math.max(1, request.stopAfter ?? 1) }, port)
    for (const [step, f2] of request.validationImages > 0 ? Object.entries(scores) : []) {
      await writeModel(join(request.outFolder, 'snapshots', step), 'snapshot', Number(step))
      port.onPoint({
        ...{ step: Number(step), kind: 'validation', loss: null, parts: {}, f2, f2WithShips: f2 },
        ...{ seconds: 1, learningRate: null, found: [0, 1, 2, 3].map(() => ({ ships: 1, found: 1 })) },
      })
    }
    return outcome
  }
  return { engine, asked }
}

test('three images are trained on to the step that is best out of fold, which the card says', async () => {
  const { engine, asked } = foldingEngine({ 0: 0.3, 20: 0.6, 40: 0.4 })
  const points: CurvePoint[] = []
  const options = optionsFor('three')
  const heldOut: HeldOut[] = []
  const { card, outcome } = await trainModel(options, {
    ...{ engine, onPoint: (point) => points.push(point) },
    onOutOfFold: (images) => heldOut.push(...images),
  })
  // each fold learns from two and is validated on the third; the last training sees all and nothing is validated on
  expect(asked.map(({ validationImages, stopAfter }) => [validationImages, stopAfter])).toEqual([
    [1, null],
    [1, null],
    [1, null],
    [0, 20],
  ])
  expect(outcome).toMatchObject({ bestStep: 20, startF2: 0.3, validation: { images: 3 } })
  expect(outcome.validation!.f2).toBeCloseTo(0.6, 12)
  expect(
    points.filter(({ kind }) => kind === 'validation').map(({ step, f2 }) => [step, f2!.toFixed(2)]),
  ).toEqual(
    [
      ['0', '0.30'],
      ['20', '0.60'],
      ['40', '0.40'],
    ].map(([step, f2]) => [Number(step), f2]),
  )
  expect(points.find(({ kind }) => kind === 'validation')!.on).toEqual({
    ...{ images: 3, synthetic: 0, outOfFold: true },
  })
  expect(card.limits).toContain('also chose the step')
  // the engine of tests finds every ship, in its place
  const found = new Map(heldOut.map(({ content, instances }) => [content, instances.map(({ rle }) => rle)]))
  for (const { content, truth } of sources) expect(scoreImage(truth, found.get(content)!).f2).toBe(1)
  expect(card.paired).toMatchObject({ on: 'out of fold', images: 3 })
  expect(card.limits).toContain('on too few images to say which is better')
  expect(card.trainedOn).toHaveLength(3)
  // nine ships are enough for the least score, three images not for more
  expect(card.postProcessing).toContain(
    'How sure pixels and ships must be was chosen on 3 images with 9 ships',
  )
  const { model } = await readModelFolder(options.out)
  expect(model.operatingPoints?.map(({ name }) => name)).toEqual(['balanced'])
})

test('weights that turn out worse, though they validated well, are kept with a word of it', async () => {
  const { engine } = foldingEngine({ 0: 0.3, 20: 0.6 })
  const infer = engine.infer.bind(engine)
  engine.infer = async (request, options) => {
    const seen = await infer(request, options)
    const none = { index: seen.index.slice(0, 0), offset: seen.offset.slice(0, 0) }
    return request.modelFolder.includes('snapshots')
      ? { ...seen, ...none, foreground: seen.foreground.slice(0, 0) }
      : seen
  }
  const { card } = await trainModel(optionsFor('worse'), { engine })
  expect(card.paired!.difference).toMatchObject({ value: -1, high: -1 })
  expect(card.limits).toContain('It is worse than the version it started from by more than chance.')
})

test('where no step is better out of fold the start stays, and it says so', async () => {
  const { engine, asked } = foldingEngine({ 0: 0.5, 20: 0.45, 40: 0.49 })
  const { card, outcome } = await trainModel(optionsFor('start'), { engine })
  expect(outcome.bestStep).toBe(0)
  expect(asked.at(-1)!.stopAfter).toBe(0)
  expect(card.limits).toContain('No step validated better than the version it started from')
})

test('what the start has learnt from is not left out in turn; where too little else is there, the card says that it flatters', async () => {
  const started = join(folder, 'knowing')
  await writeModel(started, 'knowing', 5)
  const file = join(started, 'card.json')
  const card = JSON.parse(await readFile(file, 'utf8')) as object
  await writeFile(file, JSON.stringify({ ...card, trainedOn: [sources[0]!.content] }))
  const { engine, asked } = foldingEngine({ 0: 0.3, 20: 0.6 })
  const honest = await trainModel({ ...optionsFor('honest'), from: started }, { engine })
  // one fold for each of the two that are new to it, and the training on all three
  expect(asked.map(({ validationImages }) => validationImages)).toEqual([1, 1, 0])
  expect(honest.card).toMatchObject({ paired: { images: 2 }, validation: { images: 2 } })
  expect(honest.card.limits).not.toContain('flatter')
  const all = { ...card, trainedOn: sources.slice(0, 2).map(({ content }) => content) }
  await writeFile(file, JSON.stringify(all))
  const flattered = await trainModel(
    { ...optionsFor('flattered'), from: started },
    { engine: foldingEngine({ 0: 0.3, 20: 0.6 }).engine },
  )
  expect(flattered.card.paired).toMatchObject({ images: 3 })
  expect(flattered.card.limits).toContain('had learnt from 2 of these images before')
})

test('goes on where it was cancelled: folds that ended are not trained again', async () => {
  const options = optionsFor('cancelled')
  const stop = new AbortController()
  const { engine, asked } = foldingEngine({ 0: 0.3, 20: 0.6 })
  const train = engine.train.bind(engine)
  engine.train = (request, port) => {
    if (asked.length === 1) stop.abort()
    return train(request, { ...port, signal: stop.signal })
  }
  const cancelled = await trainModel(options, { engine, signal: stop.signal })
  expect(cancelled.outcome.cancelled).toBe(true)
  expect(canResume(options.out)).toBe(true)
  // as after a crash in the folds, which leaves no checkpoint
  await rm(join(options.out, 'checkpoint.bin'))
  expect(canResume(options.out)).toBe(true)
  const again = foldingEngine({ 0: 0.3, 20: 0.6 })
  await trainModel({ ...options, resume: true }, { engine: again.engine })
  expect(again.asked).toHaveLength(3)
  // killed before the version is kept it comes to the same end again, and no fold is trained anew
  expect(canResume(options.out)).toBe(true)
  const curve = await readCurve(options.out)
  for (const checkpoint of [12, 20]) {
    const once = foldingEngine({ 0: 0.3, 20: 0.6 })
    const { engine: goingOn } = once
    const all = goingOn.train.bind(goingOn)
    goingOn.train = (request, port) =>
      all(request, { ...port, onPoint: (point) => point.step > checkpoint && port.onPoint(point) })
    await trainModel({ ...options, resume: true }, { engine: goingOn })
    expect(once.asked).toHaveLength(1)
    expect(await readCurve(options.out)).toEqual(curve)
  }
  await endTraining(options.out)
  expect(canResume(options.out)).toBe(false)
})

test('five and ten images are trained on as well: each is left out once, and what is of one scene together, however its labels contradict each other', async () => {
  for (const count of [5, 10]) {
    // two crops that show the same ground: in one of them a ship is marked that the other leaves out
    const pair = await Promise.all([2, 1].map((marked, i) => sourceAt(i, marked, 0)))
    const others = await Promise.all(Array.from({ length: count - 2 }, (_, i) => sourceAt(i + 2, 3)))
    const { engine, asked } = foldingEngine({ 0: 0.3, 20: 0.6 })
    const train = engine.train.bind(engine)
    const left: number[][] = []
    engine.train = async (request, port) => {
      const images = Array.from({ length: request.validationImages }, (_, i) => port.validation(i))
      if (images.length > 0) left.push((await Promise.all(images)).map(({ truth }) => truth.length))
      return train(request, port)
    }
    const { card } = await trainModel(optionsFor(`of-${count}`, [...pair, ...others]), { engine })
    expect(left.flat()).toHaveLength(count)
    expect(left.filter((ships) => ships.includes(2) && ships.includes(1))).toHaveLength(1)
    expect(asked.at(-1)).toMatchObject({ validationImages: 0, stopAfter: 20 })
    expect(card).toMatchObject({ paired: { on: 'out of fold', images: count } })
    expect(card.trainedOn).toHaveLength(count)
  }
})

test('what looks as sure as a ship and is darker is told from ships by a second opinion, which the card says and runs go by', async () => {
  const shapes = [30, 60, 90].map((x, k) => ({ x: x - 25, y: 8 + 20 * k, width: 16, height: 6 }))
  const images = await Promise.all(
    Array.from({ length: 24 }, async (_, i): Promise<TrainSource> => {
      const [ship, darker, another] = shapes.map((shape, k) => ({
        ...shape,
        y: shape.y + (i % 4),
        light: k === 1 ? 150 : 240,
      }))
      const ships = [[ship!, darker!], [darker!], [ship!, darker!, another!]][i % 3]!
      const file = join(folder, `opinion-${i}.png`)
      await writeImage(file, { ...SIZE, ships, shade: i })
      const truth = ships.filter((one) => one !== darker).map((one) => maskOf(one, SIZE))
      return { file, ...SIZE, truth, content: i.toString(16).padStart(64, 'a'), group: i }
    }),
  )
  const { engine } = foldingEngine({ 0: 0.3, 20: 0.6 })
  const options = optionsFor('opinion', images)
  const { card } = await trainModel(options, { engine })
  expect(card.postProcessing).toMatch(/24 images with 24 ships.*scores are a second opinion.*\+0\.\d{3}/)
  const { model } = await readModelFolder(options.out)
  expect(model.calibration!.weights.contrast).toBeGreaterThan(0)
  await writeImage(join(folder, 'new', 'one.png'), {
    ...SIZE,
    ships: [shapes[0]!, { ...shapes[2]!, light: 150 }],
  })
  const predicted = await predictFolder(
    engine,
    {
      ...{ images: join(folder, 'new'), modelFolder: options.out, flips: false, overlays: null },
      ...{ settings: model.cluster, calibration: model.calibration!, out: join(folder, 'new.csv') },
    },
    { signal: new AbortController().signal, onProgress: () => undefined },
  )
  expect(predicted.instances).toBe(1)
})

test('images of one scene take no turns: one of them left out would flatter', () => {
  const alike = sources.map((source) => ({ ...source, group: 1 }))
  expect(isFew(optionsFor('alike', alike))).toBe(false)
  expect(isFew(optionsFor('few'))).toBe(true)
  expect(isFew({ ...optionsFor('validated'), validation: [sources[0]!] })).toBe(false)
})
