import { once } from 'node:events'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeDamaged } from '../testing/damaged-tiff.ts'
import { writeTiff } from '../testing/tiff.ts'
import type { TiffPicture } from '../testing/tiff.ts'
import { decodeImage } from './decode.ts'
import { openPixels, withPixels } from './open.ts'
import { loadSharp } from './sharp.ts'
import { makeTile, tileFile } from './tiles.ts'

const sharp = await loadSharp()
let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'drydock-tiff-'))))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, pictures: TiffPicture[], options?: { big: boolean }): string {
  const file = join(folder, name)
  writeFileSync(file, writeTiff(pictures, options))
  return file
}

/** Every sample different from its neighbours, within 16 bits. */
const sample = (x: number, y: number, band: number): number => (x * 7 + y * 131 + band * 1009) % 4001
const form: TiffPicture = { width: 70, height: 50, bands: 3, bits: 16, format: 1, sample }

describe('windows of a TIFF', () => {
  it.each<[string, Partial<TiffPicture>, boolean]>([
    ['tiles', { tile: 16 }, false],
    ['packed tiles', { tile: 32, deflate: true }, false],
    ['strips', { stripRows: 7 }, false],
    ['packed strips, the last one short', { stripRows: 16, deflate: true }, false],
    ['differences', { tile: 16, deflate: true, predictor: 2 }, false],
    ['the other byte order', { tile: 16, deflate: true }, true],
    ['the other byte order and differences', { stripRows: 9, deflate: true, predictor: 2 }, true],
    ['bands apart', { tile: 128, deflate: true, planar: true }, false],
    ['floats', { bits: 32, format: 3, tile: 16 }, true],
    ['float64', { bits: 64, format: 3, stripRows: 4 }, true],
    ['32 bits', { bits: 32, deflate: true, predictor: 2, stripRows: 50 }, true],
  ])('are the samples of %s', async (_, part, big) => {
    const file = write('windows.tif', [{ ...form, ...part }], { big })
    await withPixels(file, async (source) => {
      expect(source.windowed).toBe(true)
      for (const window of [
        { x: 0, y: 0, width: 70, height: 50 },
        { x: 13, y: 5, width: 40, height: 37 },
        { x: 69, y: 49, width: 1, height: 1 },
      ]) {
        for (const bands of [undefined, [2, 0]]) {
          const { data, unread } = await source.read(window, 0, bands)
          const shown = bands ?? [0, 1, 2]
          const right = Array.from({ length: window.width * window.height * shown.length }, (_, i) => {
            const pixel = Math.floor(i / shown.length)
            const [x, y] = [pixel % window.width, Math.floor(pixel / window.width)]
            return sample(window.x + x, window.y + y, shown[i % shown.length]!)
          })
          expect([...data]).toEqual(right)
          expect(unread).toEqual([])
        }
      }
    })
  })

  it.each<[string, Partial<TiffPicture>]>([
    ['packed tiles', { tile: 256, deflate: true, predictor: 2 }],
    ['strips', { stripRows: 7 }],
    ['bands apart', { tile: 128, deflate: true, planar: true, bands: 2 }],
  ])('of a large one without smaller copies are every fourth pixel at level 1: %s', async (_, part) => {
    const [width, height] = [2050, 2049]
    const value = (x: number, y: number): number => (x + 3 * y) % 251
    const large = { ...form, width, height, bands: 1, bits: 8, sample: value, ...part }
    const file = write('thin.tif', [large])
    await withPixels(file, async (source) => {
      expect(source.levels).toEqual([
        { width, height },
        { width: 513, height: 513 },
      ])
      const window = { x: 3, y: 7, width: 510, height: 506 }
      const { data, unread } = await source.read(window, 1, [large.bands - 1])
      const right = Uint8Array.from({ length: 510 * 506 }, (__, i) =>
        value(4 * (3 + (i % 510)), 4 * (7 + Math.floor(i / 510))),
      )
      expect(Buffer.compare(Uint8Array.from(data), right)).toBe(0)
      expect(unread).toEqual([])
      // all of it read at once: each pixel comes, once, and level 1 is the same without another look at the file
      const all = new Uint8Array(width * height)
      let pixels = 0
      await source.readAll([large.bands - 1], (part, samples) => {
        pixels += part.width * part.height
        for (let y = 0; y < part.height; y++)
          all.set(samples.data.subarray(y * part.width, (y + 1) * part.width), (part.y + y) * width + part.x)
      })
      const whole = Uint8Array.from({ length: width * height }, (__, i) =>
        value(i % width, Math.floor(i / width)),
      )
      expect([pixels, Buffer.compare(all, whole)]).toEqual([width * height, 0])
      truncateSync(file, 0)
      const again = await source.read(window, 1, [large.bands - 1])
      expect(Buffer.compare(Uint8Array.from(again.data), right)).toBe(0)
    })
  })

  it('come from smaller copies in directories inside the first one, where those are of its kind', async () => {
    const copy = (width: number, height: number, value: number): TiffPicture => ({
      ...{ ...form, width, height, tags: { 254: 1 } },
      sample: () => value,
    })
    const other = { ...copy(20, 14, 3), bits: 8 }
    const file = write('within.tif', [{ ...form, within: [copy(18, 13, 2), other, copy(35, 25, 1)] }])
    await withPixels(file, async (source) => {
      expect(source.pages).toBe(1)
      expect(source.levels.map(({ width }) => width)).toEqual([70, 35, 18])
      const { data } = await source.read({ x: 4, y: 4, width: 1, height: 1 }, 2, [0])
      expect([...data]).toEqual([2])
    })
  })

  it.each([2, 3, 4, 5, 6, 7, 8])('are turned as orientation %i says', async (orientation) => {
    const grey: TiffPicture = {
      ...form,
      width: 5,
      height: 3,
      bands: 1,
      bits: 8,
      sample: (x, y) => 10 * y + x,
    }
    const file = write('turned.tif', [{ ...grey, tags: { 274: orientation } }])
    // libvips turns by itself: the independent reference
    const { data, info } = await sharp(file)
      .autoOrient()
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true })
    await withPixels(file, async (source) => {
      expect(source.size).toEqual({ width: info.width, height: info.height })
      const whole = await source.read({ x: 0, y: 0, ...source.size })
      expect([...whole.data]).toEqual([...data])
      const part = await source.read({ x: 1, y: 1, width: 2, height: 2 })
      const at = (x: number, y: number) => data[y * info.width + x]
      expect([...part.data]).toEqual([at(1, 1), at(2, 1), at(1, 2), at(2, 2)])
      const all: number[] = []
      await source.readAll([0], (strip, samples) => {
        samples.data.forEach((sample, i) => {
          all[(strip.y + Math.floor(i / strip.width)) * info.width + strip.x + (i % strip.width)] = sample
        })
      })
      expect(all).toEqual([...data])
    })
  })

  it('come from smaller copies where the file has them; masks and other pages are none', async () => {
    const copy = (scale: number, kind: number): TiffPicture => ({
      ...form,
      ...{ width: 70 / scale, height: 50 / scale, tags: { 254: kind } },
      sample: () => 100 * scale,
    })
    const page = { ...form, width: 9 }
    const file = write('levels.tif', [form, copy(5, 1), copy(2, 1), copy(2, 4), page, copy(10, 1)])
    await withPixels(file, async (source) => {
      expect(source.pages).toBe(2)
      expect(source.levels.map(({ width }) => width)).toEqual([70, 35, 14])
      const { data } = await source.read({ x: 3, y: 3, width: 1, height: 1 }, 1, [0])
      expect([...data]).toEqual([200])
    })
  })

  it('are filled with missing data where the file leaves a block out', async () => {
    const sparse = { ...form, tile: 32, has: (index: number) => index !== 1, tags: { 42113: '77' } }
    await withPixels(write('sparse.tif', [sparse]), async (source) => {
      const { data, unread } = await source.read({ x: 31, y: 0, width: 2, height: 1 }, 0, [0])
      expect([[...data], unread]).toEqual([[sample(31, 0, 0), 77], []])
    })
  })
})

