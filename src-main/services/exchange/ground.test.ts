import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LabelFormatId } from '../../contract/label-formats.ts'
import { root } from '../../locations.ts'
import { formatRle, fromPredicate, subtract } from '../../core/mask/rle.ts'
import { idOf, makeBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { setPixelMetres } from '../images/mapping.ts'
import type { Project } from '../machinery/project.ts'
import { convertLabels } from './convert.ts'
import { exportLabels } from './export.ts'
import { importLabels } from './import.ts'
import { previewImport } from './preview.ts'

/** `on.png` has pixels of a thousandth of a degree, its middle on the equator, its left side at 10 degrees east. */
const SIZE = { width: 60, height: 40 }
const WORLD = ['0.001', '0', '0', '-0.001', '10.0005', '0.0195'].join('\n')
const DEGREES = 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]'

/** Metres of a thousandth of a degree at the equator: 2 pi a / 360, and by the curvature of the meridian a (1 - e2). */
const EAST = ((2 * Math.PI * 6_378_137) / 360) * 0.001
const NORTH = EAST * (1 - 0.006_694_379_990_14)

const box = fromPredicate(SIZE, () => true, { x: 5, y: 10, width: 10, height: 6 })
const holed = subtract(
  fromPredicate(SIZE, () => true, { x: 30, y: 20, width: 8, height: 12 }),
  fromPredicate(SIZE, () => true, { x: 33, y: 24, width: 2, height: 3 }),
)

interface Written {
  features: {
    geometry: { type: string; coordinates: [number, number][][] }
    properties: Record<string, unknown>
  }[]
}

let bench: Bench
let project: Project
beforeAll(async () => {
  bench = await makeBench({
    'on.png': { ...SIZE, ships: [] },
    'off.png': { ...SIZE, ships: [], shade: 40 },
  })
  writeFileSync(join(bench.images, 'on.pgw'), WORLD)
  writeFileSync(join(bench.images, 'on.prj'), DEGREES)
  project = await bench.host.openProject(bench.images)
  await settled(project)
  const rows = [`on.png,${formatRle(box)}`, `on.png,${formatRle(holed)}`, `off.png,${formatRle(box)}`]
  const file = join(bench.folder, 'truth.csv')
  writeFileSync(file, `ImageId,EncodedPixels\n${rows.join('\n')}\n`)
  const { token } = await previewImport(project, file)
  await importLabels(project, { token, what: 'truth', existing: 'add' })
  await setPixelMetres(project, idOf(project, 'off.png'), 0.5)
})
afterAll(() => bench.end())

async function exported(format: LabelFormatId, name: string): Promise<string> {
  const out = join(bench.folder, name)
  await exportLabels(project, out, { what: 'truth', format })
  return out
}

test('GeoJSON of a project has longitude, latitude and metres where they are known, and is the same truth', async () => {
  const out = await exported('geojson', 'harbour.geojson')
  const { features } = JSON.parse(readFileSync(out, 'utf8')) as Written
  const of = (image: string) => features.filter(({ properties }) => properties['image'] === image)
  const [first, second] = of('on.png')
  expect(first!.properties).toMatchObject({
    coordinates: 'places',
    length_m: expect.closeTo(10 * EAST, 2) as number,
    breadth_m: expect.closeTo(6 * NORTH, 2) as number,
  })
  // pixel 5, 10 to 15, 16: 10 degrees and 5 to 15 thousandths east, 20 less 10 to 16 thousandths north
  const corners = first!.geometry.coordinates[0]!
  const between = (i: 0 | 1) => [
    Math.min(...corners.map((at) => at[i])),
    Math.max(...corners.map((at) => at[i])),
  ]
  expect(between(0)).toEqual([expect.closeTo(10.005, 9), expect.closeTo(10.015, 9)])
  expect(between(1)).toEqual([expect.closeTo(0.004, 9), expect.closeTo(0.01, 9)])
  expect(second!.geometry.coordinates).toHaveLength(2)
  expect(of('off.png')).toMatchObject([{ properties: { coordinates: 'pixels', length_m: 5, breadth_m: 3 } }])
  expect(await previewImport(project, out)).toMatchObject({ format: 'GeoJSON', instances: 3, identical: 3 })
})

test('DOTA of a project has the ground resolution, as the file or a person says it', async () => {
  const out = await exported('dota', 'dota')
  const gsd = (name: string) => Number(/^gsd:(.*)$/m.exec(readFileSync(join(out, name), 'utf8'))![1])
  expect(gsd('on.txt')).toBeCloseTo(Math.sqrt(EAST * NORTH), 4)
  expect(gsd('off.txt')).toBe(0.5)
})

test('a conversion asks the images where they lie, and the ground resolution that a label file says stays', async () => {
  const images = join(bench.folder, 'scenes')
  mkdirSync(images)
  copyFileSync(join(root, 'src-main', 'testing', 'rasters', 'tiled-overviews.tif'), join(images, 'scene.tif'))
  const csv = join(bench.folder, 'scene.csv')
  // 20 pixels wide and 4 high, from the corner of the image: at 3 degrees east, the middle of zone 31
  const scene = { width: 1024, height: 1024 }
  const corner = fromPredicate(scene, () => true, { x: 0, y: 0, width: 20, height: 4 })
  writeFileSync(csv, `ImageId,EncodedPixels\nscene.tif,${formatRle(corner)}\n`)
  const convert = async (from: string, to: LabelFormatId, out: string): Promise<string> => {
    const hooks = {
      signal: new AbortController().signal,
      onLosses: () => undefined,
      onProgress: () => undefined,
    }
    const converted = await convertLabels({ from, images, to, out: join(bench.folder, out) }, hooks)
    expect(converted).toMatchObject({ images: 1, instances: 1, leftOut: [] })
    return converted.out
  }
  const places = await convert(csv, 'geojson', 'scene.geojson')
  const { geometry, properties } = (JSON.parse(readFileSync(places, 'utf8')) as Written).features[0]!
  expect(properties).toMatchObject({ coordinates: 'places', length_m: 200, breadth_m: 40 })
  expect(Math.min(...geometry.coordinates[0]!.map(([longitude]) => longitude))).toBeCloseTo(3, 9)
  expect(readFileSync(await convert(places, 'airbus', 'back.csv'), 'utf8')).toBe(readFileSync(csv, 'utf8'))

  const dota = await convert(csv, 'dota', 'scene-dota')
  const text = readFileSync(join(dota, 'scene.txt'), 'utf8')
  expect(text).toContain('gsd:10\n')
  writeFileSync(join(dota, 'scene.txt'), text.replace('gsd:10', 'gsd:0.3'))
  const again = await convert(dota, 'dota', 'scene-dota-again')
  expect(readFileSync(join(again, 'scene.txt'), 'utf8')).toContain('gsd:0.3\n')
})
