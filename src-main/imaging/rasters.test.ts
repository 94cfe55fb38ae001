import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { root } from '../locations.ts'
import { writeTiff } from '../testing/tiff.ts'
import type { TiffPicture } from '../testing/tiff.ts'
import { decodeImage, mappingFor } from './decode.ts'
import { withPixels } from './open.ts'
import { loadSharp } from './sharp.ts'
import { makeTile, tileFile } from './tiles.ts'

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'drydock-rasters-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const rasters = join(root, 'src-main', 'testing', 'rasters')
const place = z.tuple([z.number(), z.number()])
const colour = z.array(z.number()).length(3).optional()
const expected = z
  .object({
    probes: z.object({ sea: place, ship: place }),
    files: z.record(
      z.string(),
      z.object({
        ...{ sea: colour, ship: colour, clear: colour, bands: z.array(z.number()).optional() },
        ...{ sea_at_most: z.number().optional(), ship_at_least: z.number().optional() },
        ...{ ship_at: place.optional(), clear_at: place.optional(), nodata_at: place.optional() },
        size: place.optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(rasters, 'expected.json'), 'utf8')))

/** What is seen at a place of a file. */
async function seen(file: string): Promise<(at: readonly [number, number]) => number[]> {
  const { width, data } = await decodeImage(file)
  return ([x, y]) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
}

/** A picture of 64 x 64: sea, and a ship of 20 x 6 px from (24, 30). */
async function seaAndShip(picture: Partial<TiffPicture>, sea: number[], ship: number[]) {
  const file = join(folder, 'scene.tif')
  const isShip = (x: number, y: number): boolean => x >= 24 && x < 44 && y >= 30 && y < 36
  const sample = (x: number, y: number, band: number): number => (isShip(x, y) ? ship : sea)[band]!
  const form = { width: 64, height: 64, bands: sea.length, bits: 16, format: 1 as const, sample }
  writeFileSync(file, writeTiff([{ ...form, ...picture }]))
  const at = await seen(file)
  return { file, sea: at([10, 10]), ship: at([30, 33]), at }
}

describe('rasters written by GDAL', () => {
  it.each(Object.entries(expected.files))('%s', async (name, wanted) => {
    const file = join(rasters, name)
    const [at, mapping] = [await seen(file), await withPixels(file, mappingFor)]
    const sea = at(expected.probes.sea)
    const ship = at(wanted.ship_at ?? expected.probes.ship)
    if (wanted.sea) expect(sea).toEqual(wanted.sea)
    if (wanted.ship) expect(ship).toEqual(wanted.ship)
    if (wanted.clear && wanted.clear_at) expect(at(wanted.clear_at)).toEqual(wanted.clear)
    if (wanted.sea_at_most !== undefined) expect(Math.max(...sea)).toBeLessThanOrEqual(wanted.sea_at_most)
    if (wanted.ship_at_least !== undefined)
      expect(Math.min(...ship)).toBeGreaterThanOrEqual(wanted.ship_at_least)
    if (wanted.nodata_at) expect(at(wanted.nodata_at)).toEqual([0, 0, 0])
    if (wanted.bands) expect(mapping.bands).toEqual(wanted.bands)
    const [width, height] = wanted.size ?? [64, 64]
    expect(await decodeImage(file)).toMatchObject({ width, height })
  })
})

describe('images as sensors and tools write them', () => {
  it('takes a fourth band for no transparency, in 8 bits, 16 bits and floats', async () => {
    const [sea, ship] = [
      [60, 80, 100, 4],
      [200, 200, 200, 180],
    ]
    const colours = { photometric: 2, tags: { 338: 0 } }
    const bytes = await seaAndShip({ ...colours, bits: 8 }, sea, ship)
    expect([bytes.sea, bytes.ship]).toEqual([
      [60, 80, 100],
      [200, 200, 200],
    ])
    for (const form of [{ bits: 16 }, { bits: 32, format: 3 as const }]) {
      // low is 60 and high 200, by the formula
      const deep = await seaAndShip({ ...colours, ...form }, sea, ship)
      expect([deep.sea, deep.ship]).toEqual([
        [0, 36, 73],
        [255, 255, 255],
      ])
    }
  })

  it('fades to black by ExtraSamples 2 in 16 bits, and keeps what is multiplied already (1)', async () => {
    const [sea, ship] = [
      [1000, 1000, 1000, 65_535],
      [3000, 3000, 3000, 32_768],
    ]
    const straight = await seaAndShip({ photometric: 2, tags: { 338: 2 } }, sea, ship)
    expect(straight.ship[0]).toBe(128)
    const multiplied = await seaAndShip({ photometric: 2, tags: { 338: 1 } }, sea, ship)
    expect(multiplied.ship[0]).toBe(255)
  })

  it.each([
    ['two bands of float32 in dB', { bits: 32, format: 3 as const }, [-18, -25], [5, -2]],
    ['int32', { bits: 32, format: 2 as const }, [1800], [9000]],
    ['int16 below 0', { bits: 16, format: 2 as const }, [-1800], [-200]],
    ['uint32', { bits: 32 }, [100_000], [4_000_000]],
    ['int8', { bits: 8, format: 2 as const }, [-100], [20]],
    ['float64', { bits: 64, format: 3 as const }, [0.02], [0.4]],
  ])('shows %s with a dark sea and a bright ship', async (_, form, sea, ship) => {
    const found = await seaAndShip(form, sea, ship)
    expect([found.sea, found.ship]).toEqual([
      [0, 0, 0],
      [255, 255, 255],
    ])
  })

  it('shows 13 bands without names in the usual order', async () => {
    const sea = Array.from({ length: 13 }, (_, band) => 500 + 10 * band)
    const { file } = await seaAndShip(
      {},
      sea,
      sea.map((value) => value + 5000),
    )
    expect((await withPixels(file, mappingFor)).bands).toEqual([4, 3, 2])
  })

  it('inverts what says that 0 is white', async () => {
    const bytes = await seaAndShip({ bits: 8, photometric: 0 }, [250], [40])
    expect([bytes.sea[0], bytes.ship[0]]).toEqual([5, 215])
    const deep = await seaAndShip({ photometric: 0 }, [2500], [400])
    expect([deep.sea[0], deep.ship[0]]).toEqual([0, 255])
  })

  it.each([65_535, 4095])('keeps ships that are saturated at %i bright and the sea dark', async (full) => {
    const file = join(folder, 'saturated.tif')
    const ships = [
      [20, 20],
      [120, 90],
      [200, 210],
    ]
    const isShip = (x: number, y: number): boolean =>
      ships.some(([left, top]) => x >= left! && x < left! + 4 && y >= top! && y < top! + 3)
    const sample = (x: number, y: number): number =>
      isShip(x, y) ? full : 1000 + ((x * 31 + y * 17 + x * y) % 97)
    writeFileSync(
      file,
      writeTiff([{ width: 256, height: 256, bands: 1, bits: 16, format: 1, sample, stripRows: 7 }]),
    )
    const [at, mapping] = [await seen(file), await withPixels(file, mappingFor)]
    for (const [x, y] of ships) expect(at([x!, y!])).toEqual([255, 255, 255])
    const sea = Array.from({ length: 200 }, (_, i) => at([i, 50])[0]!)
    expect(Math.max(...sea)).toBeLessThanOrEqual(40)
    expect([mapping.high[0], mapping.nodata]).toEqual([full, null])
    expect(mapping.rule).toContain('full scale')
  })

  it('leaves the value out that the file says is missing data', async () => {
    const file = join(folder, 'nodata.tif')
    const sample = (x: number, y: number): number => (y < 3 ? -9999 : (x * 64 + y) % 3000)
    const form = { width: 64, height: 64, bands: 1, bits: 16, format: 2 as const, sample }
    writeFileSync(file, writeTiff([{ ...form, tags: { 42113: '-9999' } }]))
    const mapping = await withPixels(file, mappingFor)
    expect(mapping.nodata).toBe(-9999)
    expect(mapping.low[0]).toBeGreaterThanOrEqual(0)
    expect((await seen(file))([5, 1])).toEqual([0, 0, 0])
    expect(mapping.rule).toContain('-9999')
  })

  it('shows missing data as gaps in the tiles: as many as there are, at every level', async () => {
    const file = join(folder, 'gaps.tif')
    // NaN above, one pixel that has a number in one band of three, and the value that the file names at the left
    const sample = (x: number, y: number, band: number): number =>
      y < 3 && (x !== 9 || band !== 1) ? NaN : x < 2 ? -1 : 10 + x
    const form = { width: 64, height: 64, bands: 3, bits: 32, format: 3 as const, sample }
    writeFileSync(file, writeTiff([{ ...form, tags: { 42113: '-1' } }]))
    const prefix = join(folder, 'gaps')
    const opacity = async (level: number) => {
      const address = { level, column: 0, row: 0 }
      await makeTile(file, null, address, prefix)
      const sharp = await loadSharp()
      const { data, info } = await sharp(tileFile(prefix, address))
        .raw()
        .toBuffer({ resolveWithObject: true })
      expect(info.channels).toBe(4)
      return (x: number, y: number) => data[(y * info.width + x) * 4 + 3]
    }
    const fine = await opacity(0)
    expect([fine(5, 2), fine(9, 2), fine(1, 40), fine(2, 3)]).toEqual([0, 255, 0, 255])
    // 4 x 4 px each: a row of four has data; two columns of four; none
    const coarse = await opacity(2)
    expect([coarse(5, 0), coarse(0, 5), coarse(4, 4)]).toEqual([64, 128, 255])
    expect((await seen(file))([5, 2])).toEqual([0, 0, 0])
  })

  it('makes tiles without gaps where data are everywhere', async () => {
    const { file } = await seaAndShip({}, [1000], [3000])
    const address = { level: 0, column: 0, row: 0 }
    await makeTile(file, null, address, join(folder, 'whole'))
    const sharp = await loadSharp()
    expect((await sharp(tileFile(join(folder, 'whole'), address)).metadata()).hasAlpha).toBe(false)
  })

  it('says how many pages a file has, and shows the first', async () => {
    const file = join(folder, 'pages.tif')
    const page = (value: number): TiffPicture => ({
      ...{ width: 8, height: 6, bands: 1, bits: 8, format: 1 },
      sample: () => value,
    })
    writeFileSync(file, writeTiff([page(10), page(20), page(30)]))
    expect(await withPixels(file, ({ pages }) => Promise.resolve(pages))).toBe(3)
    expect((await seen(file))([0, 0])).toEqual([10, 10, 10])
  })
})
