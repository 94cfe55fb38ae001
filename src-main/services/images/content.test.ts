import { randomUUID } from 'node:crypto'
import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FileState, ImageStatus } from '../../contract/wire.ts'
import { formatRle } from '../../core/mask/rle.ts'
import { maskOf, writeImage } from '../../testing/images.ts'
import { TWO_IMAGES, idOf, openBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture, redo, undo } from '../annotate/annotate.ts'
import { startPrediction } from '../predict/predict.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import { rescan } from './scan.ts'

const A = TWO_IMAGES['a.png']!

let bench: Bench & { project: Project }
let project: Project
let image = 0
/** the image's file, the picture it was marked on, and another one in its place */
let file = ''
let before = ''
let after = ''
beforeEach(async () => {
  bench = await openBench()
  project = bench.project
  image = idOf(project, 'a.png')
  file = join(bench.images, 'a.png')
  before = join(bench.folder, 'before.png')
  after = join(bench.folder, 'after.png')
  copyFileSync(file, before)
  await writeImage(after, { ...A, shade: 77 })
  await draw()
  await setStatus('in progress', 'done')
})
afterEach(() => bench.end())

async function apply(plan: Parameters<typeof applyGesture>[1]['plan']): Promise<void> {
  await applyGesture(project, { ...gesture(), plan })
}

/** Marks a ship; on an image to do it is in progress then. */
async function draw(): Promise<void> {
  const { status } = storedImage(project, image)
  const added = formatRle(maskOf(A.ships[0]!, A))
  await apply({
    kind: 'brush',
    instances: [
      {
        ...{ instance: randomUUID(), before: null, after: { origin: 'drawn', edited: false, colour: 0 } },
        ...{ added, removed: '' },
      },
    ],
    decisions: [],
    status: status === 'to do' ? { from: 'to do', to: 'in progress' } : null,
    flag: null,
  })
}

function gesture() {
  return { image, gestureId: randomUUID(), expectedRevision: storedImage(project, image).revision }
}

function setStatus(from: ImageStatus, to: ImageStatus): Promise<void> {
  return apply({ kind: 'status', instances: [], decisions: [], status: { from, to }, flag: null })
}

/** The image's state after another look at the folder. */
async function scanned(): Promise<FileState> {
  await project.jobs.finished(await rescan(project))
  return storedImage(project, image).fileState
}

const away = {
  'not there': () => rmSync(file),
  unreadable: () => writeFileSync(file, 'no picture'),
}

test.each(['not there', 'unreadable'] as const)(
  'a changed picture that was %s for a while is still changed, until someone sets its status',
  async (how) => {
    copyFileSync(after, file)
    expect(await scanned()).toBe('changed')
    away[how]()
    expect(await scanned()).toBe(how === 'unreadable' ? 'unreadable' : 'missing')
    copyFileSync(after, file)
    expect(await scanned()).toBe('changed')
    expect(storedImage(project, image).fileNote).toContain('changed outside Drydock')
    await setStatus('done', 'in progress')
    expect(storedImage(project, image).fileState).toBe('ok')
    away[how]()
    await scanned()
    copyFileSync(after, file)
    expect(await scanned()).toBe('ok')
  },
)

test('a status set while the file is away says nothing of the picture that comes back', async () => {
  copyFileSync(after, file)
  await scanned()
  rmSync(file)
  await scanned()
  await setStatus('done', 'in progress')
  copyFileSync(after, file)
  expect(await scanned()).toBe('changed')
})

test('a prediction that finds the file gone does not forget that it had changed', async () => {
  copyFileSync(after, file)
  await scanned()
  rmSync(file)
  await startPrediction(project, { images: [image] })
  await settled(project)
  expect(storedImage(project, image).fileState).toBe('missing')
  copyFileSync(after, file)
  expect(await scanned()).toBe('changed')
})

test('the picture of before fits its marks again, unless something was marked on the other', async () => {
  copyFileSync(after, file)
  await scanned()
  copyFileSync(before, file)
  expect(await scanned()).toBe('ok')
  copyFileSync(after, file)
  await scanned()
  await draw()
  copyFileSync(before, file)
  expect(await scanned()).toBe('changed')
})

test('a picture without marks may be replaced', async () => {
  image = idOf(project, 'sub/b.png')
  file = join(bench.images, 'sub', 'b.png')
  copyFileSync(after, file)
  expect(await scanned()).toBe('ok')
  await draw()
  copyFileSync(before, file)
  expect(await scanned()).toBe('changed')
})

test('a look at a changed picture can be taken back, and be done again', async () => {
  copyFileSync(after, file)
  await scanned()
  await setStatus('done', 'done')
  expect(storedImage(project, image).fileState).toBe('ok')
  const { row } = await undo(project, gesture())
  expect(row).toMatchObject({ status: 'done', fileState: 'changed' })
  expect(row.fileNote).toContain('changed outside Drydock')
  expect(await scanned()).toBe('changed')
  expect((await redo(project, gesture())).row).toMatchObject({ fileState: 'ok', fileNote: null })
  expect(await scanned()).toBe('ok')
})

test('a look that is taken back while the file is away is taken back all the same', async () => {
  copyFileSync(after, file)
  await scanned()
  await setStatus('done', 'done')
  rmSync(file)
  await scanned()
  expect((await undo(project, gesture())).row.fileState).toBe('missing')
  copyFileSync(after, file)
  expect(await scanned()).toBe('changed')
})

test('taking back a status from before the picture changed is no look at it', async () => {
  copyFileSync(after, file)
  await scanned()
  expect((await undo(project, gesture())).row).toMatchObject({ status: 'in progress', fileState: 'changed' })
  expect(await scanned()).toBe('changed')
})
