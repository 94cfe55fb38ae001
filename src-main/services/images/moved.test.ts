import { randomUUID } from 'node:crypto'
import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { ProjectEvent } from '../../contract/wire.ts'
import { formatRle } from '../../core/mask/rle.ts'
import { maskOf } from '../../testing/images.ts'
import { TWO_IMAGES, idOf, openBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture, undo } from '../annotate/annotate.ts'
import { startPrediction } from '../predict/predict.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import { setScore } from '../score/score.ts'
import { answerMoved, movedImages } from './moved.ts'
import { listRows } from './rows.ts'
import { rescan } from './scan.ts'

const A = TWO_IMAGES['a.png']!

let bench: (Bench & { project: Project }) | null = null
afterEach(() => bench?.end())

/** A project with images of these names, copies of one another where the letters before the dot are the same but for a number. */
async function opened(extra: Record<string, string> = {}): Promise<Project> {
  bench = await openBench()
  for (const [copy, of] of Object.entries(extra)) {
    mkdirSync(join(bench.images, copy, '..'), { recursive: true })
    copyFileSync(join(bench.images, of), join(bench.images, copy))
  }
  if (Object.keys(extra).length > 0) await look(bench.project)
  return bench.project
}

async function look(project: Project): Promise<string | null> {
  return (await project.jobs.finished(await rescan(project))).summary
}

function rename(from: string, to: string): void {
  mkdirSync(join(bench!.images, to, '..'), { recursive: true })
  renameSync(join(bench!.images, from), join(bench!.images, to))
}

/** Draws the first ship of a.png. */
async function draw(project: Project, path: string): Promise<number> {
  const image = storedImage(project, idOf(project, path))
  await applyGesture(project, {
    ...{ image: image.id, gestureId: randomUUID(), expectedRevision: image.revision },
    plan: {
      ...{ kind: 'brush', decisions: [], flag: null },
      instances: [
        {
          ...{ instance: randomUUID(), before: null },
          after: { origin: 'drawn', edited: false, colour: 0 },
          ...{ added: formatRle(maskOf(A.ships[0]!, A)), removed: '' },
        },
      ],
      status: { from: image.status, to: 'in progress' },
    },
  })
  return image.id
}

function rows(project: Project) {
  return listRows(project).map(({ path, fileState, truthCount }) => [path, fileState, truthCount])
}

test.each(['z.png', 'sub/a.png', 'deep/er/a.png', 'A.png'])(
  'marks go with an image that is renamed or moved: a.png to %s',
  async (to) => {
    const project = await opened()
    const id = await draw(project, 'a.png')
    rename('a.png', to)
    expect(await look(project)).toContain('Looked at the images: 1 renamed or moved, with their marks.')
    expect(idOf(project, to)).toBe(id)
    expect(rows(project)).toHaveLength(2)
    expect(rows(project)).toContainEqual([to, 'ok', 1])
    const { revision } = storedImage(project, id)
    await undo(project, { image: id, gestureId: randomUUID(), expectedRevision: revision })
    expect(rows(project)).toContainEqual([to, 'ok', 0])
    rename(to, 'a.png')
    await look(project)
    expect(idOf(project, 'a.png')).toBe(id)
  },
)

test('renamed while the project was closed, and predicted and scored before', async () => {
  const project = await opened()
  const id = await draw(project, 'a.png')
  await startPrediction(project, { images: 'all' })
  await settled(project)
  const score = setScore(project, null)
  await bench!.host.release(project.id)
  rename('a.png', 'z.png')
  const again = await bench!.host.openProject(bench!.images)
  await settled(again)
  expect(idOf(again, 'z.png')).toBe(id)
  expect(setScore(again, null)).toEqual(score)
  expect(listRows(again).map(({ predictionCount }) => predictionCount)).not.toContain(null)
})

test('a copy is no move, and a copy that was there before takes no marks', async () => {
  const project = await opened({ 'copy.png': 'a.png' })
  const id = await draw(project, 'a.png')
  rmSync(join(bench!.images, 'a.png'))
  await look(project)
  expect(storedImage(project, id)).toMatchObject({ path: 'a.png', fileState: 'missing' })
  expect(rows(project)).toContainEqual(['copy.png', 'ok', 0])
  expect((await movedImages(project)).images).toBe(0)
})

