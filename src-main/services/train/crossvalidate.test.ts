import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, TrainRequest } from '../../contract/engine.ts'
import { formatRle } from '../../core/mask/rle.ts'
import { testEngine } from '../../testing/engine.ts'
import { maskOf, writeImages } from '../../testing/images.ts'
import type { TestShip } from '../../testing/images.ts'
import { writeModel } from '../../testing/model.ts'
import { crossValidate } from './crossvalidate.ts'
import type { CrossValidation } from './crossvalidate.ts'
import { planFolds } from './crossvalidate-plan.ts'
import { reportFolds } from './crossvalidate-report.ts'
import { findModel } from '../projects/find-model.ts'
import { markedImages } from './train-folder.ts'
import { trainDefaults } from './train-defaults.ts'

const SIZE = { width: 40, height: 30 }
const lone = (x: number, y: number): TestShip[] => [{ x, y, width: 12, height: 4 }]
/** Side by side: to the engine of the tests, which sees what is bright, they are one. */
const moored = (x: number): TestShip[] => [
  { x, y: 5, width: 12, height: 4 },
  { x, y: 9, width: 12, height: 4 },
]
/** Four images with a lone ship, two with two that touch, six without. */
const SHIPS = [
  lone(5, 5),
  lone(20, 5),
  lone(5, 20),
  lone(20, 20),
  moored(5),
  moored(20),
  [],
  [],
  [],
  [],
  [],
  [],
]

