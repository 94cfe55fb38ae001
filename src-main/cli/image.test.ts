import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../locations.ts'
import { drydock } from '../testing/command.ts'
import { writeTiff } from '../testing/tiff.ts'

let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'drydock-image-'))))
afterAll(() => rmSync(folder, { recursive: true }))

const raster = (name: string): string => join(root, 'src-main', 'testing', 'rasters', name)

test('says for machines what a file holds and how it is shown', () => {
  const pixels = ['--pixel', '30,33', '--pixel', '10,10']
  const { stdout, status } = drydock(folder, 'image', raster('sentinel2-13.tif'), ...pixels, '--json')
  const answer = JSON.parse(stdout) as Record<string, unknown>
  expect(status).toBe(0)
  expect(Object.keys(answer)).toEqual([
    ...['width', 'height', 'bands', 'pages', 'georeference', 'mapping', 'pixels'],
  ])
  expect(answer).toMatchObject({
    ...{ width: 64, height: 64, pages: 1 },
    georeference: { crs: 'EPSG:32631', pixel_metres: 10 },
    mapping: { bands: [4, 3, 2], low: [650, 650, 650], high: [6300, 6300, 6300] },
  })
  const ship = [6000, 6300, 6200, 6100, ...Array.from({ length: 9 }, () => 6000)]
  // by the formula: round(255 (6100 - 650) / 5650), ...
  expect(answer['pixels']).toEqual([
    { x: 30, y: 33, samples: ship, rgb: [246, 250, 255] },
    expect.objectContaining({ x: 10, y: 10, rgb: [0, 4, 7] }),
  ])
  expect((answer['bands'] as unknown[])[3]).toEqual({ name: 'B04', type: 'uint16', nodata: null })
})

test('writes what is no number as null, and says it all in words for people', () => {
  const file = join(folder, 'floats.tif')
  const sample = (x: number, y: number): number => (x === 0 ? NaN : x + y)
  writeFileSync(file, writeTiff([{ width: 4, height: 3, bands: 1, bits: 32, format: 3, sample }]))
  const { stdout } = drydock(folder, 'image', file, '--pixel', '0,1', '--json')
  expect((JSON.parse(stdout) as { pixels: unknown[] }).pixels).toEqual([
    { x: 0, y: 1, samples: [null], rgb: [0, 0, 0] },
  ])
  const words = drydock(folder, 'image', file, '--pixel', '3,2').stdout
  expect(words).toMatch(/4 x 3 pixels, 1 band, 1 page/)
  expect(words).toMatch(/Shows the only band, as grey/)
  expect(words).toMatch(/3,2 +5 +255 255 255/)
})

test('refuses pixels outside and wrong ones, with exit codes', () => {
  const outside = drydock(folder, 'image', raster('int32.tif'), '--pixel', '64,0')
  expect([outside.status, outside.stderr]).toEqual([1, expect.stringContaining('64 x 64') as string])
  expect(drydock(folder, 'image', raster('int32.tif'), '--pixel', 'here').status).toBe(2)
})
