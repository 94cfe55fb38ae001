import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  rmSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backUp } from '../../store/backup.ts'
import { openStore } from '../../store/store.ts'
import { writeImage, writeImages } from '../../testing/images.ts'
import { asNobody } from '../../testing/nobody.ts'
import { TWO_IMAGES, hostIn, idOf, makeBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { imageFile, storedImage, summaryOf } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import { listRows } from '../images/rows.ts'
import type { Host } from './host.ts'

const A = TWO_IMAGES['a.png']!

let bench: Bench
let host: Host
/** `work/photos` with `work/photos.drydock` beside it */
let work = ''
beforeEach(async () => {
  bench = await makeBench()
  host = bench.host
  work = join(bench.folder, 'work')
  await writeImages(join(work, 'photos'), TWO_IMAGES)
})
afterEach(() => bench.end())

/** Opens, waits until all is read, and closes again. */
async function visited(path: string): Promise<Project> {
  const project = await host.openProject(path)
  await settled(project)
  await host.release(project.id)
  return project
}

async function finish(project: Project): Promise<void> {
  const image = idOf(project, 'a.png')
  const plan = { kind: 'status' as const, instances: [], decisions: [], flag: null }
  await applyGesture(project, {
    ...{ image, gestureId: randomUUID(), expectedRevision: storedImage(project, image).revision },
    plan: { ...plan, status: { from: 'to do', to: 'done' } },
  })
}

function states(project: Project) {
  return listRows(project).map(({ path, fileState }) => [path, fileState])
}

const BOTH = [
  ['a.png', 'ok'],
  ['sub/b.png', 'ok'],
]

test('a project that was moved together with its images goes on as the same one', async () => {
  const { id } = await visited(join(work, 'photos'))
  renameSync(work, join(bench.folder, 'elsewhere'))
  const moved = await host.openProject(join(bench.folder, 'elsewhere', 'photos'))
  await settled(moved)
  expect(moved.id).toBe(id)
  expect(summaryOf(moved).imagesLocation).toBe(join(bench.folder, 'elsewhere', 'photos'))
  expect(states(moved)).toEqual(BOTH)
  expect(host.recent()).toMatchObject([{ key: id, location: moved.folder, exists: true }])
})

test('renamed together with its images, too', async () => {
  const { id } = await visited(join(work, 'photos'))
  renameSync(join(work, 'photos'), join(work, 'pictures'))
  renameSync(join(work, 'photos.drydock'), join(work, 'pictures.drydock'))
  const moved = await host.openProject(join(work, 'pictures'))
  await settled(moved)
  expect([moved.id, moved.folder]).toEqual([id, join(work, 'pictures.drydock')])
  expect(states(moved)).toEqual(BOTH)
})

test.each(['the same drive', 'another drive'])(
  'moved to %s while it is open, it is followed: it is closed where it was, and nothing of it is lost',
  async (where) => {
    const until = new AbortController()
    const old = await host.openProject(join(work, 'photos'), until.signal)
    await settled(old)
    await finish(old)
    const there = join(bench.folder, 'elsewhere')
    if (where === 'the same drive') renameSync(work, there)
    else {
      cpSync(work, there, { recursive: true, preserveTimestamps: true })
      rmSync(work, { recursive: true })
    }
    const moved = await host.openProject(join(there, 'photos.drydock'))
    await settled(moved)
    expect([moved.id, moved.folder]).toEqual([old.id, join(there, 'photos.drydock')])
    expect(summaryOf(moved)).toMatchObject({ finished: 1, imagesLocation: join(there, 'photos') })
    expect(await host.use(old.id, (project) => project)).toBe(moved)
  },
)

test('a copy has its own id and its own files, while the original is open or not', async () => {
  const original = await host.openProject(join(work, 'photos'))
  await settled(original)
  const copies: Project[] = []
  for (const name of ['copy-1', 'copy-2']) {
    const there = join(bench.folder, name)
    cpSync(work, there, { recursive: true, preserveTimestamps: name === 'copy-1' })
    // changed since: it is shown so, and not the original's file in its place
    await writeImage(join(there, 'photos', 'a.png'), { ...A, width: 90, height: 70, shade: 9 })
    const copy = await host.openProject(join(there, 'photos.drydock'))
    await settled(copy)
    copies.push(copy)
    const image = storedImage(copy, idOf(copy, 'a.png'))
    expect(imageFile(copy, image)).toBe(join(there, 'photos', 'a.png'))
    expect(image.width).toBe(90)
    await host.release(original.id)
  }
  expect(new Set([original, ...copies].map(({ id }) => id)).size).toBe(3)
  await finish(copies[0]!)
  const again = await host.openRecent(original.id)
  expect(again.folder).toBe(original.folder)
  expect(summaryOf(again)).toMatchObject({ finished: 0, imagesLocation: join(work, 'photos') })
  expect(summaryOf(await host.openRecent(copies[0]!.id)).finished).toBe(1)
})

test('two copies that are opened at once have an id each', async () => {
  const { id } = await visited(join(work, 'photos'))
  const [one, two] = [join(bench.folder, 'one'), join(bench.folder, 'two')]
  cpSync(work, one, { recursive: true })
  renameSync(work, two)
  const both = await Promise.all([one, two].map((there) => host.openProject(join(there, 'photos'))))
  expect(new Set(both.map((project) => project.id)).size).toBe(2)
  expect(both.filter((project) => project.id === id)).toHaveLength(1)
})

test('a copy of the project alone looks at the images where they are', async () => {
  await visited(join(work, 'photos'))
  cpSync(join(work, 'photos.drydock'), join(bench.folder, 'backup.drydock'), { recursive: true })
  const copy = await host.openProject(join(bench.folder, 'backup.drydock'))
  await settled(copy)
  expect(states(copy)).toEqual(BOTH)
  expect(summaryOf(copy).imagesLocation).toBe(join(work, 'photos'))
})

test('a project that was pointed to another folder by hand stays with it', async () => {
  const there = join(bench.folder, 'drive')
  cpSync(join(work, 'photos'), there, { recursive: true, preserveTimestamps: true })
  const project = await host.openProject(join(work, 'photos'))
  await settled(project)
  await project.store.write(() => project.store.meta.set('images_root', there))
  await host.release(project.id)
  expect(summaryOf(await host.openRecent(project.id)).imagesLocation).toBe(there)
})

test('a folder of other images beside a project is not taken for its images', async () => {
  const project = await host.openProject(join(work, 'photos'))
  await settled(project)
  renameSync(join(work, 'photos'), join(bench.folder, 'drive'))
  await project.store.write(() => project.store.meta.set('images_root', join(bench.folder, 'drive')))
  await host.release(project.id)
  await writeImages(join(work, 'photos'), { 'other.png': A })
  const other = await host.openProject(join(work, 'photos'))
  await settled(other)
  expect(other.folder).not.toBe(project.folder)
  expect(states(other)).toEqual([['other.png', 'ok']])
  expect(await host.openProject(join(work, 'photos'))).toBe(other)
})

test('a project of an earlier version, without an id, keeps the one of the recent list', async () => {
  const { id, folder } = await visited(join(work, 'photos'))
  const store = openStore(join(folder, 'project.sqlite'))
  store.meta.set('id', null)
  store.meta.set('folder', null)
  store.close()
  expect((await host.openRecent(id)).id).toBe(id)
})

test('a restored backup keeps the id, also one that the copy brought along', async () => {
  const original = await host.openProject(join(work, 'photos'))
  await settled(original)
  await backUp(original.store.db, join(original.folder, 'backups'))
  await host.release(original.id)
  const there = join(bench.folder, 'there')
  cpSync(work, there, { recursive: true })
  const copy = await visited(join(there, 'photos'))
  const [backup = ''] = readdirSync(join(copy.folder, 'backups'))
  const restored = await host.restoreBackup(join(copy.folder, 'backups', backup))
  expect(restored.id).toBe(copy.id)
  expect(summaryOf(restored).imagesLocation).toBe(join(there, 'photos'))
})

test.each([
  [
    'a folder that holds something else',
    (place: string) => {
      mkdirSync(place)
      writeFileSync(join(place, 'notes.txt'), 'mine')
    },
  ],
  ['a file', (place: string) => writeFileSync(place, 'mine')],
] as const)(
  '%s in the place of the project: it is made in the user’s data, and found again',
  async (_, put) => {
    put(join(work, 'photos.drydock'))
    const project = await host.openProject(join(work, 'photos'))
    expect(project.folder.startsWith(join(bench.userData, 'projects'))).toBe(true)
    expect(project.readOnly).toBe(false)
    await settled(project)
    expect(states(project)).toEqual(BOTH)
    expect(await host.openProject(join(work, 'photos'))).toBe(project)
    const left = existsSync(join(work, 'photos.drydock', 'notes.txt'))
      ? join(work, 'photos.drydock', 'notes.txt')
      : join(work, 'photos.drydock')
    expect(readFileSync(left, 'utf8')).toBe('mine')
  },
)

test('what is called a project and is none is told in a sentence', async () => {
  const place = join(work, 'x.drydock')
  mkdirSync(place)
  writeFileSync(join(place, 'notes.txt'), 'mine')
  await expect(host.openProject(place)).rejects.toMatchObject({ code: 'not_found' })
  mkdirSync(join(place, 'project.sqlite'))
  await expect(host.openProject(place)).rejects.toMatchObject({ code: 'project_damaged' })
  writeFileSync(join(work, 'y.drydock'), '')
  await expect(host.openProject(join(work, 'y.drydock'))).rejects.toMatchObject({ code: 'not_found' })
})

test.each([69, 82, 85])(
  'images in a folder whose name has %i letters of three bytes have a project',
  async (n) => {
    const images = join(work, '船'.repeat(n))
    await writeImages(images, TWO_IMAGES)
    const project = await host.openProject(images)
    await settled(project)
    expect(states(project)).toEqual(BOTH)
    expect(await host.openProject(images)).toBe(project)
  },
)

test.skipIf(process.platform === 'win32')(
  'a copy that cannot be written keeps an id of its own',
  async () => {
    const original = await visited(join(work, 'photos'))
    const there = join(bench.folder, 'there')
    cpSync(work, there, { recursive: true })
    mkdirSync(bench.userData, { recursive: true })
    chmodSync(bench.folder, 0o755)
    chmodSync(join(there, 'photos.drydock'), 0o555)
    const chmodAll = (folder: string): void => {
      chmodSync(folder, 0o777)
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) chmodAll(join(folder, entry.name))
        else chmodSync(join(folder, entry.name), 0o666)
      }
    }
    chmodAll(bench.userData)
    await asNobody(async () => {
      const copy = await host.openProject(join(there, 'photos'))
      expect(copy.readOnly).toBe(true)
      expect(copy.id).not.toBe(original.id)
      expect(summaryOf(copy).imagesLocation).toBe(join(there, 'photos'))
      await host.close()
      const next = hostIn(bench.folder)
      const again = await next.openProject(join(there, 'photos'))
      expect(again.id).toBe(copy.id)
      expect((await next.openRecent(copy.id)).id).toBe(copy.id)
      await next.close()
    })
    chmodSync(join(there, 'photos.drydock'), 0o755)
  },
)
