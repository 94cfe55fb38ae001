import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import type { Engine, FalseAlarms } from '../contract/engine.ts'
import {
  CROP,
  engineOn,
  fileOf,
  host,
  killEngines,
  modelOf,
  request,
  scene,
  scratch,
  TRAINS,
  weightsOf,
} from '../testing/trainings.ts'
import { startEngine } from '../services/machinery/engine-client.ts'
import { TEST_CLUSTER } from '../testing/model.ts'

/** A module for a process to begin with: nothing can be brought to its disk while there is such a file. @returns its URL */
function withoutRoomWhile(file: string): string {
  const module = join(scratch, 'without-room.mjs')
  writeFileSync(
    module,
    `import { existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
const handle = await open(process.execPath)
const kind = Object.getPrototypeOf(handle)
const { sync } = kind
await handle.close()
kind.sync = function () {
  if (!existsSync(${JSON.stringify(file)})) return sync.call(this)
  return Promise.reject(Object.assign(new Error('no room'), { code: 'ENOSPC' }))
}
`,
  )
  return pathToFileURL(module).href
}

describe('training', () => {
  it('learns, keeps the best by validation, and leaves a model that predicts', async () => {
    const { points, options } = host()
    const engine = engineOn(TRAINS)
    const outcome = await engine.train(request('whole', { steps: 60, validateEvery: 20 }), options)
    expect(outcome).toMatchObject({ steps: 60, cancelled: false })
    const losses = points.filter(({ kind }) => kind === 'train').map(({ loss }) => loss!)
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
    const scores = points.filter(({ kind }) => kind === 'validation')
    expect(scores.map(({ step }) => step)).toEqual([20, 40, 60])
    expect(outcome.validation!.f2).toBeGreaterThanOrEqual(Math.max(...scores.map(({ f2 }) => f2!)) - 0.01)
    expect(outcome.postProcessing).toContain('2 validation images with 4 ships are too few')
    expect(modelOf('whole').cluster).toEqual(TEST_CLUSTER)
    const { image } = scene(1234, 64)
    const found = await engine.infer(
      { modelFolder: join(scratch, 'whole'), image, flips: false, tile: 256 },
      {},
    )
    expect(found).toMatchObject({ width: 64, height: 64, channels: 2 })
    expect(found.index.length).toBeGreaterThan(10)
    expect(found.offset.length).toBe(2 * found.index.length)
  })

  it('chooses post-processing at its end, and names what else could be chosen', async () => {
    const engine = engineOn(TRAINS)
    const outcome = await engine.train(request('tuned', { steps: 60, validationImages: 16 }), host().options)
    expect(outcome.postProcessing).toContain('Chosen on 16 validation images')
    const { cluster, operatingPoints } = modelOf('tuned')
    const balanced = operatingPoints!.find(({ name }) => name === 'balanced')!
    expect(balanced.minScore).toBe(cluster.minScore)
    expect(balanced.validation!.ships).toBeGreaterThanOrEqual(10)
    // what is chosen is at least as good as what the training validated with
    expect(balanced.validation!.f2).toBeGreaterThanOrEqual(outcome.validation!.f2)
    // a version that starts from it and cannot choose keeps the choice, without the figures of other weights
    const from = { fromFolder: join(scratch, 'tuned'), cluster }
    await engine.train(request('tuned-on', { ...from, steps: 1 }), host().options)
    expect(modelOf('tuned-on')).toMatchObject({
      cluster,
      operatingPoints: operatingPoints!.map((point) => ({ ...point, validation: null })),
    })
  })

  it('chooses post-processing before the first step on further images too, and goes on with it', async () => {
    const engine = engineOn(TRAINS)
    await engine.train(request('begun', { steps: 40 }), host().options)
    const from = { fromFolder: join(scratch, 'begun'), steps: 20, validationImages: 2, furtherImages: 16 }
    const pulled: number[] = []
    const following = (signal?: AbortSignal, onStep?: (step: number) => void) => {
      const { options } = host(signal, onStep)
      return {
        ...options,
        validation(index: number) {
          pulled.push(index)
          return options.validation(index)
        },
      }
    }
    const stop = new AbortController()
    const cancelled = following(stop.signal, (step) => step === 12 && stop.abort())
    await engine.train(request('first', from), cancelled)
    expect(pulled).toEqual(Array.from({ length: 18 }, (_, i) => i))
    const chosen = modelOf('first').cluster

    // cancelled while it chose, it chooses when it goes on
    const early = new AbortController()
    const undecided = following(early.signal)
    await engine.train(request('early', from), {
      ...undecided,
      validation(index) {
        if (index === 10) early.abort()
        return undecided.validation(index)
      },
    })
    const { points, options } = host()
    const decided = await engine.train(request('early', { ...from, resume: true }), options)
    expect(decided.postProcessing).toMatch(/^Chosen before the first step on 18 images/)
    expect(points[0]).toMatchObject({ kind: 'validation', step: 0 })

    // the rest of the training neither asks for them again nor forgets what they chose
    pulled.length = 0
    const outcome = await engine.train(request('first', { ...from, resume: true }), following())
    expect(new Set(pulled)).toEqual(new Set([0, 1]))
    expect(outcome.postProcessing).toMatch(
      /^Chosen before the first step on 18 images with 3\d ships that the version/,
    )
    expect(modelOf('first').cluster).toEqual(chosen)
    expect(chosen).not.toEqual(TEST_CLUSTER)
    expect(modelOf('first').operatingPoints!.every(({ validation }) => validation === null)).toBe(true)

    // with images enough to validate on they may say otherwise
    const more = { ...from, validationImages: 16, furtherImages: 2 }
    const { postProcessing } = await engine.train(request('second', more), host().options)
    expect(postProcessing).toMatch(
      /but for how sure pixels and ships must be: on 16 validation images|^Chosen on 16 validation images/,
    )
  })

  it('killed in the middle goes on from its checkpoint to the very same weights', async () => {
    await engineOn(TRAINS).train(request('straight'), host().options)
    const engine = engineOn(TRAINS)
    const { options } = host()
    const killed = engine.train(request('killed'), {
      ...options,
      // step 17 waits for its batch until the engine is gone, so that it is the checkpoint of step 10 that is left
      async batch(step) {
        if (step === 17) killEngines()
        return options.batch(step)
      },
    })
    await expect(killed).rejects.toMatchObject({ code: 'engine_died' })
    const steps: number[] = []
    const resumed = await engine.train(
      request('killed', { resume: true }),
      host(undefined, (step) => steps.push(step)).options,
    )
    expect(resumed.steps).toBe(30)
    expect(steps[0]).toBe(10)
    expect(weightsOf('killed').equals(weightsOf('straight'))).toBe(true)
  })

  it('cancelled keeps its best weights and a checkpoint to go on from', async () => {
    const stop = new AbortController()
    const { options } = host(stop.signal, (step) => step === 25 && stop.abort())
    const engine = engineOn(TRAINS)
    const outcome = await engine.train(request('cancelled', { steps: 1000 }), options)
    expect(outcome.cancelled).toBe(true)
    expect(outcome.validation).not.toBeNull()
    expect(existsSync(join(scratch, 'cancelled', 'checkpoint.bin'))).toBe(true)
    expect(weightsOf('cancelled').length).toBeGreaterThan(1000)
  })

  it('whose loss is no longer a number stops, and keeps the best weights and the checkpoint', async () => {
    const engine = engineOn(TRAINS)
    const weights = { bce: 3e38, dice: 3e38, embedding: 3e38, centre: 3e38 }
    const start = engine.train(request('diverged', { weights }), host().options)
    await expect(start).rejects.toMatchObject({
      code: 'training_diverged',
      message: expect.stringContaining('at step 1, so the training stopped. Nothing was learnt') as string,
    })
    expect(existsSync(join(scratch, 'diverged', 'weights.bin'))).toBe(false)

    // the best of 10 steps, which go on with a loss that overflows
    const stop = new AbortController()
    const { options } = host(stop.signal, (step) => step === 12 && stop.abort())
    await engine.train(request('diverged'), options)
    const [best, checkpoint] = [weightsOf('diverged'), fileOf('diverged', 'checkpoint.bin')]
    rmSync(join(scratch, 'diverged', 'weights.bin'))
    const going = engine.train(request('diverged', { weights, resume: true }), host().options)
    await expect(going).rejects.toMatchObject({
      code: 'training_diverged',
      message: expect.stringMatching(
        /The weights of step 10, the best until then, are kept\. .*lower/,
      ) as string,
    })
    expect(weightsOf('diverged').equals(best)).toBe(true)
    expect(fileOf('diverged', 'checkpoint.bin').equals(checkpoint)).toBe(true)
  })

  it('whose disk is full says so, and goes on from its last checkpoint', async () => {
    const isFull = join(scratch, 'is-full')
    vi.stubEnv('NODE_OPTIONS', `--import=${withoutRoomWhile(isFull)}`)
    const engine = startEngine({ backend: TRAINS })
    await engine.train(request('roomy'), host().options)
    vi.unstubAllEnvs()
    const { options } = host()
    const full = engine.train(request('full'), {
      ...options,
      // asked for after the checkpoint of step 10, and waited for before that of step 20
      batch(step) {
        if (step === 15) writeFileSync(isFull, '')
        return options.batch(step)
      },
    })
    await expect(full).rejects.toMatchObject({
      code: 'disk_full',
      message: expect.stringMatching(
        /stopped at step 20: .*checkpoint of step 10 is kept.*Free some space/,
      ) as string,
    })
    expect(readdirSync(join(scratch, 'full'))).toEqual(['checkpoint.bin'])
    rmSync(isFull)
    const steps: number[] = []
    await engine.train(request('full', { resume: true }), host(undefined, (step) => steps.push(step)).options)
    expect(steps[0]).toBe(10)
    expect(weightsOf('full').equals(weightsOf('roomy'))).toBe(true)
    await engine.stop()
  })

  it('answers for the open image between two steps', async () => {
    const engine = engineOn(TRAINS)
    await engine.train(request('base'), host().options)
    const stop = new AbortController()
    const order: string[] = []
    const training = engine
      .train(request('long', { steps: 100_000, validateEvery: 50_000 }), host(stop.signal).options)
      .then(() => order.push('training'))
    const { image } = scene(77)
    for (let i = 0; i < 3; i++) {
      await engine.infer({ modelFolder: join(scratch, 'base'), image, flips: false, tile: 256 }, {})
      order.push('inference')
    }
    stop.abort()
    await training
    expect(order).toEqual(['inference', 'inference', 'inference', 'training'])
  })

  it('ends with the error of a host that cannot make a batch', async () => {
    const { options } = host()
    const failing = engineOn(TRAINS).train(request('failing'), {
      ...options,
      batch: () => Promise.reject(new Error('the disk went away')),
    })
    await expect(failing).rejects.toThrow('the disk went away')
  })
})

