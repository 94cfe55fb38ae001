import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LeftBehind, TrainRequest } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { CurvePoint } from '../../contract/wire.ts'
import { formatRle } from '../../core/mask/rle.ts'
import { testEngine } from '../../testing/engine.ts'
import { dealSplits } from '../../core/similar/deal.ts'
import { maskOf, writeImages } from '../../testing/images.ts'
import { writeModel } from '../../testing/model.ts'
import { readModelFolder } from '../predict/model-files.ts'
import { canResume, endTraining, stepsOfEpoch, syntheticShareOf, trainModel } from './train.ts'
import { trainDefaults } from './train-defaults.ts'
import type { TrainOptions } from './train-options.ts'
import { readCurve } from './train-card.ts'
import { selectFromFolder } from './train-folder.ts'
import type { TrainSource } from './train-plan.ts'
import type { Candidate } from './train-selection.ts'
import { selectForTraining } from './train-selection.ts'

const SIZE = { width: 100, height: 80 }
const SHIP = { x: 30, y: 20, width: 16, height: 6 }

let folder: string
let images: string
let truth: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-training-'))
  images = join(folder, 'images')
  truth = join(folder, 'truth.csv')
  const files = Object.fromEntries(
    Array.from({ length: 9 }, (_, i) => [
      `sub/${i}.png`,
      { ...SIZE, ships: i === 3 ? [] : [{ ...SHIP, x: 4 + 9 * i }], shade: i },
    ]),
  )
  await writeImages(images, { ...files, 'copy.png': files['sub/2.png']!, 'unnamed.png': files['sub/1.png']! })
  await writeFile(join(images, 'broken.png'), 'text')
  const mask = formatRle(maskOf(SHIP, SIZE))
  const rows = [...Object.keys(files), 'copy.png', 'broken.png', 'gone.png'].map((name) =>
    name === 'sub/3.png' ? `${name},` : `${name},${mask}`,
  )
  await writeFile(truth, `ImageId,EncodedPixels\n${rows.join('\n')}\n`)
  await writeModel(join(folder, 'parent'), 'parent')
})
afterAll(() => rm(folder, { recursive: true }))

async function optionsFor(
  out: string,
  settings: Partial<TrainOptions['settings']> = {},
): Promise<TrainOptions> {
  const selection = await selectFromFolder(images, truth)
  return {
    ...selection,
    from: join(folder, 'parent'),
    out: join(folder, out),
    resume: false,
    settings: { ...trainDefaults(null, 'harbour'), minutes: null, steps: 3, batch: 1, crop: 64, ...settings },
    syntheticScenes: 4,
    origin: { data: 'test images', licence: 'MIT', credits: ['me'], reproduce: 'drydock train' },
  }
}

