import { randomUUID } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { ImageStatus } from '../../contract/wire.ts'
import { formatRle } from '../../core/mask/rle.ts'
import { openStore } from '../../store/store.ts'
import { maskOf, writeImage } from '../../testing/images.ts'
import { asNobody } from '../../testing/nobody.ts'
import { detailOf, TWO_IMAGES, hostIn, idOf, makeBench, openBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { splitOf } from '../../core/similar/deal.ts'
import { freezeSplits, setSplit } from '../images/split.ts'
import { summaryOf } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import { listRows } from '../images/rows.ts'
import { relocate, rescan } from '../images/scan.ts'

const benches: Bench[] = []
async function bench(): Promise<Bench> {
  const made = await makeBench()
  benches.push(made)
  return made
}
async function opened() {
  const made = await openBench()
  benches.push(made)
  return made
}
afterEach(async () => {
  for (const one of benches.splice(0)) await one.end()
})

const A = TWO_IMAGES['a.png']!
function setStatus(project: Project, image: number, from: ImageStatus, to: ImageStatus) {
  const plan = { kind: 'status' as const, instances: [], decisions: [], flag: null, status: { from, to } }
  const expectedRevision = project.store.images.get(image)!.revision
  return applyGesture(project, { image, gestureId: randomUUID(), expectedRevision, plan })
}

test('a folder of images becomes a project beside it, and opens again as the same one', async () => {
  const { host, images } = await bench()
  const project = await host.openProject(images)
  expect(project.folder).toBe(`${images}.drydock`)
  await settled(project)
  expect(listRows(project).map(({ path }) => path)).toEqual(['a.png', 'sub/b.png'])
  const rows = listRows(project)
  expect(rows[0]).toMatchObject({ width: 60, height: 40, status: 'to do', fileState: 'ok', f2: null })
  expect(rows[0]!.split).toBe(splitOf(project.store.images.get(rows[0]!.id)!.sha256!))
  expect(await host.openProject(`${images}.drydock`)).toBe(project)
  expect(await host.openProject(images)).toBe(project)
  await expect.poll(() => host.recent()[0]?.images).toBe(2)
  expect(host.recent()).toMatchObject([{ key: project.id, name: 'harbour', images: 2, exists: true }])
})

test('after a restart a window goes on with the same id, and jobs of the dead process are interrupted', async () => {
  const { folder, project, host } = await opened()
  const { id, store } = project
  await store.write(() => {
    store.sessions.add({
      id: 'gone',
      pid: 2 ** 22 + 7,
      host: 'elsewhere',
      started: '',
      heartbeat: '2020-01-01',
    })
    store.jobs.put({
      ...{
        id: 'c0ffee00-0000-4000-8000-000000000000',
        session: 'gone',
        kind: 'train',
        title: 'T',
        state: 'running',
      },
      ...{ done: 1, total: 2, unit: 'steps', startedAt: '2020', endedAt: null, error: null, summary: null },
      ...{ model: null, version: 1, payload: '{}', lane: 'train' },
    })
  })
  await host.close()
  const next = hostIn(folder)
  const again = await next.openRecent(id)
  expect(again.id).toBe(id)
  expect(again.jobs.list().find(({ kind }) => kind === 'train')).toMatchObject({ state: 'interrupted' })
  await expect(next.openRecent('0123456789abcdef')).rejects.toMatchObject({ code: 'not_found' })
  await next.forgetRecent(id)
  expect(next.recent()).toEqual([])
  await next.close()
})

test('folders that hold no images are refused with a sentence, and nothing is made', async () => {
  const { host, folder } = await bench()
  const at = join(folder, 'x')
  await expect(host.openProject(at)).rejects.toMatchObject({ code: 'not_found' })
  mkdirSync(at)
  await expect(host.openProject(at)).rejects.toMatchObject({ code: 'nothing_to_do' })
  writeFileSync(join(at, 'notes.txt'), 'x')
  await expect(host.openProject(at)).rejects.toMatchObject({ code: 'nothing_to_do' })
  await expect(host.openProject(join(at, 'notes.txt'))).rejects.toMatchObject({ code: 'not_found' })
  expect(existsSync(`${at}.drydock`)).toBe(false)
  expect(host.recent()).toEqual([])
})

test('a newer and a damaged project are refused, unchanged', async () => {
  const { host, folder, images, project } = await opened()
  await host.close()
  const file = join(project.folder, 'project.sqlite')
  const bytes = readFileSync(file)
  for (const [code, at, value] of [
    ['project_newer', 60, 99],
    ['project_damaged', 0, 0x4e4f5045],
  ] as const) {
    const changed = Buffer.from(bytes)
    changed.writeUInt32BE(value, at)
    writeFileSync(file, changed)
    const other = hostIn(folder)
    await expect(other.openProject(images)).rejects.toMatchObject({ code })
    expect(readFileSync(file).equals(changed)).toBe(true)
    await other.close()
  }
})

test('a project that fails to open leaves no session and no open file behind', async () => {
  const { host, folder, images, project } = await opened()
  await host.close()
  const file = join(project.folder, 'project.sqlite')
  const store = openStore(file)
  store.meta.set('images_root', null)
  store.close()
  const other = hostIn(folder)
  await expect(other.openProject(images)).rejects.toMatchObject({ code: 'project_damaged' })
  // SQLite takes its own files away with the last connection
  expect(readdirSync(project.folder).filter((name) => name.startsWith('project.sqlite'))).toEqual([
    'project.sqlite',
  ])
  const after = openStore(file)
  expect(after.sessions.all()).toEqual([])
  after.close()
  await other.close()
})

test('a scan shows new, missing, changed and unreadable files', async () => {
  const { project, images } = await opened()
  const a = idOf(project, 'a.png')
  await setStatus(project, a, 'to do', 'in progress')
  const before = project.store.images.get(a)!
  await writeImage(join(images, 'a.png'), { ...A, shade: 77 })
  await rm(join(images, 'sub', 'b.png'))
  await writeImage(join(images, 'c.webp'), A)
  await writeFile(join(images, 'd.jpg'), 'no picture')
  await mkdir(join(images, '.hidden'))
  await writeImage(join(images, '.hidden', 'e.png'), A)
  const ended = await project.jobs.finished(await rescan(project))
  expect(ended).toMatchObject({ state: 'done' })
  expect(ended.summary).toBe(
    'Looked at the images: 2 new, 1 missing. Read 2 images. 1 could not be read: the list says why.',
  )
  expect(listRows(project).map(({ path, fileState }) => [path, fileState])).toEqual([
    ['a.png', 'changed'],
    ['c.webp', 'ok'],
    ['d.jpg', 'unreadable'],
    ['sub/b.png', 'missing'],
  ])
  const after = project.store.images.get(a)!
  expect(after.sha256).not.toBe(before.sha256)
  expect(after.split).toBe(before.split)
  expect(listRows(project)[2]!.fileNote).toContain('d.jpg is not an image')
  const looked = await setStatus(project, a, 'in progress', 'no ship')
  expect(looked.row.fileState).toBe('ok')
  const missing = await detailOf(project, idOf(project, 'sub/b.png'))
  expect(missing).toMatchObject({ tiles: [], row: { fileState: 'missing' } })
})

test('an image of 20,000 x 20,000 is refused in one sentence, and the others go on', async () => {
  const { project, images } = await opened()
  const png = readFileSync(join(images, 'a.png'))
  png.writeUInt32BE(20_000, 16)
  png.writeUInt32BE(20_000, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  writeFileSync(join(images, 'huge.png'), png)
  await project.jobs.finished(await rescan(project))
  const huge = await detailOf(project, idOf(project, 'huge.png'))
  expect(huge).toMatchObject({ tiles: [], row: { fileState: 'unreadable' } })
  expect(huge.row.fileNote).toContain('20000 x 20000 pixels; Drydock opens images of up to 64 megapixels')
  expect(listRows(project).filter(({ fileState }) => fileState === 'ok')).toHaveLength(2)
})

test('a project follows its images to another folder, and refuses one that does not hold them', async () => {
  const { project, images, folder } = await opened()
  renameSync(images, join(folder, 'moved'))
  await project.jobs.finished(await rescan(project))
  expect(listRows(project).every(({ fileState }) => fileState === 'missing')).toBe(true)
  await expect(relocate(project, folder)).rejects.toMatchObject({ code: 'not_found' })
  expect(summaryOf(project).imagesLocation).toBe(images)
  await project.jobs.finished(await relocate(project, join(folder, 'moved')))
  expect(listRows(project).every(({ fileState }) => fileState === 'ok')).toBe(true)
  expect((await detailOf(project, idOf(project, 'a.png'))).tiles).toHaveLength(1)
})

test('the split of an image can be changed, but not out of the hold-out', async () => {
  const { project } = await opened()
  const a = idOf(project, 'a.png')
  expect(await setSplit(project, a, 'validation')).toMatchObject({ split: 'validation' })
  expect(await setSplit(project, a, 'hold-out')).toMatchObject({ split: 'hold-out' })
  // provisional until something was trained, or the hold-out was looked at
  expect(await setSplit(project, a, 'train')).toMatchObject({ split: 'train' })
  await setSplit(project, a, 'hold-out')
  await freezeSplits(project)
  await expect(setSplit(project, a, 'train')).rejects.toMatchObject({ code: 'bad_input' })
  const shares = { train: 0, validation: 0, 'hold-out': 0 }
  for (let i = 0; i < 4096; i++) shares[splitOf((i * 2 ** 20).toString(16).padStart(8, '0'))]++
  expect(shares).toEqual({ train: 2868, validation: 614, 'hold-out': 614 })
})

test('the sample is made on first use with its truth, and a missing one is said', async () => {
  const { host, folder } = await bench()
  await expect(host.openSample()).rejects.toMatchObject({ code: 'not_found' })
  const sample = join(folder, 'sample')
  cpSync(join(folder, 'harbour'), join(sample, 'images'), { recursive: true })
  writeFileSync(
    join(sample, 'truth.csv'),
    `ImageId,EncodedPixels\na.png,${formatRle(maskOf(A.ships[0]!, A))}\nsub/b.png,\n`,
  )
  const images = [
    { path: 'a.png', status: 'done', split: 'validation' },
    { path: 'sub/b.png', status: 'no ship', split: 'train' },
  ]
  writeFileSync(join(sample, 'sample.json'), JSON.stringify({ name: 'Sample', images }))
  const project = await host.openSample()
  expect(summaryOf(project)).toMatchObject({ name: 'Sample', sample: true, images: 2, finished: 2 })
  await settled(project)
  expect(listRows(project).map((row) => [row.status, row.split, row.truthCount])).toEqual([
    ['done', 'validation', 1],
    ['no ship', 'train', 0],
  ])
  expect(await detailOf(project, idOf(project, 'a.png'))).toMatchObject({
    canUndo: false,
    truth: [{ area: 60 }],
  })
  expect(await host.openSample()).toBe(project)
})

test('without a base model a project opens all the same', async () => {
  const { host, folder, images } = await bench()
  rmSync(join(folder, 'base-model'), { recursive: true })
  expect(summaryOf(await host.openProject(images)).currentModel).toBeNull()
})

test.skipIf(process.platform === 'win32')(
  'folders that cannot be written: project elsewhere, or for looking only',
  async () => {
    const { host, folder, images, project, userData } = await opened()
    await host.close()
    const own = await bench()
    await chmod(folder, 0o755)
    await chmod(own.folder, 0o755)
    await chmod(own.images, 0o755)
    mkdirSync(own.userData, { recursive: true })
    await chmod(own.userData, 0o777)
    await chmod(userData, 0o777)
    await chmod(project.folder, 0o555)
    await asNobody(async () => {
      const elsewhere = await own.host.openProject(own.images)
      expect(elsewhere.folder.startsWith(join(own.userData, 'projects'))).toBe(true)
      expect(elsewhere.readOnly).toBe(false)
      await settled(elsewhere)
      expect(await own.host.openProject(own.images)).toBe(elsewhere)

      const looking = await own.host.openProject(images)
      expect(summaryOf(looking)).toMatchObject({ readOnly: true, images: 2 })
      const a = idOf(looking, 'a.png')
      expect((await detailOf(looking, a)).tiles).toHaveLength(1)
      await expect(setStatus(looking, a, 'to do', 'done')).rejects.toMatchObject({ code: 'read_only' })
      await expect(rescan(looking)).rejects.toMatchObject({ code: 'read_only' })
      await own.host.close()
    })
    await chmod(project.folder, 0o755)
  },
)