it('a TIFF is read in a worker thread', async () => {
  const file = write('thread.tif', [{ ...form, bits: 8, photometric: 2, sample: () => 33 }])
  const module = pathToFileURL(join(import.meta.dirname, 'decode.ts')).href
  const code = `import(${JSON.stringify(module)}).then(({ decodeImage }) => decodeImage(${JSON.stringify(file)}))
    .then(({ data }) => require('node:worker_threads').parentPort.postMessage(data[0]))`
  const worker = new Worker(code, { eval: true })
  expect(await once(worker, 'message')).toEqual([33])
})

describe('damaged TIFF files', () => {
  it('give what can be read, and say which part cannot', async () => {
    const whole = writeTiff([{ ...form, bits: 8, sample: () => 90, tile: 32, deflate: true, photometric: 2 }])
    // the fifth tile's first byte lies where its offset in the directory says
    const file = join(folder, 'damaged.tif')
    writeFileSync(file, whole)
    const offset = await withPixels(file, async (source) => {
      await source.read({ x: 0, y: 0, width: 1, height: 1 })
      return whole.indexOf(Buffer.from([0x78, 0x9c]), 9)
    })
    whole.fill(0xff, offset, offset + 20)
    writeFileSync(file, whole)
    const image = await decodeImage(file)
    expect(image.unread).toEqual([{ x: 32, y: 0, width: 32, height: 32 }])
    expect([image.data[0], image.data[40 * 3]]).toEqual([90, 0])
    const first = { level: 0, column: 0, row: 0 }
    const prefix = join(folder, 'hatched')
    expect(await makeTile(file, null, first, prefix)).toEqual({ damaged: true })
    const shown = await decodeImage(tileFile(prefix, first))
    const hole = new Set(Array.from({ length: 16 }, (_, i) => shown.data[(40 + i) * 3]))
    expect([shown.data[0], hole.size]).toEqual([90, 2])
  })

  it('are refused where nothing can be read, with directories in a circle, and of absurd sizes', async () => {
    const cut = write('cut.tif', [form])
    writeFileSync(cut, writeTiff([form]).subarray(0, 4000))
    await expect(decodeImage(cut)).rejects.toMatchObject({ code: 'image_broken' })

    const circle = writeTiff([form, form])
    circle.writeUInt32LE(circle.readUInt32LE(4), circle.length - 4)
    const round = join(folder, 'circle.tif')
    writeFileSync(round, circle)
    await expect(openPixels(round)).rejects.toMatchObject({
      code: 'image_broken',
      message: expect.stringContaining('never ends') as string,
    })

    const huge = write('huge.tif', [{ ...form, tags: { 256: 4_000_000_000, 257: 4_000_000_000 } }])
    await expect(decodeImage(huge)).rejects.toMatchObject({ code: 'image_too_large' })
    const none = write('none.tif', [{ ...form, tags: { 256: 0 } }])
    await expect(decodeImage(none)).rejects.toMatchObject({
      message: expect.stringContaining('sizes that cannot be') as string,
    })
  })

  it.each([
    ['an unknown compression', { 259: 4711 }, /unknown kind 4711.*gdal_translate/],
    ['JPEG 2000 inside', { 259: 34712 }, /JPEG 2000.*gdal_translate/],
    ['complex numbers', { 339: [6, 6, 6], 258: [64, 64, 64] }, /complex numbers.*amplitude/],
    ['integers of 64 bits', { 258: [64, 64, 64] }, /64-bit integers.*gdal_translate/],
    ['bands of different kinds', { 258: [16, 16, 8] }, /different kinds.*gdal_translate/],
  ])('%s is refused with the reason and what to do', async (_, tags, message) => {
    const file = write('refused.tif', [{ ...form, tags }])
    await expect(decodeImage(file)).rejects.toMatchObject({
      code: 'image_broken',
      message: expect.stringMatching(message) as string,
    })
  })

  it('of 100 damaged files each is read or refused with a reason', async () => {
    const ends = await decodeDamaged(join(folder, 'mutated.tif'), 1, 100)
    const { read = 0, image_broken = 0, image_too_large = 0 } = Object.fromEntries(ends)
    expect([read + image_broken + image_too_large, read > 0, image_broken > 0]).toEqual([100, true, true])
  })

  it('JPEG 2000 is refused with the command that converts it', async () => {
    const file = join(folder, 'scene.jp2')
    writeFileSync(file, Buffer.from([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a]))
    await expect(decodeImage(file)).rejects.toMatchObject({
      code: 'image_broken',
      message: expect.stringMatching(/JPEG 2000.*gdal_translate/) as string,
    })
  })
})
