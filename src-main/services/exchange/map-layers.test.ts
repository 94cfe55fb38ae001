import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { hostIn, idOf, makeBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import type { Project } from '../machinery/project.ts'
import { addMapLayer, mapShapesOn, removeMapLayer } from './map-layers.ts'
import { previewImport } from './preview.ts'

/** Pixels of a thousandth of a degree; the corner of `on.png` lies at 10 degrees east, 0.02 degrees north. */
const WORLD = ['0.001', '0', '0', '-0.001', '10.0005', '0.0195'].join('\n')
const SIZE = { width: 60, height: 40 }

let bench: Bench
let project: Project
beforeAll(async () => {
  bench = await makeBench({ 'on.png': { ...SIZE, ships: [] }, 'off.png': { ...SIZE, ships: [], shade: 40 } })
  writeFileSync(join(bench.images, 'on.pgw'), WORLD)
  writeFileSync(join(bench.images, 'on.prj'), 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]')
  project = await bench.host.openProject(bench.images)
  await settled(project)
})
afterAll(() => bench.end())

function written(name: string, geometries: { geometry: unknown; properties?: object }[]): string {
  const file = join(bench.folder, name)
  const features = geometries.map((one) => ({ type: 'Feature', properties: null, ...one }))
  writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features }))
  return file
}

const on = (path: string) => mapShapesOn(project, idOf(project, path))
const NOTHING = { lines: [], points: [] }

test('a coast line and positions of ships lie where they belong, stay with the project, and can be taken away', async () => {
  // from the corner to 30 pixels right and 10 down, then far away; another line on the other side of the earth
  const coast = [
    [10, 0.02],
    [10.03, 0.01],
    [11, 0.5],
  ]
  const file = written('coast.geojson', [
    { geometry: { type: 'LineString', coordinates: coast } },
    { geometry: { type: 'MultiPoint', coordinates: [[10.005, 0.015], [-170, 0.015]] } }, // prettier-ignore
    { geometry: { type: 'Polygon', coordinates: [[[-100, 0], [-99, 0], [-99, 1], [-100, 0]]] } }, // prettier-ignore
  ])
  const layer = await addMapLayer(project, { file })
  expect(layer).toMatchObject({ name: 'coast', onEarth: true })
  const shapes = await on('on.png')
  expect(shapes.lines).toEqual([[0, 0, 30, 10, 1000, -480]])
  expect(shapes.points).toEqual([5, 5])
  expect(await on('off.png')).toEqual(NOTHING)

  await bench.host.close()
  bench.host = hostIn(bench.folder)
  project = await bench.host.openProject(bench.images)
  expect(project.store.mapLayers.all()).toEqual([layer])
  expect(await on('on.png')).toEqual(shapes)
  await removeMapLayer(project, layer.id)
  expect(await on('on.png')).toEqual(NOTHING)
  expect(project.store.db.prepare('select count(*) as n from map_pieces').get()).toEqual({ n: 0 })
})

test('pixels are shown on the image that they name, or on all; a long line is whole; it never becomes truth', async () => {
  const long = Array.from({ length: 1000 }, (_, i) => [i, i % 7])
  const file = written('drawn.geojson', [
    { geometry: { type: 'LineString', coordinates: long } },
    {
      geometry: { type: 'Point', coordinates: [7, 8] },
      properties: { coordinates: 'pixels', image: 'off.png' },
    },
  ])
  const { token } = await previewImport(project, file)
  const layer = await addMapLayer(project, { token })
  const off = await on('off.png')
  // each piece begins where the one before it ends
  const whole = off.lines.flatMap((line, i) => (i === 0 ? line : line.slice(2)))
  expect(whole).toEqual(long.flat())
  expect([off.points, (await on('on.png')).points]).toEqual([[7, 8], []])
  expect(project.store.truth.any(idOf(project, 'off.png'))).toBe(false)
  await removeMapLayer(project, layer.id)
})

test('what draws nothing is refused, and nothing of it is kept', async () => {
  const file = written('none.geojson', [{ geometry: null }])
  await expect(addMapLayer(project, { file })).rejects.toMatchObject({ code: 'file_broken' })
  writeFileSync(file, '{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}, {')
  await expect(addMapLayer(project, { file })).rejects.toMatchObject({ code: 'file_broken' })
  expect(project.store.db.prepare('select count(*) as n from map_pieces').get()).toEqual({ n: 0 })
  expect(project.store.mapLayers.all()).toEqual([])
})

const COAST = [
  { geometry: { type: 'LineString', coordinates: Array.from({ length: 600 }, (_, i) => [i, 7]) } },
]

/** A layer of which pieces are there, while the rest is held back. */
async function begun(): Promise<{ adding: Promise<unknown>; goOn: () => void }> {
  const { store } = project
  const inBatches = store.inBatches.bind(store)
  const held = Promise.withResolvers<void>()
  const there = Promise.withResolvers<void>()
  vi.spyOn(store, 'inBatches').mockImplementationOnce(async (items, work, signal) => {
    await inBatches(items, work, signal)
    there.resolve()
    await held.promise
  })
  const adding = addMapLayer(project, { file: written('coast.geojson', COAST) })
  adding.catch(() => undefined)
  await there.promise
  return { adding, goOn: held.resolve }
}

const rows = () => ['map_layers', 'map_pieces'].map((table) => count(table))
const count = (table: string) => project.store.db.prepare(`select count(*) from ${table}`).pluck().get()

test('a layer that one session is just adding is not shown, and whoever opens the project meanwhile leaves it alone', async () => {
  const { adding, goOn } = await begun()
  expect([project.store.mapLayers.all(), rows()]).toEqual([[], [1, 3]])
  const other = hostIn(bench.folder)
  await settled(await other.openProject(bench.images))
  await other.close()
  expect(rows()).toEqual([1, 3])
  goOn()
  await adding
  expect(project.store.mapLayers.all()).toMatchObject([{ name: 'coast' }])
  await removeMapLayer(project, project.store.mapLayers.all()[0]!.id)
  expect(rows()).toEqual([0, 0])
})

test('what a session that was killed has left of a layer is removed at the next opening, and its late answer keeps nothing', async () => {
  const { adding, goOn } = await begun()
  // a layer that was being removed, and pieces of hundreds that were being added
  const { store } = project
  const piece = { kind: 'points' as const, inPixels: true, image: null, positions: new Float64Array(2) }
  const box = { west: 0, south: 0, east: 0, north: 0 }
  await store.write(() => {
    store.mapLayers.begin(5, 'gone')
    store.mapLayers.leave(5, 'gone')
    for (let i = 0; i < 450; i++) store.mapLayers.addPiece(5, piece, box)
    // as other processes do with one that has not been heard of for long
    store.sessions.remove(project.session)
  })
  const other = hostIn(bench.folder)
  await settled(await other.openProject(bench.images))
  await expect.poll(rows).toEqual([0, 0])
  await other.close()
  goOn()
  await expect(adding).rejects.toMatchObject({ code: 'project_in_use' })
  expect(rows()).toEqual([0, 0])
})