test('a folder with copies in it that is moved is followed by the names in it', async () => {
  const project = await opened({ 'x/1.png': 'a.png', 'x/2.png': 'a.png' })
  const id = await draw(project, 'x/2.png')
  rename('x', 'y')
  expect(await look(project)).toContain('2 renamed or moved')
  expect(idOf(project, 'y/2.png')).toBe(id)
})

test('what is ambiguous is asked once for all, and followed where the answer is yes', async () => {
  const project = await opened({ 'b1.png': 'a.png', 'b2.png': 'a.png' })
  const marked = [await draw(project, 'b1.png'), await draw(project, 'b2.png')]
  const told: ProjectEvent[] = []
  const stop = project.events.listen((event) => event.type === 'moved' && told.push(event))
  rename('b1.png', 'c1.png')
  rename('b2.png', 'c2.png')
  await look(project)
  expect(told).toEqual([{ type: 'moved', images: 2 }])
  expect(await movedImages(project)).toEqual({
    images: 2,
    some: [
      { from: 'b1.png', to: 'c1.png' },
      { from: 'b2.png', to: 'c2.png' },
    ],
  })
  await look(project)
  expect(told).toHaveLength(1)
  expect(await answerMoved(project, true)).toBe(2)
  expect(told.slice(1)).toEqual([{ type: 'moved', images: 0 }])
  expect([idOf(project, 'c1.png'), idOf(project, 'c2.png')]).toEqual(marked)
  expect(rows(project)).toHaveLength(4)
  expect((await movedImages(project)).images).toBe(0)
  stop()
})

test('where the answer is no all stays, and it is not asked again', async () => {
  const project = await opened({ 'b1.png': 'a.png', 'b2.png': 'a.png' })
  await draw(project, 'b1.png')
  await draw(project, 'b2.png')
  rename('b1.png', 'c1.png')
  rename('b2.png', 'c2.png')
  await look(project)
  expect(await answerMoved(project, false)).toBe(0)
  await look(project)
  expect((await movedImages(project)).images).toBe(0)
  expect(rows(project)).toHaveLength(6)
})

test('a file that was marked before the answer came keeps its own marks', async () => {
  const project = await opened({ 'b1.png': 'a.png', 'b2.png': 'a.png' })
  await draw(project, 'b1.png')
  const second = await draw(project, 'b2.png')
  rename('b1.png', 'c1.png')
  rename('b2.png', 'c2.png')
  await look(project)
  const own = await draw(project, 'c1.png')
  expect(await answerMoved(project, true)).toBe(1)
  expect(idOf(project, 'c1.png')).toBe(own)
  expect(storedImage(project, second).path).toBe('b2.png')
})

test('a file that is marked while it is looked for what moved keeps its own marks', async () => {
  const project = await opened()
  const first = await draw(project, 'a.png')
  rename('a.png', 'z.png')
  const { reads } = project
  const run = reads.run.bind(reads)
  let own = 0
  vi.spyOn(reads, 'run').mockImplementation(async (name, ...input) => {
    const answer = await run(name, ...input)
    if (name === 'images.movesAfter') own = await draw(project, 'z.png')
    return answer
  })
  expect(await look(project)).toContain('1 new, 1 missing.')
  expect(idOf(project, 'z.png')).toBe(own)
  expect(storedImage(project, first)).toMatchObject({ path: 'a.png', fileState: 'missing' })
  expect(project.store.truth.of(own)).toHaveLength(1)
})

test.skipIf(process.platform === 'win32')('images that come by a link to a folder are read', async () => {
  const project = await opened()
  mkdirSync(join(bench!.folder, 'drive'))
  copyFileSync(join(bench!.images, 'sub', 'b.png'), join(bench!.folder, 'drive', 'c.png'))
  symlinkSync(join(bench!.folder, 'drive'), join(bench!.images, 'linked'))
  await look(project)
  expect(rows(project)).toContainEqual(['linked/c.png', 'ok', 0])
})
