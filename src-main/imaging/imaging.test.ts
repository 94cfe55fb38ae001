import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { crc32, deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeImage, readSize } from './decode.ts'
import { contentHash } from './hash.ts'
import { withPixels } from './open.ts'
import { reviewPicture, writeOverlay } from './overlay.ts'
import { loadSharp } from './sharp.ts'
import { makeThumbnail } from './thumbnail.ts'
import { makeTile, tileFile, tilesOf, tilesToShow } from './tiles.ts'

const sharp = await loadSharp()
let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'drydock-imaging-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** 4 x 3 RGB, every sample different. */
const small = {
  width: 4,
  height: 3,
  data: Uint8Array.from({ length: 36 }, (_, i) => i * 7),
}

function raw(image: { width: number; height: number; data: Uint8Array }, channels: 1 | 2 | 3 | 4 = 3) {
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels } })
}

/** A TIFF of 32-bit floats, one strip, uncompressed: sharp itself writes none with NaN in it. */
function floatTiff(width: number, channels: 1 | 3, samples: Float32Array): Buffer {
  const height = samples.length / width / channels
  const start = 8 + 2 + 10 * 12 + 4
  const tags = {
    ...{ 256: width, 257: height, 258: 32, 259: 1, 262: channels === 3 ? 2 : 1 },
    ...{ 273: start, 277: channels, 278: height, 279: 4 * samples.length, 339: 3 },
  }
  const file = Buffer.alloc(start + 4 * samples.length)
  file.write('II', 'latin1')
  file.writeUInt32LE(42, 2)
  file.writeUInt32LE(8, 4)
  file.writeUInt16LE(10, 8)
  Object.entries(tags).forEach(([tag, value], i) => {
    file.writeUInt16LE(Number(tag), 10 + 12 * i)
    file.writeUInt16LE(4, 12 + 12 * i)
    file.writeUInt32LE(1, 14 + 12 * i)
    file.writeUInt32LE(value, 18 + 12 * i)
  })
  samples.forEach((value, i) => file.writeFloatLE(value, start + 4 * i))
  return file
}

/** A noisy picture, so that a JPEG of it has a body to cut off. */
function noisy(width: number, height: number) {
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24),
  }
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