describe('a training that goes on', () => {
  it('validates what it was cancelled before, so that it ends as if it had not been', async () => {
    const engine = engineOn(TRAINS)
    for (const [folder, at] of [
      ['before a validation', 20],
      ['before the last', 30],
    ] as const) {
      const straight = host()
      await engine.train(request(`not ${folder}`, { validateEvery: at }), straight.options)
      const stop = new AbortController()
      const before = host(stop.signal)
      let validations = 0
      const cancelled = engine.train(request(folder, { validateEvery: at }), {
        ...before.options,
        // the first validation asks for images; that it is cancelled comes before the answer
        validation(index) {
          validations++
          stop.abort()
          return before.options.validation(index)
        },
      })
      expect(await cancelled).toMatchObject({ cancelled: true, steps: at })
      expect(validations).toBe(2)
      expect(before.points.filter(({ kind }) => kind === 'validation')).toEqual([])
      const { points, options } = host()
      const outcome = await engine.train(request(folder, { validateEvery: at, resume: true }), options)
      expect(outcome).toMatchObject({ cancelled: false, steps: 30 })
      const f2By = (all: typeof points) =>
        all.filter(({ kind }) => kind === 'validation').map(({ step, f2 }) => [step, f2])
      expect(f2By([...before.points, ...points])).toEqual(f2By(straight.points))
      expect(weightsOf(folder).equals(weightsOf(`not ${folder}`))).toBe(true)
    }
  })

  it('tells of the same false alarms, where it looks for them, before batches that are to know of them', async () => {
    const engine = engineOn(TRAINS)
    const wanted = { trainedImages: 5, steps: 60, validationImages: 8 }
    const FROMS = [18, 28, 38, 48, 58]
    const told = (since = 0): { alarms: FalseAlarms[]; options: Parameters<Engine['train']>[1] } => {
      const alarms: FalseAlarms[] = []
      const { options } = host()
      const batch = (step: number) => {
        // a batch is asked for only when all is told that it is to know of
        const due = FROMS.filter((from) => from <= step && from > since)
        expect(alarms.map(({ from }) => from)).toEqual(expect.arrayContaining(due))
        return options.batch(step)
      }
      // of what is trained on nothing is marked, though ships are there
      const validation = async (index: number) => {
        const image = await options.validation(index)
        return index < 8 ? image : { ...image, truth: [] }
      }
      return { alarms, options: { ...options, batch, validation, onFalseAlarms: (one) => alarms.push(one) } }
    }
    const straight = told()
    await engine.train(request('alarmed', wanted), straight.options)
    expect(straight.alarms.map(({ from }) => from)).toEqual(FROMS)
    const places = straight.alarms.flatMap(({ places }) => places)
    expect(places.length).toBeGreaterThan(0)
    expect(places.every(({ image }) => image >= 0 && image < 5)).toBe(true)
    const last = straight.alarms.at(-1)!.places
    expect(
      last.filter(({ image, x, y }) => scene(908 + image).labels[y * CROP + x]! > 0).length,
    ).toBeGreaterThan(last.length / 2)

    const stop = new AbortController()
    const first = told()
    await engine.train(request('alarmed and cancelled', wanted), {
      ...first.options,
      signal: stop.signal,
      onPoint: ({ kind, step }) => kind === 'validation' && step === 20 && stop.abort(),
    })
    const { alarms: again, options } = told(20)
    await engine.train(request('alarmed and cancelled', { ...wanted, resume: true }), options)
    // what is in use, what comes into use later, and what is found from then on: all as if it had not been cancelled
    expect(again).toEqual(straight.alarms.slice(0 - again.length))
    expect(again.length).toBeGreaterThanOrEqual(4)
  })

  it('scores its best weights anew where other images validate it now', async () => {
    const engine = engineOn(TRAINS)
    const stop = new AbortController()
    await engine.train(
      request('other images', { steps: 300 }),
      host(stop.signal, (step) => step === 75 && stop.abort()).options,
    )
    // nothing can be found on these, whatever is learnt
    const { options } = host()
    const hopeless = {
      ...options,
      validation: async (index: number) => {
        const { image, ...marks } = await options.validation(index)
        return { image: { ...image, data: image.data.fill(50) }, ...marks }
      },
    }
    const outcome = await engine.train(request('other images', { steps: 80, resume: true }), hopeless)
    expect(outcome).toMatchObject({ steps: 80, bestStep: 80, validation: { f2: 0 } })
  })

  it('refuses a checkpoint of another training', async () => {
    const engine = engineOn(TRAINS)
    const stop = new AbortController()
    await engine.train(request('another'), host(stop.signal, (step) => step === 5 && stop.abort()).options)
    const kept = fileOf('another', 'checkpoint.bin')
    const other = engine.train(request('another', { resume: true, seed: 6 }), host().options)
    await expect(other).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining('began with seed 5, 3 crops a step') as string,
    })
    expect(fileOf('another', 'checkpoint.bin').equals(kept)).toBe(true)
  })

  it('from a version of another architecture trains that network, and does not go on with it from a checkpoint of its own', async () => {
    const engine = engineOn(TRAINS)
    const wide = { ...request('').architecture, levels: [8, 16] }
    await engine.train(request('narrow', { steps: 1, validateEvery: 1 }), host().options)
    await engine.train(request('wide', { steps: 1, validateEvery: 1, architecture: wide }), host().options)
    const fromFolder = join(scratch, 'wide')
    await engine.train(request('widened', { steps: 1, validateEvery: 1, fromFolder }), host().options)
    expect(modelOf('widened').architecture.levels).toEqual([8, 16])

    const stop = new AbortController()
    const begun = request('rooted', { fromFolder: join(scratch, 'narrow') })
    await engine.train(begun, host(stop.signal, (step) => step === 3 && stop.abort()).options)
    const other = engine.train({ ...begun, resume: true, fromFolder }, host().options)
    await expect(other).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringContaining('another architecture') as string,
    })
  })

  it('keeps its checkpoint where it was cancelled while post-processing was chosen', async () => {
    const engine = engineOn(TRAINS)
    const stop = new AbortController()
    const { options } = host(stop.signal)
    const outcome = await engine.train(request('undecided', { steps: 10, validationImages: 16 }), {
      ...options,
      onPoint: ({ kind, step }) => kind === 'validation' && step === 10 && stop.abort(),
    })
    expect(outcome).toMatchObject({ cancelled: true, steps: 10 })
    expect(outcome.postProcessing).toContain('the training did not come to its end')
    const ended = await engine.train(
      request('undecided', { steps: 10, validationImages: 16, resume: true }),
      host().options,
    )
    expect(ended).toMatchObject({ cancelled: false, steps: 10 })

    // killed before its version was kept: its end once more, to the same version
    const kept = [weightsOf('undecided'), fileOf('undecided', 'model.json')]
    const { points, options: again } = host()
    const undecided = request('undecided', { steps: 10, validationImages: 16, resume: true })
    expect(await engine.train(undecided, again)).toMatchObject({ cancelled: false, steps: 10 })
    expect(points).toEqual([])
    expect([weightsOf('undecided'), fileOf('undecided', 'model.json')]).toEqual(kept)
  })

  it('cancelled, makes instances at the thresholds that its F2 was reached with', async () => {
    const engine = engineOn(TRAINS)
    const stop = new AbortController()
    const { options } = host(stop.signal, (step) => step === 45 && stop.abort())
    // far too high for these weights
    const cluster = { ...TEST_CLUSTER, minScore: 1 }
    const asked = { steps: 1000, validateEvery: 40, validationImages: 8, cluster }
    const outcome = await engine.train(request('score', asked), options)
    expect(outcome.validation!.f2).toBeGreaterThan(0.1)
    expect(modelOf('score').cluster.minScore).toBeLessThan(1)
    expect(outcome.postProcessing).toContain('but for the thresholds')
  })
})

