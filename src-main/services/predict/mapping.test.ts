import { copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../../locations.ts'
import { decodeImage } from '../../imaging/decode.ts'
import { detailOf, hostIn, idOf, makeBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { writeTiff } from '../../testing/tiff.ts'
import type { TiffPicture } from '../../testing/tiff.ts'
import { aboutImage, mappingOf, samplesAt, setMapping, setPixelMetres } from '../images/mapping.ts'
import { listRows } from '../images/rows.ts'
import { rescan } from '../images/scan.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import { openInference } from './open-inference.ts'
import { pixelFile } from './pixel-file.ts'
import { startPrediction } from './predict.ts'

/** 16 bits: a ramp of 100 to 1,099, so that 0.5 % lie below 105 and above 1,094. */
const ramp: TiffPicture = {
  ...{ width: 50, height: 20, bands: 1, bits: 16, format: 1 },
  sample: (x, y) => 100 + y * 50 + x,
}

let bench: Bench
let project: Project
let deep = 0
beforeEach(async () => {
  bench = await makeBench()
  mkdirSync(join(bench.images, 'deep'))
  writeFileSync(join(bench.images, 'deep', 'one.tif'), writeTiff([ramp]))
  writeFileSync(join(bench.images, 'deep', 'two.tif'), writeTiff([{ ...ramp, height: 10 }]))
  copyFileSync(
    join(root, 'src-main', 'testing', 'rasters', 'sentinel2-13.tif'),
    join(bench.images, 'deep', 'scene.tif'),
  )
  project = await bench.host.openProject(bench.images)
  await settled(project)
  deep = idOf(project, 'deep/one.tif')
})
afterEach(() => bench.end())

const byHand = { bands: [1], low: [0], high: [2000], nodata: null }

async function tilePixels(id: number): Promise<Uint8Array> {
  const { tiles } = await detailOf(project, id)
  const path = new URL(tiles[0]!.url).pathname.split('/').slice(3).join('/')
  return (await decodeImage((await pixelFile(project, path)).file)).data
}

async function predict(): Promise<void> {
  const { job } = await startPrediction(project, { images: 'todo' })
  await project.jobs.finished(job)
}

test('a mapping is chosen when the file is first read, and stays when it is looked at again', async () => {
  const { mapping, bands, histograms, sameKind } = await mappingOf(project, deep)
  expect(mapping).toMatchObject({ bands: [1], low: [105], high: [1094], byHand: false })
  expect([bands.map(({ name }) => name), sameKind]).toEqual([['Grey'], 2])
  expect(histograms[0]!.counts.reduce((sum, count) => sum + count)).toBe(1000)
  expect(histograms[0]).toMatchObject({ from: 100, to: 1099 })
  await setMapping(project, deep, byHand, 'image')
  utimesSync(join(bench.images, 'deep', 'one.tif'), 1, 1)
  await project.jobs.finished(await rescan(project))
  expect((await mappingOf(project, deep)).mapping).toMatchObject({ high: [2000], byHand: true })
})

test('pixels have another address by another mapping, and the old one means nothing any more', async () => {
  const before = await detailOf(project, deep)
  expect((await tilePixels(deep))[0]).toBe(0)
  expect(await setMapping(project, deep, byHand, 'image')).toEqual({ images: 1 })
  const after = await detailOf(project, deep)
  expect(after.row.content).not.toBe(before.row.content)
  // round(255 100 / 2000)
  expect((await tilePixels(deep))[0]).toBe(13)
  const old = new URL(before.tiles[0]!.url).pathname.split('/').slice(3).join('/')
  await expect(pixelFile(project, old)).rejects.toMatchObject({ code: 'not_found' })
})

test('images of 8 bits are as they were: neither their addresses nor the keys of their inferences change', () => {
  const plain = storedImage(project, idOf(project, 'a.png'))
  expect(plain.mappingId).toBe('')
  expect(storedImage(project, deep).mappingId).toMatch(/^[0-9a-f]{12}$/)
})

test('the model sees what a person sees, and what it saw by another mapping is stale until predicted again', async () => {
  const { engine } = bench
  const seen: number[] = []
  const infer = engine.infer.bind(engine)
  engine.infer = (request, options) => {
    seen.push(request.image.data[0]!)
    return infer(request, options)
  }
  await project.store.write(() => project.store.images.setStatus(deep, 'no ship'))
  await predict()
  const row = () => listRows(project).find(({ id }) => id === deep)!
  const { store } = project
  expect([row().stale, (await openInference(project, { image: deep, make: false })) === null]).toEqual([
    false,
    false,
  ])
  const run = store.runs.all(null)[0]!.id
  const keyBefore = store.runs.image(run, deep)!.inference
  seen.length = 0
  await setMapping(project, deep, byHand, 'image')
  expect([row().stale, await openInference(project, { image: deep, make: false })]).toEqual([true, null])
  await predict()
  expect(seen).toEqual([13])
  expect(store.runs.image(run, deep)!.inference).not.toBe(keyBefore)
  expect(row().stale).toBe(false)
})

test('all of a kind are mapped at once, and go back to what is chosen for each', async () => {
  const two = idOf(project, 'deep/two.tif')
  expect(await setMapping(project, deep, byHand, 'kind')).toEqual({ images: 2 })
  expect(await mappingOf(project, deep)).toMatchObject({ sameKind: 2, sameKindByHand: 2 })
  expect((await mappingOf(project, two)).mapping.high).toEqual([2000])
  expect(await setMapping(project, deep, null, 'kind')).toEqual({ images: 2 })
  expect((await mappingOf(project, deep)).sameKindByHand).toBe(0)
  expect((await mappingOf(project, two)).mapping).toMatchObject({ high: [597], byHand: false })
  expect((await mappingOf(project, idOf(project, 'deep/scene.tif'))).mapping.bands).toEqual([4, 3, 2])
})

test('what cannot be is refused, and nothing is changed', async () => {
  for (const wrong of [
    { ...byHand, bands: [2] },
    { ...byHand, bands: [1, 1, 1] },
    { ...byHand, high: [NaN] },
  ]) {
    await expect(setMapping(project, deep, wrong, 'image')).rejects.toMatchObject({ code: 'bad_input' })
  }
  await expect(samplesAt(project, deep, 50, 0)).rejects.toMatchObject({ code: 'bad_input' })
  expect((await mappingOf(project, deep)).mapping.byHand).toBe(false)
})

test('samples and places are known, and a ground resolution may be given where the file has none', async () => {
  expect(await samplesAt(project, deep, 3, 2)).toEqual([203])
  const scene = await aboutImage(project, idOf(project, 'deep/scene.tif'))
  expect(scene).toMatchObject({ pixelMetres: { x: 10, y: 10 }, givenByHand: false, pages: 1 })
  expect(scene.georeference?.crs).toBe('EPSG:32631')
  expect((await aboutImage(project, deep)).pixelMetres).toBeNull()
  await setPixelMetres(project, deep, 0.5)
  await bench.host.close()
  const again = await hostIn(bench.folder).openProject(bench.images)
  expect(await aboutImage(again, deep)).toMatchObject({ pixelMetres: { x: 0.5, y: 0.5 }, givenByHand: true })
})

test('a file of several pages says so in the list, and one with a damaged part too', async () => {
  const pages = join(bench.images, 'pages.tif')
  writeFileSync(pages, writeTiff([ramp, ramp, ramp]))
  const damaged = join(bench.images, 'damaged.tif')
  const whole = writeTiff([{ ...ramp, bits: 8, sample: () => 9, stripRows: 10, deflate: true }])
  whole.fill(
    0xff,
    whole.lastIndexOf(Buffer.from([0x78, 0x9c])) + 2,
    whole.lastIndexOf(Buffer.from([0x78, 0x9c])) + 9,
  )
  writeFileSync(damaged, whole)
  await project.jobs.finished(await rescan(project))
  await tilePixels(idOf(project, 'damaged.tif'))
  const noteOf = (path: string) => listRows(project).find((row) => row.path === path)!
  expect(noteOf('pages.tif')).toMatchObject({ fileState: 'ok', fileNote: '1 of 3 pages' })
  expect(noteOf('damaged.tif')).toMatchObject({
    fileState: 'ok',
    fileNote: expect.stringContaining('A part of damaged.tif cannot be read') as string,
  })
})