describe('decodeImage', () => {
  it('gives the samples of an 8-bit PNG unchanged, whatever its name says', async () => {
    const file = join(folder, 'really-png.jpg')
    await raw(small).png().toFile(file)
    const image = await decodeImage(file)
    expect([image.width, image.height]).toEqual([4, 3])
    expect([...image.data]).toEqual([...small.data])
  })

  it('applies EXIF orientation to pixels and size', async () => {
    const file = join(folder, 'turned.png')
    await raw(small).withMetadata({ orientation: 6 }).png().toFile(file)
    expect(await readSize(file)).toEqual({ width: 3, height: 4 })
    const image = await decodeImage(file)
    expect([image.width, image.height]).toEqual([3, 4])
    // turned clockwise: the bottom left pixel (row 2, column 0) comes to the top left
    expect([...image.data.slice(0, 3)]).toEqual([...small.data.slice(24, 27)])
  })

  it.each([1, 6])(
    'gives the same windows, whichever comes first and however many (orientation %i)',
    async (orientation) => {
      const file = join(folder, 'windows.png')
      await raw(noisy(40, 30)).withMetadata({ orientation }).png().toFile(file)
      const { width, height, data } = await decodeImage(file)
      await withPixels(file, async (source) => {
        const windows = [
          { x: 3, y: 20, width: 9, height: 5 },
          { x: 3, y: 20, width: 9, height: 5 },
          { x: 20, y: 1, width: 5, height: 9 },
          { x: 0, y: 0, width, height },
        ]
        for (const window of windows) {
          const samples = await source.read(window)
          const right = Array.from({ length: window.width * window.height * 3 }, (_, i) => {
            const [column, row] = [Math.floor(i / 3) % window.width, Math.floor(i / 3 / window.width)]
            return data[((window.y + row) * width + window.x + column) * 3 + (i % 3)]
          })
          expect([...samples.data]).toEqual(right)
        }
      })
    },
  )

  it('makes grey three equal channels and blends transparency onto black', async () => {
    const grey = join(folder, 'grey.png')
    await raw({ width: 2, height: 1, data: Uint8Array.of(10, 200) }, 1)
      .toColourspace('b-w')
      .png()
      .toFile(grey)
    expect([...(await decodeImage(grey)).data]).toEqual([10, 10, 10, 200, 200, 200])
    const clear = join(folder, 'clear.png')
    await raw({ width: 2, height: 1, data: Uint8Array.of(90, 80, 70, 0, 90, 80, 70, 255) }, 4)
      .png()
      .toFile(clear)
    expect([...(await decodeImage(clear)).data]).toEqual([0, 0, 0, 90, 80, 70])
  })

  it.each(['png', 'tiff'] as const)('stretches a 16-bit %s that uses few of its bits', async (format) => {
    const samples = Uint16Array.from({ length: 1000 * 3 }, (_, i) => 1000 + Math.floor(i / 3))
    const file = join(folder, `deep.${format}`)
    await sharp(samples, { raw: { width: 1000, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .toFormat(format, format === 'tiff' ? { compression: 'none' } : {})
      .toFile(file)
    const { data } = await decodeImage(file)
    expect(data[0]).toBe(0)
    expect(data[999 * 3]).toBe(255)
    // the middle of a straight ramp stays the middle
    expect(Math.abs(data[500 * 3]! - 127.5)).toBeLessThan(2)
  })

  it.each([1, 3] as const)(
    'stretches floats of any range, %i bands, those that are no numbers aside',
    async (bands) => {
      const file = join(folder, `floats-${bands}.tif`)
      for (const range of [1, 5000]) {
        const samples = Float32Array.from(
          { length: 1000 * bands },
          (_, i) => (Math.floor(i / bands) / 999) * range,
        )
        samples.fill(NaN, 400 * bands, 410 * bands)
        writeFileSync(file, floatTiff(100, bands, samples))
        const { data } = await decodeImage(file)
        expect([data[0], data[400 * 3], data[409 * 3 + 2], data[999 * 3]]).toEqual([0, 0, 0, 255])
        // the middle of a straight ramp stays the middle, whatever is missing elsewhere
        expect(Math.abs(data[500 * 3]! - 127.5)).toBeLessThan(2)
        expect(Math.abs(data[750 * 3 + 1]! - 191.5)).toBeLessThan(2)
      }
      writeFileSync(file, floatTiff(100, bands, new Float32Array(1000 * bands).fill(NaN)))
      await expect(decodeImage(file)).rejects.toMatchObject({
        code: 'image_broken',
        message: expect.stringMatching(/holds no numbers.*put another copy/) as string,
      })
    },
  )

  it.each([-9999, -3.4e38, 0])(
    'stretches what is between, where places without data hold %d',
    async (filled) => {
      const file = join(folder, 'filled.tif')
      const samples = Float32Array.from({ length: 1000 }, (_, i) => 100 + i)
      samples.fill(filled, 400, 450)
      writeFileSync(file, floatTiff(100, 1, samples))
      const { data } = await decodeImage(file)
      expect([data[0], data[420 * 3], data[999 * 3]]).toEqual([0, 0, 255])
      expect(Math.abs(data[500 * 3]! - 127.5)).toBeLessThan(4)
      // almost nothing but places without data: what little there is can be seen
      samples.fill(filled, 3)
      writeFileSync(file, floatTiff(100, 1, samples))
      const few = (await decodeImage(file)).data
      expect([few[0], few[2 * 3]]).toEqual([0, 255])
      samples.fill(filled)
      writeFileSync(file, floatTiff(100, 1, samples))
      expect(new Set((await decodeImage(file)).data)).toEqual(new Set([0]))
    },
  )

  it('refuses what is cut off, what is no image, what is not there, and a folder', async () => {
    const cut = join(folder, 'cut.jpg')
    await raw(noisy(300, 300)).jpeg().toFile(cut)
    truncateSync(cut, Math.floor(statSync(cut).size / 2))
    await expect(decodeImage(cut)).rejects.toMatchObject({ code: 'image_broken' })
    const cutPng = join(folder, 'cut.png')
    await raw(noisy(300, 300)).png().toFile(cutPng)
    truncateSync(cutPng, Math.floor(statSync(cutPng).size / 2))
    await expect(decodeImage(cutPng)).rejects.toMatchObject({ code: 'image_broken' })
    const text = join(folder, 'text.png')
    writeFileSync(text, 'these are not pixels')
    await expect(decodeImage(text)).rejects.toMatchObject({ code: 'image_broken' })
    const drawing = join(folder, 'drawing.svg')
    writeFileSync(drawing, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    await expect(decodeImage(drawing)).rejects.toMatchObject({ code: 'image_broken' })
    await expect(decodeImage(join(folder, 'gone.png'))).rejects.toMatchObject({ code: 'image_missing' })
    await expect(readSize(folder)).rejects.toMatchObject({ code: 'image_broken' })
  })

  it('refuses 20,000 x 20,000 in one sentence, with less than 200 MiB more memory', async () => {
    // its header alone: what is decided before any pixel is read needs none
    const file = join(folder, 'huge.png')
    const header = Buffer.alloc(13)
    header.writeUInt32BE(20_000, 0)
    header.writeUInt32BE(20_000, 4)
    header.set([8, 2], 8)
    writeFileSync(
      file,
      Buffer.concat([
        Buffer.from('89504e470d0a1a0a', 'hex'),
        pngChunk('IHDR', header),
        pngChunk('IDAT', deflateSync(Buffer.alloc(100))),
        pngChunk('IEND', Buffer.alloc(0)),
      ]),
    )
    // in a process of its own, whose peak is its own
    const module = pathToFileURL(join(import.meta.dirname, 'decode.ts')).href
    const script = `
      const { decodeImage, readSize } = await import(${JSON.stringify(module)})
      const before = process.resourceUsage().maxRSS
      const size = await readSize(${JSON.stringify(file)})
      const error = await decodeImage(${JSON.stringify(file)}).catch((e) => e)
      console.log(JSON.stringify({ size, code: error.code, message: error.message,
        grown: process.resourceUsage().maxRSS - before }))`
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    const answer = JSON.parse(run.stdout) as { size: unknown; code: string; message: string; grown: number }
    expect(answer).toMatchObject({ size: { width: 20_000, height: 20_000 }, code: 'image_too_large' })
    expect(answer.message).toContain('20000 x 20000')
    expect(answer.grown).toBeLessThan(200 * 1024)
  })
})

describe('files for the window', () => {
  it('makes thumbnails with a longer side of 96 px', async () => {
    const file = join(folder, 'wide.png')
    await raw(noisy(300, 150)).png().toFile(file)
    const out = join(folder, 'thumbs', 'wide.webp')
    await makeThumbnail(file, null, out)
    expect(await readSize(out)).toEqual({ width: 96, height: 48 })
    expect(readdirSync(join(folder, 'thumbs'))).toEqual(['wide.webp'])
    const broken = join(folder, 'cut-thumb.jpg')
    await raw(noisy(300, 300)).jpeg().toFile(broken)
    truncateSync(broken, Math.floor(statSync(broken).size / 2))
    await expect(makeThumbnail(broken, null, out)).rejects.toMatchObject({ code: 'image_broken' })
  })

  it('makes one lossless tile of a small image', async () => {
    const image = noisy(60, 40)
    const file = join(folder, 'tile-source.png')
    await raw(image).png().toFile(file)
    const first = { level: 0, column: 0, row: 0 }
    const prefix = join(folder, 'tile')
    await makeTile(file, null, first, prefix)
    expect(Buffer.compare((await decodeImage(tileFile(prefix, first))).data, image.data)).toBe(0)
    await expect(makeTile(file, null, { ...first, column: 1 }, prefix)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('covers a large image with tiles, each pixel once, and halves it at level 1', async () => {
    const tiles = tilesOf({ width: 5000, height: 4097 })
    expect(tiles.map((t) => [t.x, t.y, t.width, t.height])).toEqual([
      [0, 0, 4096, 4096],
      [4096, 0, 904, 4096],
      [0, 4096, 4096, 1],
      [4096, 4096, 904, 1],
    ])
    const file = join(folder, 'long.png')
    const image = { width: 4100, height: 2, data: new Uint8Array(4100 * 2 * 3) }
    image.data.fill(200, 4096 * 3, 4100 * 3)
    await raw(image).png().toFile(file)
    const prefix = join(folder, 'tile-of-long')
    await makeTile(file, null, { level: 0, column: 1, row: 0 }, prefix)
    const right = await decodeImage(`${prefix}-0-1-0.png`)
    expect([right.width, right.height, right.data[0], right.data[4 * 3]]).toEqual([4, 2, 200, 0])
    await makeTile(file, null, { level: 1, column: 0, row: 0 }, prefix)
    expect(await readSize(`${prefix}-1-0-0.png`)).toEqual({ width: 2050, height: 1 })
  })

  it('shows a large image by a small picture of all of it first', () => {
    expect(tilesToShow({ width: 4096, height: 4000 })).toHaveLength(1)
    const [first, ...fine] = tilesToShow({ width: 8000, height: 5000 })
    expect(first).toMatchObject({ level: 3, x: 0, y: 0, width: 8000, height: 5000 })
    expect(fine.map(({ level }) => level)).toEqual([0, 0, 0, 0])
  })

  it('averages exactly where a picture is made smaller by a whole number, the rest with fewer pixels', async () => {
    const file = join(folder, 'to-average.png')
    const data = Uint8Array.from({ length: 9 * 5 * 3 }, (_, i) => (i * 37) % 251)
    await raw({ width: 9, height: 5, data }).png().toFile(file)
    const prefix = join(folder, 'averaged')
    await makeTile(file, null, { level: 1, column: 0, row: 0 }, prefix)
    const small = await decodeImage(`${prefix}-1-0-0.png`)
    expect([small.width, small.height]).toEqual([5, 3])
    const at = (x: number, y: number, band: number): number => data[(y * 9 + x) * 3 + band]!
    expect([...small.data.slice(0, 3)]).toEqual(
      [0, 1, 2].map((b) => Math.round((at(0, 0, b) + at(1, 0, b) + at(0, 1, b) + at(1, 1, b)) / 4)),
    )
    expect(small.data[(2 * 5 + 4) * 3]).toBe(at(8, 4, 0))
  })

  it('draws outlines around instances and leaves their pixels alone', async () => {
    const image = { width: 20, height: 10, data: new Uint8Array(600).fill(50) }
    const out = join(folder, 'overlay.png')
    // column 10 (0-based), rows 4 and 5: 1-based start 10 * 10 + 5
    await writeOverlay(image, [Uint32Array.of(105, 2)], out)
    const { data } = await decodeImage(out)
    const at = (x: number, y: number) => [...data.slice((y * 20 + x) * 3, (y * 20 + x) * 3 + 3)]
    expect(at(10, 4)).toEqual([50, 50, 50])
    expect(at(9, 4)).not.toEqual([50, 50, 50])
    expect(at(12, 7)).not.toEqual([50, 50, 50])
    expect(at(13, 4)).toEqual([50, 50, 50])
  })

  it.each([
    ['light', 210],
    ['dark', 40],
  ])("a review's white outline has a dark line on both sides of it, on %s ground", async (_, shade) => {
    const image = { width: 40, height: 20, data: new Uint8Array(40 * 20 * 3).fill(shade) }
    // columns 20 to 29, rows 5 to 14: 1-based, column by column
    const ship = Uint32Array.from({ length: 20 }, (_one, i) => (i % 2 === 0 ? (20 + i / 2) * 20 + 6 : 10))
    const jpeg = await reviewPicture(image, [{ rle: ship, kind: 'truth' }])
    const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true })
    const row = [...data.subarray(10 * info.width, 10 * info.width + 20)]
    const [dark, white] = [(at: number) => row[at]! < 75, (at: number) => row[at]! > 200]
    expect([16, 19].map(dark)).toEqual([true, true])
    expect([17, 18].map(white)).toEqual([true, true])
    expect(Math.abs(row[8]! - shade)).toBeLessThan(8)
  })

  it("hashes a file's content", async () => {
    const file = join(folder, 'hash.bin')
    const bytes = Buffer.alloc(3_000_001, 7)
    writeFileSync(file, bytes)
    expect(await contentHash(file)).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'))
    await expect(contentHash(join(folder, 'none'))).rejects.toMatchObject({ code: 'image_missing' })
  })
})