describe('a training of so many minutes', () => {
  it('counts them from its first step, whose rate is that of a warm-up', async () => {
    const engine = engineOn(TRAINS)
    await engine.train(request('parent'), host().options)
    const { points, options } = host()
    const from = { fromFolder: join(scratch, 'parent'), steps: null, seconds: 1 }
    const outcome = await engine.train(request('timed', from), options)
    expect(outcome.steps).toBeGreaterThan(0)
    // scoring what it starts from takes time, but none of its own
    expect(points[0]).toMatchObject({ kind: 'validation', step: 0, seconds: 0 })
  })
})

describe('a start', () => {
  it('is a candidate: nothing that validates below it is kept, and it is compared in pairs', async () => {
    const engine = engineOn(TRAINS)
    await engine.train(request('good', { steps: 60, validationImages: 8 }), host().options)
    const from = {
      fromFolder: join(scratch, 'good'),
      validationImages: 8,
      pairedImages: 8,
      cluster: modelOf('good').cluster,
    }
    // a rate that ruins the weights
    const ruined = request('ruined', { ...from, steps: 20, learningRate: 1 })
    const { points, options } = host()
    const outcome = await engine.train(ruined, options)
    expect(points.find(({ kind }) => kind === 'validation')).toMatchObject({ step: 0, f2: outcome.startF2 })
    expect(outcome.bestStep).toBe(0)
    expect(weightsOf('ruined').equals(weightsOf('good'))).toBe(true)
    expect(outcome.validation!.f2).toBe(outcome.startF2)
    expect(outcome.paired).toMatchObject({ images: 8 })
    const { f2, before, difference } = outcome.paired!
    expect(difference.value).toBeCloseTo(f2 - before, 12)
    expect(difference.low).toBeLessThanOrEqual(difference.value)

    // but where the last are wanted, however they validate: the comparison still says it
    const last = await engine.train(request('last', { ...from, steps: 20, learningRate: 1, keepLast: true }), host().options) // prettier-ignore
    expect(last).toMatchObject({ bestStep: 20, startF2: outcome.startF2 })
    expect(last.validation!.f2).toBeLessThan(last.startF2!)
    expect(weightsOf('last').equals(weightsOf('good'))).toBe(false)

    // whose loss overflows in the end: nothing of it is worth keeping
    const stop = new AbortController()
    const worse = { ...from, steps: 20, learningRate: 1 }
    await engine.train(
      request('worse', worse),
      host(stop.signal, (step) => step === 12 && stop.abort()).options,
    )
    rmSync(join(scratch, 'worse', 'weights.bin'))
    const weights = { bce: 3e38, dice: 3e38, embedding: 3e38, centre: 3e38 }
    await expect(
      engine.train(request('worse', { ...worse, weights, resume: true }), host().options),
    ).rejects.toMatchObject({ message: expect.stringContaining('nothing of it is kept') as string })
    expect(existsSync(join(scratch, 'worse', 'weights.bin'))).toBe(false)
  })

  it('of a training that gets no better ends it, as does a step to stop after; each validation stays as a model', async () => {
    const engine = engineOn(TRAINS)
    const from = { fromFolder: join(scratch, 'good'), cluster: modelOf('good').cluster }
    const wanted = { ...from, steps: 1000, validateEvery: 5, learningRate: 1, keepSnapshots: true }
    const { options } = host()
    const lookable: boolean[] = []
    const outcome = await engine.train(request('patient', { ...wanted, patience: 2 }), {
      ...options,
      onPoint: (point) => {
        options.onPoint(point)
        const kept = join(scratch, 'patient', 'snapshots', String(point.step), 'model.json')
        if (point.kind === 'validation') lookable.push(existsSync(kept))
      },
    })
    // who hears of a validation can look at its step at once
    expect(lookable).toEqual([true, true, true])
    expect(outcome).toMatchObject({ steps: 10, bestStep: 0, cancelled: false })
    expect(readdirSync(join(scratch, 'patient', 'snapshots')).sort()).toEqual(['0', '10', '5'])
    expect(weightsOf(join('patient', 'snapshots', '0')).equals(weightsOf('good'))).toBe(true)
    const stopped = await engine.train(request('stopped', { ...wanted, stopAfter: 7 }), host().options)
    expect(stopped).toMatchObject({ steps: 7, cancelled: false })
  })
})
