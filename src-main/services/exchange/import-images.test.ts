import { randomUUID } from 'node:crypto'
import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DrydockError } from '../../contract/errors.ts'
import { writeImage } from '../../testing/images.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { importLabels } from './import.ts'
import { previewImport } from './preview.ts'
import { forgetPreview } from './previews.ts'
import { undoGroup } from '../annotate/groups.ts'
import type { Project } from '../machinery/project.ts'
import { listRows, tellImages } from '../images/rows.ts'
import { listRuns } from '../predict/runs.ts'

const SIZE = { width: 40, height: 30 }
const NAMES = ['a.png', 'b.png', 'c.png', 'd.png']

let bench: Bench & { project: Project }
let project: Project
let token = ''
beforeEach(async () => {
  bench = await openBench(
    Object.fromEntries(NAMES.map((name, i) => [name, { ...SIZE, ships: [], shade: 9 * i }])),
  )
  project = bench.project
  const file = join(bench.folder, 'labels.csv')
  writeFileSync(file, `ImageId,EncodedPixels\n${NAMES.map((name) => `${name},1 5\n`).join('')}`)
  token = (await previewImport(project, file)).token
})
afterEach(async () => {
  vi.restoreAllMocks()
  await bench.end()
})

const full = new DrydockError('disk_full', 'The disk is full.')

/** The next import reaches so many images, and then the disk is full. */
function fullAfter(images: number): void {
  const { store } = project
  const inBatches = store.inBatches.bind(store)
  vi.spyOn(store, 'inBatches').mockImplementationOnce(async (items, work, signal) => {
    await inBatches(items.slice(0, images), work, signal)
    throw full
  })
}

/** Images that listeners are told of while `work` is done. */
async function toldIn(work: Promise<unknown>): Promise<number[]> {
  const told: number[] = []
  const stop = project.events.listen((event) => {
    if (event.type === 'image-changed') told.push(event.image)
  })
  await work.finally(stop)
  return told
}

function truthCounts(): number[] {
  return listRows(project).map(({ truthCount }) => truthCount)
}

test('images that cannot be read are left out, each with its reason, apart from those with truth', async () => {
  const { images } = bench
  rmSync(join(images, 'b.png'))
  writeFileSync(join(images, 'c.png'), 'no image')
  await writeImage(join(images, 'd.png'), { ...SIZE, width: 50, ships: [] })
  const done = await importLabels(project, { token, what: 'truth', existing: 'skip' })
  expect(done).toMatchObject({ images: 1, instances: 1, skipped: 0, leftOutCount: 3 })
  expect(done.leftOut.map(({ image }) => image)).toEqual(['b.png', 'c.png', 'd.png'])
  const [missing, broken, resized] = done.leftOut.map(({ reason }) => reason)
  expect(missing).toContain('b.png is not where it was')
  expect(broken).toContain('c.png is not an image')
  expect(resized).toContain('It is 50 x 30 pixels now, and was 40 x 30 when the label file was read.')
  expect(project.jobs.list()[0]).toMatchObject({
    summary: 'Imported 1 mask on 1 image. 3 images could not be read.',
  })
})

test('an image that becomes another while it is imported is left out', async () => {
  const { store } = project
  const inBatches = store.inBatches.bind(store)
  vi.spyOn(store, 'inBatches').mockImplementationOnce(async (items, work, signal) => {
    await store.write(() => store.images.setContent(idOf(project, 'c.png'), 'f'.repeat(64), 30, 40))
    await inBatches(items, work, signal)
  })
  const done = await importLabels(project, { token, what: 'truth', existing: 'skip' })
  expect(done).toMatchObject({ images: 3, leftOut: [{ image: 'c.png' }] })
  expect(done.leftOut[0]!.reason).toContain('It is 30 x 40 pixels now')
  expect(truthCounts()).toEqual([1, 1, 0, 1])
})

test('what a preview has read may be gone by the import: the file is read again, and nothing of it stays', async () => {
  const labels = join(project.cache, 'labels')
  rmSync(labels, { recursive: true })
  await importLabels(project, { token, what: 'truth', existing: 'skip' })
  expect(truthCounts()).toEqual([1, 1, 1, 1])
  await expect.poll(() => readdirSync(labels)).toEqual([])
})

test('of very many images that changed windows hear once', async () => {
  const heard: string[] = []
  const stop = project.events.listen(({ type }) => void heard.push(type))
  const id = idOf(project, 'a.png')
  await tellImages(project, Array(2001).fill(id), 'truth')
  await tellImages(project, [id], 'truth')
  stop()
  expect(heard).toEqual(['many-changed', 'images', 'image-changed'])
})

test('where no image can be read there is nothing to undo, and no run is made', async () => {
  for (const name of NAMES) rmSync(join(bench.images, name))
  const wanted = { token, existing: 'skip' as const }
  const nothing = { images: 0, instances: 0, skipped: 0, leftOutCount: 4, group: null, run: null }
  expect(await importLabels(project, { ...wanted, what: 'predictions' })).toMatchObject(nothing)
  expect(listRuns(project)).toEqual([])
  const again = await previewImport(project, join(bench.folder, 'labels.csv'))
  const truth = importLabels(project, { ...wanted, token: again.token, what: 'truth' })
  expect(await truth).toMatchObject(nothing)
})

