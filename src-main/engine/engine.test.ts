import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { modelFile } from '../contract/engine.ts'
import type {
  Architecture,
  BackendName,
  Engine,
  ModelFile,
  RgbImage,
  TrainBatch,
  TrainRequest,
} from '../contract/engine.ts'
import type { CurvePoint } from '../contract/wire.ts'
import { labelMapToRles } from '../core/mask/rle.ts'
import { between, randomFrom, seedFrom } from '../core/random.ts'
import { engineEnvironment, resources, root } from '../locations.ts'
import { startEngine } from '../services/engine-client.ts'
import { TEST_CLUSTER } from '../testing/model.ts'

const SMALL: Architecture = {
  family: 'fast-unet',
  levels: [8, 12],
  embedding: 2,
  offsetScale: 5,
  coordinates: 'pixel',
}
const CROP = 32

const scratch = mkdtempSync(join(tmpdir(), 'drydock-engine-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** One engine a backend for all tests: starting one takes longer than most of them. */
const engines = new Map<BackendName | null, Engine>()
afterAll(() => Promise.all([...engines.values()].map((engine) => engine.stop())))

function engineOn(backend: BackendName | null): Engine {
  const engine = engines.get(backend) ?? startEngine(backend ? { backend } : {})
  engines.set(backend, engine)
  return engine
}

const hasLibrary = ((): boolean => {
  try {
    const addon = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json')
    return existsSync(join(addon, '..', 'lib', 'napi-v8', 'tfjs_binding.node'))
  } catch {
    return false
  }
})()
const BACKENDS: BackendName[] = hasLibrary ? ['tensorflow', 'wasm', 'cpu'] : ['wasm', 'cpu']
const TRAINS = BACKENDS[0]!

/** Dark water with one or two bright boxes. */
function scene(seed: number, side = CROP): { image: RgbImage; labels: Uint16Array } {
  const random = randomFrom(seed)
  const labels = new Uint16Array(side * side)
  const data = Uint8Array.from({ length: side * side * 3 }, () => between(random, 30, 70))
  for (let label = 1; label <= 2; label++) {
    const [x, y] = [Math.floor(between(random, 0, side - 9)), Math.floor(between(random, 0, side - 7))]
    for (let row = y; row < y + 6; row++)
      for (let column = x; column < x + 8; column++) {
        labels[row * side + column] = label
        data.fill(220, 3 * (row * side + column), 3 * (row * side + column) + 3)
      }
  }
  return { image: { width: side, height: side, data }, labels }
}

function batchOf(seed: number, step: number): TrainBatch {
  const crops = [0, 1, 2].map((i) => scene(seedFrom(seed, step, i)))
  return {
    images: Uint8Array.from(crops.flatMap(({ image }) => [...image.data])),
    labels: Uint16Array.from(crops.flatMap(({ labels }) => [...labels])),
    batch: crops.length,
    crop: CROP,
  }
}

function request(out: string, more: Partial<TrainRequest> = {}): TrainRequest {
  return {
    fromFolder: null,
    architecture: SMALL,
    outFolder: join(scratch, out),
    resume: false,
    steps: 30,
    seconds: null,
    batch: 3,
    crop: CROP,
    learningRate: 0.01,
    weights: { bce: 2, dice: 1, embedding: 0.5, centre: 0.5 },
    validateEvery: 10,
    validationImages: 2,
    furtherImages: 0,
    cluster: TEST_CLUSTER,
    seed: 5,
    ...more,
  }
}

function modelOf(out: string): ModelFile {
  return modelFile.parse(JSON.parse(readFileSync(join(scratch, out, 'model.json'), 'utf8')))
}

interface Host {
  points: CurvePoint[]
  options: Parameters<Engine['train']>[1]
}

function host(signal?: AbortSignal, onStep?: (step: number) => void): Host {
  const points: CurvePoint[] = []
  return {
    points,
    options: {
      ...(signal ? { signal } : {}),
      batch: async (step) => {
        onStep?.(step)
        return batchOf(5, step)
      },
      validation: async (index) => {
        const { image, labels } = scene(900 + index)
        return { image, truth: labelMapToRles(labels, CROP, CROP) }
      },
      onPoint: (point) => points.push(point),
    },
  }
}

const fileOf = (out: string, name: string): Buffer => readFileSync(join(scratch, out, name))
const weightsOf = (out: string): Buffer => fileOf(out, 'weights.bin')

const execute = promisify(execFile)

/** Every engine that this process has started. */
async function enginePids(): Promise<number[]> {
  const { stdout } = await execute('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)])
  const lines = stdout.split('\n').filter((line) => /engine[\\/]main/.test(line))
  return lines.map((line) => Number.parseInt(line, 10))
}

async function killEngines(): Promise<void> {
  for (const pid of await enginePids()) process.kill(pid, 'SIGKILL')
}

describe('the backend', () => {
  it('is libtensorflow wherever its libraries and addon are there: no silent fall-back', async () => {
    const folder = Object.values(engineEnvironment())[0]!.split(':')[0]!
    const info = await engineOn(null).info()
    if (hasLibrary && existsSync(folder)) expect(info.name).toBe('tensorflow')
    else expect(info.passedOver[0]).toMatchObject({ name: 'tensorflow' })
    expect(info.threads).toBeGreaterThanOrEqual(1)
    expect(info.why).not.toBe('')
  })

  it.each(BACKENDS)(
    '%s, asked for, is the one that runs, and only plain JavaScript does not train',
    async (name) => {
      const info = await engineOn(name).info()
      expect(info).toMatchObject({
        name,
        trains: name !== 'cpu',
        device: name === 'cpu' ? 'JavaScript' : 'CPU',
      })
    },
  )

  it('plain JavaScript refuses to train with a sentence', async () => {
    const refused = engineOn('cpu').train(request('refused'), host().options)
    await expect(refused).rejects.toMatchObject({ code: 'no_training_backend' })
  })
})

describe.each(BACKENDS)('verify on %s', (backend) => {
  const outside = join(root, '..', 'shared', 'reference')
  const shipped = join(resources, 'reference')
  const files = [shipped, outside].flatMap((folder) =>
    ['loss.json', 'loss_cases.json', 'f2.json', 'f2_cases.json']
      .map((name) => join(folder, name))
      .filter((path) => existsSync(path)),
  )

  it('passes every reference case, value and gradient', async () => {
    if (!existsSync(outside)) console.warn(`${outside} is not there: only the shipped cases run`)
    const cases = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as unknown)
    const findings = await engineOn(backend).verify(cases, {})
    expect(findings.filter(({ passed }) => !passed)).toEqual([])
    const kinds = new Set(findings.map(({ kind }) => kind))
    expect([...kinds].sort()).toEqual(
      ['layer', 'layer and loss', 'loss dense', 'loss segment', 'metric exact', 'metric tensor'].sort(),
    )
    expect(findings.length).toBeGreaterThan(40)
  })

  it('finds a wrong value, and refuses a file of another form', async () => {
    const file = JSON.parse(readFileSync(join(shipped, 'loss.json'), 'utf8')) as { loss_cases: object[] }
    const wrong = { loss_cases: [{ ...file.loss_cases[3], loss: 5.01 }] }
    const engine = engineOn(backend)
    const findings = await engine.verify([wrong], {})
    expect(findings.map(({ passed }) => passed)).toEqual([false, false])
    await expect(engine.verify([{ cases: 3 }], {})).rejects.toMatchObject({ code: 'file_broken' })
  })
})

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
    expect(existsSync(join(scratch, 'whole', 'checkpoint.bin'))).toBe(false)
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
    expect(postProcessing).toMatch(/and kept: on 16 validation images|^Chosen on 16 validation images/)
  })

  it('killed in the middle goes on from its checkpoint to the very same weights', async () => {
    await engineOn(TRAINS).train(request('straight'), host().options)
    const engine = engineOn(TRAINS)
    const { options } = host()
    const killed = engine.train(request('killed'), {
      ...options,
      // step 17 waits for its batch until the engine is gone, so that it is the checkpoint of step 10 that is left
      async batch(step) {
        if (step === 17) await killEngines()
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

  it.skipIf(!existsSync('/dev/full'))(
    'whose disk is full says so, and goes on from its last checkpoint',
    async () => {
      const engine = engineOn(TRAINS)
      await engine.train(request('roomy'), host().options)
      const { options } = host()
      const full = engine.train(request('full'), {
        ...options,
        // asked for after the checkpoint of step 10, and waited for before that of step 20
        async batch(step) {
          if (step === 15) {
            for (const pid of await enginePids())
              await symlink('/dev/full', join(scratch, 'full', `checkpoint.bin.${pid}.tmp`))
          }
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
      const steps: number[] = []
      await engine.train(
        request('full', { resume: true }),
        host(undefined, (step) => steps.push(step)).options,
      )
      expect(steps[0]).toBe(10)
      expect(weightsOf('full').equals(weightsOf('roomy'))).toBe(true)
    },
  )

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

describe('an engine that is killed', () => {
  it('ends the open call with engine_died, and the next call works', async () => {
    const engine = engineOn(TRAINS)
    await engine.train(request('small'), host().options)
    const { image } = scene(5, 640)
    const infer = () =>
      engine.infer(
        { modelFolder: join(scratch, 'small'), image, flips: true, tile: 64 },
        {
          onProgress: ({ done }) => {
            if (done === 1 && !killed) {
              killed = true
              void killEngines()
            }
          },
        },
      )
    let killed = false
    await expect(infer()).rejects.toMatchObject({ code: 'engine_died' })
    expect((await infer()).width).toBe(640)
  })

  it.skipIf(!hasLibrary || !existsSync('/usr/bin/prlimit'))(
    'that gets no memory says so, and the next call works',
    async () => {
      const engine = startEngine({ backend: 'tensorflow' })
      const before = new Set(await enginePids())
      await engine.info()
      const own = (await enginePids()).filter((pid) => !before.has(pid))
      expect(own).toHaveLength(1)
      const used = Number(/^VmSize:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${own[0]}/status`, 'utf8'))?.[1])
      await execute('prlimit', ['--pid', String(own[0]), `--as=${(used + 64 * 1024) * 1024}`])
      const images = new Uint8Array(8 * 512 * 512 * 3)
      const batch = { images, labels: new Uint16Array(8 * 512 * 512), batch: 8, crop: 512 }
      try {
        const training = engine.train(request('no memory', { batch: 8, crop: 512 }), {
          ...host().options,
          batch: async () => batch,
        })
        // libtensorflow may say what it lacked, or stumble over it: then the signal is all that is known
        await expect(training).rejects.toMatchObject({
          code: expect.stringMatching(/^engine_(no_memory|died)$/) as string,
          message: expect.stringContaining('smaller batch') as string,
        })
        expect(await engine.train(request('memory again', { steps: 1 }), host().options)).toMatchObject({
          steps: 1,
        })
      } finally {
        await engine.stop()
      }
    },
  )

  it('a cancelled prediction ends as cancelled, a wrong request as bad input', async () => {
    const engine = engineOn(TRAINS)
    await engine.train(request('again'), host().options)
    const { image } = scene(5, 320)
    const stop = new AbortController()
    const modelFolder = join(scratch, 'again')
    const cancelled = engine.infer(
      { modelFolder, image, flips: false, tile: 32 },
      { signal: stop.signal, onProgress: () => stop.abort() },
    )
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    const short = { ...image, data: image.data.subarray(1) }
    const wrong = engine.infer({ modelFolder, image: short, flips: false, tile: 32 }, {})
    await expect(wrong).rejects.toMatchObject({ code: 'bad_input' })
    const none = engine.infer({ modelFolder: join(scratch, 'no-such'), image, flips: false, tile: 32 }, {})
    await expect(none).rejects.toMatchObject({ code: 'file_broken' })
  })
})