const folder = mkdtempSync(join(tmpdir(), 'drydock-crossvalidate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const [images, truth] = [join(folder, 'images'), join(folder, 'truth.csv')]

beforeAll(async () => {
  const named = SHIPS.map((ships, i) => [`${i}.png`, { ...SIZE, ships, shade: i }] as const)
  await writeImages(images, Object.fromEntries(named))
  const rows = named.flatMap(([name, { ships }]) =>
    ships.length === 0 ? [`${name},`] : ships.map((ship) => `${name},${formatRle(maskOf(ship, SIZE))}`),
  )
  writeFileSync(truth, `ImageId,EncodedPixels\n${rows.join('\n')}\n`)
  await writeModel(join(folder, 'base'), 'base')
})

async function wanted(out: string, more: Partial<CrossValidation> = {}): Promise<CrossValidation> {
  const { found } = await markedImages(images, truth)
  const { from: _from, name: _name, size: _size, ...defaults } = trainDefaults('base', '')
  return {
    images: Array.from(found, ([name, source]) => ({ ...source, name })),
    also: [],
    from: await findModel(join(folder, 'base')),
    out: join(folder, out),
    ...{ folds: 3, seed: 1, flips: false },
    training: { ...defaults, minutes: null, steps: 2, batch: 1, crop: 64, syntheticShare: 0 },
    ...more,
  }
}

function run(what: CrossValidation, engine: Engine, signal = new AbortController().signal) {
  return crossValidate(what, { engine, signal, onProgress: () => undefined, onPoint: () => undefined })
}

describe('planFolds', () => {
  it('never lets a fold train or choose on what it is scored on', async () => {
    const { images } = await wanted('none')
    const folds = planFolds(images, 3, 1)
    expect(folds.map(({ number }) => number)).toEqual([1, 2, 3])
    expect(folds.flatMap(({ held }) => held)).toHaveLength(12)
    for (const { train, inner, held } of folds) {
      expect(new Set([...train, ...inner, ...held]).size).toBe(12)
      expect(train.length + inner.length).toBe(8)
      expect(held.filter(({ truth }) => truth.length > 0)).toHaveLength(2)
      expect(inner.length).toBeGreaterThan(0)
    }
  })

  it('refuses more folds than there are images', async () => {
    const { images } = await wanted('none')
    expect(() => planFolds(images, 13, 1)).toThrow('13 folds need at least 13 marked images')
    const alike = images.map((image) => ({ ...image, group: 1 }))
    expect(() => planFolds(alike, 2, 1)).toThrow('there are 1')
    expect(() =>
      planFolds(
        images.filter(({ truth }) => truth.length === 0),
        2,
        1,
      ),
    ).toThrow('two of them with ships')
  })
})

describe('crossValidate', () => {
  it('trains on the other folds, and scores every image by a model that has not seen it', async () => {
    const what = await wanted('trained')
    const results = await run(what, testEngine())
    expect(results.flatMap(({ held }) => held).sort()).toEqual(what.images.map(({ name }) => name).sort())
    for (const [i, { held, training }] of results.entries()) {
      expect(training?.steps).toBe(2)
      const model = join(what.out, `fold-${i + 1}`, 'model')
      const { trainedOn } = JSON.parse(readFileSync(join(model, 'card.json'), 'utf8')) as {
        trainedOn: string[]
      }
      const contents = what.images.filter(({ name }) => held.includes(name)).map(({ content }) => content)
      expect(trainedOn.filter((content) => contents.includes(content))).toEqual([])
      expect(trainedOn.length).toBeGreaterThan(0)
    }
    const { reports, nothing, summary } = await reportFolds(what, results)
    expect(nothing).toBe(0.5)
    // Ten images are right. In the two others one mask over both ships has IoU 1/2 with each, which is no hit.
    for (const way of ['clustered', 'components', 'separation', 'truthComponents'] as const) {
      expect(reports[way].f2?.value).toBeCloseTo(10 / 12, 12)
      expect(reports[way].recall).toMatchObject({
        lone: { ships: 4, found: 4 },
        touching: { ships: 4, found: 0 },
      })
    }
    expect(JSON.parse(readFileSync(join(what.out, 'crossvalidation.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(summary)),
    )
  })

  it('trains every fold on the further images too, but not on copies of what is scored', async () => {
    const plain = await wanted('also')
    const [copied, other] = [plain.images[0]!, { ...plain.images[1]!, content: 'f'.repeat(64), group: 99 }]
    const what = { ...plain, also: [{ ...copied }, other] }
    const results = await run(what, testEngine())
    for (const [i, { held }] of results.entries()) {
      const { trainedOn } = JSON.parse(
        readFileSync(join(what.out, `fold-${i + 1}`, 'model', 'card.json'), 'utf8'),
      ) as { trainedOn: string[] }
      expect(trainedOn).toContain(other.content)
      if (held.includes(copied.name)) expect(trainedOn).not.toContain(copied.content)
    }
    await expect(run(plain, testEngine())).rejects.toMatchObject({ code: 'bad_input' })
  })

  it('looks once at each image where nothing is trained, and chooses on all other folds', async () => {
    const what = await wanted('base-only', { training: null, folds: 2 })
    const engine = testEngine()
    const results = await run(what, engine)
    expect(engine.inferences).toBe(12)
    expect(existsSync(join(what.out, 'fold-1', 'model'))).toBe(false)
    // six images, four ships: too few to choose on, so the model's own post-processing stays
    expect(results.map(({ chosenOn }) => chosenOn)).toEqual([0, 0])
    expect(results[0]!.cluster).toEqual(what.from.model.cluster)
  })

  it('goes on where it was cancelled, and makes nothing again that is finished', async () => {
    const what = await wanted('resumed')
    const engine = testEngine()
    const abort = new AbortController()
    // a fold looks at its inner images and at four of its own; the second fold is cut off in the middle
    engine.before = (inference) => {
      if (existsSync(join(what.out, 'fold-1', 'fold.json')) && inference > 6) abort.abort()
    }
    await expect(run(what, engine, abort.signal)).rejects.toMatchObject({ code: 'cancelled' })
    expect(existsSync(join(what.out, 'fold-1', 'fold.json'))).toBe(true)
    expect(existsSync(join(what.out, 'fold-2', 'fold.json'))).toBe(false)

    const again = testEngine()
    const trained: string[] = []
    const train = again.train.bind(again)
    again.train = (request, port) => {
      trained.push(request.outFolder)
      return train(request, port)
    }
    const results = await run(what, again)
    // the second fold had been trained before it was cut off
    expect(trained).toEqual([join(what.out, 'fold-3', 'model')])
    expect(results).toHaveLength(3)
    const finished = testEngine()
    expect(await run(what, finished)).toEqual(results)
    expect(finished.inferences).toBe(0)
  })

  it('says what was chosen where; tries settings inside of each fold, and learns from as many as are labelled', async () => {
    const what = await wanted('tried', {
      tries: [{ learningRate: 0.002 }, { learningRate: 0.001, lossUnit: 'ship' }],
    })
    const engine = testEngine()
    const train = engine.train.bind(engine)
    const asked: TrainRequest[] = []
    engine.train = async (request, port) => {
      asked.push(request)
      const outcome = await train(request, port)
      const validation = { f2: request.learningRate === 0.001 ? 0.7 : 0.6, f2WithShips: 0.5, images: 2 }
      return { ...outcome, validation }
    }
    const results = await run(what, engine)
    expect(asked.map(({ learningRate, lossUnit }) => [learningRate, lossUnit])).toEqual(
      [1, 2, 3].flatMap(() => [
        [0.002, 'pixel'],
        [0.001, 'ship'],
      ]),
    )
    expect(results.map(({ training }) => training?.chosen)).toEqual(
      [1, 2, 3].map(() => ({ learningRate: 0.001, lossUnit: 'ship' })),
    )
    const { chosen, each } = await reportFolds(what, results)
    expect(each).toHaveLength(12)
    const where = new Map(chosen.map((one) => [one.what, one.where]))
    for (const tried of ['learningRate', 'lossUnit'])
      expect(where.get(tried)).toContain('third of the other folds')
    expect(where.get('batch')).toBe('given')

    // half of the labels: what is scored is the same, what is learnt from is half
    const [all, half] = [planFolds(what.images, 3, 1), planFolds(what.images, 3, 1, { labelled: 6 })]
    expect(half.map(({ held }) => held)).toEqual(all.map(({ held }) => held))
    expect(half.map(({ train, inner }) => train.length + inner.length)).toEqual([4, 4, 4])
    for (const { train, inner } of half)
      expect([...train, ...inner].filter(({ truth }) => truth.length > 0)).toHaveLength(2)
  })

  it('leaves results of other options alone', async () => {
    const what = await wanted('taken', { training: null })
    await run(what, testEngine())
    for (const other of [{ seed: 2 }, { flips: true }, { folds: 2 }]) {
      await expect(run({ ...what, ...other }, testEngine())).rejects.toMatchObject({ code: 'bad_input' })
    }
  })
})