test('what is no fault of an image file ends the import', async () => {
  rmSync(join(bench.images, 'b.png'))
  vi.spyOn(project.store.images, 'setFile').mockImplementation(() => {
    throw full
  })
  const imported = importLabels(project, { token, what: 'truth', existing: 'skip' })
  await expect(imported).rejects.toMatchObject({ code: 'disk_full' })
  expect(truthCounts()).toEqual([0, 0, 0, 0])
})

test('windows see what an import did before it was broken off', async () => {
  fullAfter(2)
  const told = toldIn(
    importLabels(project, { token, what: 'truth', existing: 'skip' }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'disk_full' })
    }),
  )
  expect(await told).toEqual([idOf(project, 'a.png'), idOf(project, 'b.png')])
  expect(truthCounts()).toEqual([1, 1, 0, 0])
})

test('called again it goes on, does again what was undone, and is one undo', async () => {
  const importAll = () => importLabels(project, { token, what: 'truth', existing: 'add' })
  fullAfter(2)
  await expect(importAll()).rejects.toMatchObject({ code: 'disk_full' })
  fullAfter(3)
  await expect(importAll()).rejects.toMatchObject({ code: 'disk_full' })
  expect(truthCounts()).toEqual([1, 1, 1, 0])
  expect(await undoGroup(project, token, randomUUID())).toEqual({ images: 3, kept: 0 })
  expect(truthCounts()).toEqual([0, 0, 0, 0])
  fullAfter(1)
  await expect(importAll()).rejects.toMatchObject({ code: 'disk_full' })
  const done = await importAll()
  expect(done).toMatchObject({ images: 4, instances: 4, skipped: 0 })
  expect(truthCounts()).toEqual([1, 1, 1, 1])
  expect(await undoGroup(project, done.group!, randomUUID())).toEqual({ images: 4, kept: 0 })
  expect(truthCounts()).toEqual([0, 0, 0, 0])
})

test('predictions that were broken off go on in their run, with what was decided on them since', async () => {
  const wanted = { token, what: 'predictions' as const, existing: 'skip' as const, runName: 'Ada' }
  fullAfter(2)
  await expect(importLabels(project, wanted)).rejects.toMatchObject({ code: 'disk_full' })
  const begun = listRuns(project)[0]!
  expect(begun).toMatchObject({ name: 'Ada', images: 2 })
  const { predictions } = project.store
  const image = idOf(project, 'a.png')
  const found = predictions.of(begun.id, image)[0]!
  await project.store.write(() => predictions.decide(image, found.id, 'rejected'))
  expect(await importLabels(project, wanted)).toMatchObject({ images: 4, instances: 4, run: begun.id })
  expect(listRuns(project)).toMatchObject([{ name: 'Ada', images: 4, current: true }])
  expect(predictions.of(begun.id, image)).toEqual([{ ...found, decision: 'rejected' }])
})

test('predictions that were broken off become another run under another name', async () => {
  const wanted = { token, what: 'predictions' as const, existing: 'skip' as const }
  fullAfter(1)
  await expect(importLabels(project, { ...wanted, runName: 'Ada' })).rejects.toMatchObject({
    code: 'disk_full',
  })
  await importLabels(project, { ...wanted, runName: 'Grace' })
  expect(listRuns(project)).toMatchObject([
    { name: 'Ada', images: 1 },
    { name: 'Grace', images: 4 },
  ])
})

test('a cancelled import says what was kept', async () => {
  const { store } = project
  vi.spyOn(store, 'inBatches').mockImplementationOnce(async () => {
    throw new DrydockError('cancelled', 'Cancelled.')
  })
  await expect(importLabels(project, { token, what: 'truth', existing: 'skip' })).rejects.toThrow(
    'The import was cancelled. What was imported before can be undone.',
  )
})

test.each(['truth', 'predictions'] as const)(
  'an import of %s that was broken off goes on after a restart, by its data alone, as long as its file is the same',
  async (what) => {
    fullAfter(2)
    const begun = importLabels(project, { token, what, existing: 'add', runName: 'Ada' })
    await expect(begun).rejects.toMatchObject({ code: 'disk_full' })
    // a process that starts has no previews
    forgetPreview(project, token)
    const job = project.jobs.list().find(({ kind }) => kind === 'import')!
    expect(job).toMatchObject({ state: 'failed', resumable: true })
    fullAfter(3)
    await project.jobs.resume(job.id)
    expect(await project.jobs.finished(job.id)).toMatchObject({ error: { code: 'disk_full' } })
    await project.jobs.resume(job.id)
    expect(await project.jobs.finished(job.id)).toMatchObject({
      ...{ state: 'done', summary: 'Imported 4 masks on 4 images.' },
    })
    if (what === 'predictions') {
      expect(listRuns(project)).toMatchObject([{ name: 'Ada', images: 4, current: true }])
    } else {
      expect(truthCounts()).toEqual([1, 1, 1, 1])
      expect(await undoGroup(project, token, randomUUID())).toEqual({ images: 4, kept: 0 })
    }
  },
)

test('an import does not go on from a file that is another now', async () => {
  fullAfter(1)
  const begun = importLabels(project, { token, what: 'truth', existing: 'add' })
  await expect(begun).rejects.toMatchObject({ code: 'disk_full' })
  forgetPreview(project, token)
  appendFileSync(join(bench.folder, 'labels.csv'), 'd.png,9 5\n')
  const { id } = project.jobs.list().find(({ kind }) => kind === 'import')!
  await project.jobs.resume(id)
  expect(await project.jobs.finished(id)).toMatchObject({ state: 'failed', error: { code: 'file_broken' } })
  expect(truthCounts()).toEqual([1, 0, 0, 0])
})