describe('selectFromFolder', () => {
  it('splits by content, copies together, and says what it leaves out and why', async () => {
    const { train, validation, leftOut } = await selectFromFolder(images, truth)
    expect(train.length + validation.length).toBe(10)
    expect(validation.length).toBeGreaterThan(0)
    expect(train.length).toBeGreaterThan(validation.length)
    const held = new Set(validation.map(({ content }) => content))
    expect(train.some(({ content }) => held.has(content))).toBe(false)
    expect(leftOut).toEqual([
      { reason: 'its file cannot be read', count: 1, names: ['broken.png'] },
      { reason: 'the label file does not name it', count: 1, names: ['unnamed.png'] },
      { reason: 'named in the label file, but not in the folder', count: 1, names: ['gone.png'] },
    ])
    expect(await selectFromFolder(images, truth)).toEqual({ train, validation, leftOut })
  })

  it('keeps named images and their copies for validation', async () => {
    const { train, validation } = await selectFromFolder(images, truth, { validation: ['sub/2.png'] })
    expect(validation.map(({ file }) => file).sort()).toEqual([
      join(images, 'copy.png'),
      join(images, 'sub', '2.png'),
    ])
    expect(train).toHaveLength(8)
    await expect(selectFromFolder(images, truth, { validation: ['none.png'] })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('refuses an empty folder, and labels without any ship', async () => {
    const empty = join(folder, 'empty')
    await mkdir(empty)
    await expect(selectFromFolder(empty, truth)).rejects.toMatchObject({ code: 'nothing_to_do' })
    const blank = join(folder, 'blank.csv')
    await writeFile(blank, 'ImageId,EncodedPixels\nsub/1.png,\nsub/3.png,\n')
    await expect(selectFromFolder(images, blank)).rejects.toMatchObject({
      code: 'nothing_to_do',
      message: expect.stringContaining('has a ship') as string,
    })
  })
})

describe('selectForTraining', () => {
  const image = (over: Partial<Candidate>): Candidate => ({
    ...{ status: 'done', split: 'train', fileState: 'ok', leftOut: null, truthCount: 2, group: 1 },
    ...over,
  })

  it('counts each image once, as used or left out', () => {
    const { preview, train, validation } = selectForTraining(
      [
        image({}),
        image({ status: 'no ship', truthCount: 0 }),
        image({ split: 'validation' }),
        image({ split: 'hold-out' }),
        image({ status: 'to do' }),
        image({ status: 'in progress' }),
        image({ fileState: 'missing' }),
        image({ fileState: 'unreadable' }),
        image({ split: null }),
      ],
      true,
    )
    expect([train.length, validation.length]).toEqual([2, 1])
    expect(preview).toMatchObject({ used: 2, validation: 1, holdOut: 1, instances: 2, refusal: null })
    expect(preview.leftOut.reduce((sum, { count }) => sum + count, 0)).toBe(6)
  })

  it.each([
    [3, 3, 0, 'folds'],
    [5, 5, 0, 'folds'],
    [10, 7, 2, 'images'],
  ] as const)(
    'of %i finished images trains on %i, validates on %i, and says on what',
    (count, train, validation, on) => {
      const dealt = Array.from({ length: count }, (_, i) => ({
        ...{ id: i, group: i, sha256: String(i).repeat(64), finished: true, ships: true },
        ...{ split: null, by: 'chance' as const },
      }))
      const splits = dealSplits(dealt, { frozen: false })
      const { preview } = selectForTraining(
        dealt.map(({ id, group }) => image({ group, split: splits.get(id)! })),
        false,
      )
      expect(preview).toMatchObject({ used: train, validation, validates: on, refusal: null })
    },
  )

  it('refuses, with a sentence, where nothing is finished or no ship is marked', () => {
    expect(selectForTraining([image({ status: 'to do' })], true).preview.refusal).toContain(
      'No finished image',
    )
    expect(selectForTraining([image({ status: 'no ship', truthCount: 0 })], true).preview.refusal).toContain(
      'has no ship',
    )
  })
})

describe('trainModel', () => {
  it('writes a version with its card, and the curve as a JSON line for each point', async () => {
    const options = await optionsFor('model')
    const points: CurvePoint[] = []
    const { id, card, outcome } = await trainModel(options, {
      engine: testEngine(),
      onPoint: (point) => points.push(point),
    })
    expect(outcome.steps).toBe(3)
    const parent = await readModelFolder(options.from!)
    expect(await readModelFolder(options.out)).toMatchObject({ id, card })
    expect(card).toMatchObject({
      name: 'harbour',
      parent: parent.id,
      licence: 'MIT',
      credits: ['me'],
      steps: 3,
    })
    expect(card.trainedOn).toEqual([...new Set(options.train.map(({ content }) => content))].sort())
    expect(points.map(({ step }) => step)).toEqual([1, 2, 3])
    expect(await readCurve(options.out)).toEqual(points)
  })

  it('lets those images choose how instances are made that the version started from was not trained on', async () => {
    const options = await optionsFor('further')
    const asked: TrainRequest[] = []
    const engine = testEngine()
    const train = engine.train.bind(engine)
    engine.train = (request, port) => {
      asked.push(request)
      return train(request, port)
    }
    await trainModel(options, { engine })
    // the version after it has seen all but one
    const extra: TrainSource = { ...options.train[0]!, content: 'f'.repeat(64) }
    const next = { ...options, from: options.out, out: join(folder, 'further-on') }
    await trainModel({ ...next, train: [...options.train, extra] }, { engine })
    await trainModel({ ...next, train: [...options.train, extra], checked: options.train }, { engine })
    expect(asked.map(({ furtherImages }) => furtherImages)).toEqual([options.train.length, 1, 0])
  })

  it.each([
    ['base', 'normalized', [16, 32, 64, 80, 80]],
    ['small', 'pixel', [8, 16, 32, 48, 48]],
    ['large', 'pixel', [32, 64, 128, 160, 160]],
  ] as const)(
    'from scratch makes a network of the %s size, in %s coordinates',
    async (size, coordinates, levels) => {
      const options = await optionsFor(size, { size, coordinates })
      const engine = testEngine()
      const train = engine.train.bind(engine)
      let asked: TrainRequest | null = null
      engine.train = (request, port) => {
        asked = request
        return train({ ...request, fromFolder: options.from }, port)
      }
      await trainModel({ ...options, from: null }, { engine })
      expect(asked).toMatchObject({ fromFolder: null, architecture: { levels, coordinates } })
    },
  )

  it('refuses where nothing trains and where there is nothing to train on', async () => {
    const engine = testEngine()
    const info = await engine.info()
    engine.info = async () => ({ ...info, name: 'wasm', trains: false })
    const options = await optionsFor('refused')
    await expect(trainModel(options, { engine })).rejects.toMatchObject({ code: 'no_training_backend' })
    const shipless = options.train.map((source): TrainSource => ({ ...source, truth: [] }))
    for (const train of [[], shipless]) {
      await expect(trainModel({ ...options, train }, { engine: testEngine() })).rejects.toMatchObject({
        code: 'nothing_to_do',
      })
    }
  })

  it('keeps what a diverged training has learnt, as a version', async () => {
    const options = await optionsFor('diverged')
    const engine = testEngine()
    const train = engine.train.bind(engine)
    engine.train = async (request, port) => {
      await train(request, port)
      // the highest F2 of the log may be that of other weights: only the engine knows which are kept
      port.onPoint({
        ...{ step: 0, kind: 'validation', loss: null, parts: {}, f2: 0.9, f2WithShips: 0.9 },
        ...{ seconds: 0, learningRate: null },
      })
      const left: LeftBehind = {
        steps: 3,
        seconds: 3,
        validation: { f2: 0.5, f2WithShips: 0.4, images: 2 },
        postProcessing: 'Kept.',
      }
      throw new DrydockError('training_diverged', 'The loss became infinite.', { left })
    }
    await expect(trainModel(options, { engine })).rejects.toMatchObject({ code: 'training_diverged' })
    expect((await readModelFolder(options.out)).card).toMatchObject({
      steps: 3,
      validation: { f2: 0.5, f2WithShips: 0.4 },
      postProcessing: 'Kept.',
    })
  })

  it('says on the card of each image that it saw, also where it went on without some', async () => {
    const options = await optionsFor('other images')
    const stop = new AbortController()
    await trainModel(options, { engine: testEngine(), signal: stop.signal, onPoint: () => stop.abort() })
    expect(canResume(options.out)).toBe(true)
    const first = options.train[0]!
    const rest = options.train.filter(({ content }) => content !== first.content)
    const { card } = await trainModel({ ...options, train: rest, resume: true }, { engine: testEngine() })
    expect(card.trainedOn).toContain(first.content)
    // as a release left it that noted no images
    await trainModel(options, { engine: testEngine(), signal: stop.signal })
    await rm(join(options.out, 'training-images.txt'))
    const after = await trainModel({ ...options, train: rest, resume: true }, { engine: testEngine() })
    expect(after.card.trainedOn).toContain(first.content)
    // another training in the same folder knows nothing of it
    const { card: anew } = await trainModel({ ...options, train: rest }, { engine: testEngine() })
    expect(anew.trainedOn).not.toContain(first.content)
    await endTraining(options.out)
    expect((await readdir(options.out)).sort()).toEqual([
      'card.json',
      'model.json',
      'training-log.jsonl',
      'weights.bin',
    ])
  })
})

describe('readCurve', () => {
  it('passes over half a line, and lets a resumed training replace the steps that it went over again', async () => {
    const out = join(folder, 'curve')
    await mkdir(out)
    const point = (step: number, loss: number): CurvePoint => ({
      ...{ step, kind: 'train', loss, parts: {}, f2: null, f2WithShips: null, seconds: step },
      learningRate: null,
    })
    const lines = [point(10, 3), point(20, 2), point(30, 1.5)].map((p) => JSON.stringify(p))
    const again = [point(20, 1.9), point(30, 1.4)].map((p) => JSON.stringify(p))
    await writeFile(join(out, 'training-log.jsonl'), [...lines, '{"step": 40, "ki', ...again].join('\n'))
    expect((await readCurve(out)).map(({ step, loss }) => [step, loss])).toEqual([
      [10, 3],
      [20, 1.9],
      [30, 1.4],
    ])
    expect(await readFile(join(out, 'training-log.jsonl'), 'utf8')).toContain('"loss":1.5')
    expect(await readCurve(join(folder, 'nowhere'))).toEqual([])
  })
})

describe('how long an epoch is', () => {
  const source = (width: number, height: number): TrainSource => ({
    ...{ file: '', width, height, truth: [], content: '', group: 0 },
  })

  it('is every image once, and the synthetic share beside', () => {
    const train = [source(256, 256), source(768, 768), source(100, 100)]
    expect(stepsOfEpoch(train, { crop: 256, batch: 1, syntheticShare: 0 })).toBe(11)
    expect(stepsOfEpoch(train, { crop: 256, batch: 4, syntheticShare: 0.5 })).toBe(6)
    expect(syntheticShareOf(33, train, 256)).toBeCloseTo(0.75, 12)
    expect(syntheticShareOf(0, [], 256)).toBe(0)
  })
})
