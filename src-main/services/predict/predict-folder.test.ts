import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Engine } from '../../contract/engine.ts'
import type { Calibration } from '../../contract/wire.ts'
import { DEFAULT_CLUSTER_SETTINGS } from '../../core/cluster/cluster.ts'
import { decodeImage } from '../../imaging/decode.ts'
import { engineDied, testEngine } from '../../testing/engine.ts'
import { writeImages } from '../../testing/images.ts'
import { predictFolder } from './predict-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-predict-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const images = join(folder, 'images')
const out = join(folder, 'out.csv')

function predict(
  engine: Engine,
  more: {
    signal?: AbortSignal
    overlays?: string
    out?: string
    calibration?: Calibration
    flips?: boolean
  } = {},
) {
  const { signal = new AbortController().signal, overlays = null, calibration = null } = more
  const wanted = {
    images,
    modelFolder: 'any',
    settings: { ...DEFAULT_CLUSTER_SETTINGS, minScore: 0.5 },
    calibration,
    flips: more.flips ?? false,
    out: more.out ?? out,
    overlays,
  }
  return predictFolder(engine, wanted, { signal, onProgress: () => undefined })
}

const size = { width: 16, height: 8 }
const ships = [{ x: 0, y: 0, width: 4, height: 4 }]
/** The ship's mask. */
const SHIP = '1 4 9 4 17 4 25 4'

/** Every instance is a hit with this probability. */
const certainty = (probability: number): Calibration => ({
  intercept: Math.log(probability / (1 - probability)),
  weights: { foreground: 0, peak: 0, logArea: 0, border: 0 },
  ...{ instances: 20, hits: 10 },
})

beforeEach(async () => {
  rmSync(images, { recursive: true, force: true })
  rmSync(out, { force: true })
  await writeImages(images, {
    'a.png': { ...size, ships },
    'b.png': { ...size, ships: [] },
    'deep/c, d.png': { ...size, ships },
  })
})

describe('predictFolder', () => {
  it('drops instances by their probability where the model has a calibration', async () => {
    expect((await predict(testEngine(), { calibration: certainty(0.49) })).instances).toBe(0)
    expect((await predict(testEngine(), { calibration: certainty(0.51) })).instances).toBe(2)
  })

  it('asks for flips where they are wanted', async () => {
    const asked: boolean[] = []
    const engine = testEngine()
    const noting: Engine = {
      ...engine,
      infer: (request, options) => {
        asked.push(request.flips)
        return engine.infer(request, options)
      },
    }
    await predict(noting, { flips: true })
    await predict(noting)
    expect(asked).toEqual([true, true, true, false, false, false])
  })

  it('writes a row for each ship, a blank row for none, and pictures', async () => {
    const overlays = join(folder, 'overlays')
    const result = await predict(testEngine(), { overlays })
    expect(result).toEqual({ images: 3, predicted: 3, instances: 2, leftOut: [], cancelled: false })
    expect(readFileSync(out, 'utf8')).toBe(
      `ImageId,EncodedPixels\na.png,${SHIP}\nb.png,\n"deep/c, d.png",${SHIP}\n`,
    )
    expect(existsSync(`${out}.part`)).toBe(false)
    const drawn = await decodeImage(join(overlays, 'deep', 'c, d.png.png'))
    const [red, green, blue] = drawn.data.subarray(4 * 3)
    expect(red === green && green === blue).toBe(false)
  })

  it('leaves out what is no image, says why, and goes on', async () => {
    writeFileSync(join(images, 'b.png'), 'no image')
    const { predicted, leftOut } = await predict(testEngine())
    expect(predicted).toBe(2)
    expect(leftOut).toEqual([
      { image: 'b.png', reason: expect.stringContaining('b.png is not an image') as string },
    ])
    expect(readFileSync(out, 'utf8')).not.toContain('b.png')
  })

  it('keeps what is done when it is cancelled', async () => {
    const abort = new AbortController()
    const engine = testEngine()
    engine.before = (inference) => {
      if (inference === 2) abort.abort()
    }
    expect(await predict(engine, { signal: abort.signal })).toMatchObject({ cancelled: true, predicted: 1 })
    expect(readFileSync(out, 'utf8')).toBe(`ImageId,EncodedPixels\na.png,${SHIP}\n`)
  })

  it('keeps what is done when the engine dies, and says so', async () => {
    const engine = testEngine()
    engine.before = (inference) => {
      if (inference === 2) throw engineDied()
    }
    await expect(predict(engine)).rejects.toMatchObject({ code: 'engine_died' })
    expect(readFileSync(out, 'utf8')).toBe(`ImageId,EncodedPixels\na.png,${SHIP}\n`)
  })

  it('leaves an older file as it is when nothing was done', async () => {
    writeFileSync(out, 'older')
    const engine = testEngine()
    engine.before = () => {
      throw engineDied()
    }
    await expect(predict(engine)).rejects.toMatchObject({ code: 'engine_died' })
    expect(readFileSync(out, 'utf8')).toBe('older')
    expect(existsSync(`${out}.part`)).toBe(false)
  })

  it('refuses a folder as the file to write before it predicts anything', async () => {
    const engine = testEngine()
    engine.before = () => {
      throw new Error('asked')
    }
    const refused = predict(engine, { out: images })
    await expect(refused).rejects.toMatchObject({ code: 'bad_input' })
    await expect(refused).rejects.toThrow(`${images} is a folder. Name a file in it`)
    expect(existsSync(`${images}.part`)).toBe(false)
  })

  it('says where the rows are when they cannot get their name, and what went wrong before', async () => {
    const part = `${out}.part`
    const engine = testEngine()
    engine.before = (inference) => {
      // something takes the name while it works
      if (inference === 1) mkdirSync(out)
      if (inference === 2) throw engineDied()
    }
    const failed = predict(engine)
    await expect(failed).rejects.toMatchObject({ code: 'engine_died' })
    await expect(failed).rejects.toThrow(`What was predicted is in ${part}.`)
    expect(readFileSync(part, 'utf8')).toBe(`ImageId,EncodedPixels\na.png,${SHIP}\n`)
    rmSync(out, { recursive: true })
    const whole = testEngine()
    whole.before = (inference) => void (inference === 3 && mkdirSync(out))
    await expect(predict(whole)).rejects.toMatchObject({ code: 'read_only', data: { part } })
    rmSync(out, { recursive: true })
  })

  it('refuses a place that cannot be written, an empty folder and a missing one', async () => {
    const nowhere = join(folder, 'none', 'out.csv')
    await expect(predict(testEngine(), { out: nowhere })).rejects.toMatchObject({ code: 'read_only' })
    rmSync(images, { recursive: true })
    await expect(predict(testEngine())).rejects.toMatchObject({ code: 'not_found' })
    mkdirSync(images)
    await expect(predict(testEngine())).rejects.toThrow('There are no images in images or its subfolders')
  })
})
