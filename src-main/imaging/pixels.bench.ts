import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Mapping } from '../contract/wire.ts'
import { decodeImage, mappingFor, readRgb } from './decode.ts'
import { openPixels, withPixels } from './open.ts'
import { loadSharp } from './sharp.ts'
import { makeTile, tileFile } from './tiles.ts'

/** `npm run bench -- pixels`: windows of a large tiled TIFF, its first picture, small pictures through the port. */

const SIDE = 8000
const sharp = await loadSharp()
const folder = mkdtempSync(join(tmpdir(), 'drydock-bench-'))

/** Sea with waves and noise: packs about as well as a picture does. */
function sea(side: number): Uint8Array {
  const data = new Uint8Array(side * side * 3)
  let random = 1
  for (let p = 0; p < side * side; p++) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0
    const value = 60 + 20 * Math.sin(p / 900) + (random >>> 29)
    data[p * 3] = value
    data[p * 3 + 1] = value + 10
    data[p * 3 + 2] = value + 20
  }
  return data
}

/** The same in one band of 16 bits. */
function deepSea(side: number): Uint16Array {
  const data = new Uint16Array(side * side)
  let random = 1
  for (let p = 0; p < data.length; p++) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0
    data[p] = 1000 + 300 * Math.sin(p / 900) + (random >>> 25)
  }
  return data
}

/** The middle of several times in ms. */
async function middle(times: number, work: (i: number) => Promise<unknown>): Promise<number> {
  await work(0)
  const taken: number[] = []
  for (let i = 0; i < times; i++) {
    const start = performance.now()
    await work(i)
    taken.push(performance.now() - start)
  }
  return taken.sort((a, b) => a - b)[times >> 1]!
}

/** What decoding was before there was a port: the same library, straight to bytes. */
async function straight(file: string): Promise<void> {
  await sharp(file).metadata()
  await sharp(file, { failOn: 'truncated', limitInputPixels: false, sequentialRead: true })
    .autoOrient()
    .flatten({ background: '#000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer()
}

try {
  const raw = { raw: { width: SIDE, height: SIDE, channels: 3 as const } }
  const large = sharp(sea(SIDE), raw)
  const deep = sharp(deepSea(SIDE), { raw: { width: SIDE, height: SIDE, channels: 1 } })
  const tile = { compression: 'deflate', tile: true, tileWidth: 256, tileHeight: 256 } as const
  for (const [name, image, options] of [
    ['3 x 8 bits, without smaller copies', large, tile],
    ['3 x 8 bits, with smaller copies', large, { ...tile, pyramid: true }],
    ['16 bits, without smaller copies', deep.toColourspace('grey16'), tile],
  ] as const) {
    const file = join(folder, 'large.tif')
    await image.clone().tiff(options).toFile(file)
    const source = await openPixels(file)
    const mapping = await mappingFor(source)
    const at = (i: number) => ({ x: 300 + 700 * i, y: 500 + 600 * i, width: 512, height: 512 })
    const own = await middle(9, (i) => readRgb(source, mapping, at(i)))
    await source.close()
    const anew = await middle(9, (i) => withPixels(file, (opened) => readRgb(opened, mapping, at(i))))
    const first = { level: 3, column: 0, row: 0 }
    const picture = (of: Mapping | null) =>
      middle(3, async (i) => {
        const prefix = join(folder, `first-${i}`)
        await makeTile(file, of, first, prefix)
        rmSync(tileFile(prefix, first))
      })
    const chosen = await picture(null)
    const known = await picture(mapping)
    console.log(`${SIDE} x ${SIDE}, tiles of 256, ${name}`)
    console.log(
      `  a window of 512 x 512, file open: ${own.toFixed(1)} ms; opened for it: ${anew.toFixed(1)} ms`,
    )
    console.log(
      `  first picture, 1,000 x 1,000, bands and range chosen for it: ${chosen.toFixed(0)} ms; when they are known: ${known.toFixed(0)} ms`,
    )
  }
  const small = sharp(sea(768), { raw: { width: 768, height: 768, channels: 3 } })
  for (const format of ['jpeg', 'png'] as const) {
    const file = join(folder, `small.${format}`)
    writeFileSync(file, await small.clone().toFormat(format).toBuffer())
    const before = await middle(41, () => straight(file))
    const port = await middle(41, () => decodeImage(file))
    console.log(
      `768 x 768 ${format}: ${port.toFixed(1)} ms through the port, ${before.toFixed(1)} ms straight (${(port / before).toFixed(2)})`,
    )
  }
} finally {
  rmSync(folder, { recursive: true })
}
