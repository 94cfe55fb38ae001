import { randomUUID } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backUp } from '../../store/backup.ts'
import { hostIn, idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { pixelFile } from '../predict/pixel-file.ts'
import { startPrediction } from '../predict/predict.ts'
import type { Project } from '../machinery/project.ts'
import { storedImage } from '../machinery/project.ts'
import { contentOf } from '../images/rows.ts'

let bench: Bench & { project: Project }
let backup = ''
beforeEach(async () => {
  bench = await openBench()
  const { project } = bench
  backup = await backUp(project.store.db, join(project.folder, 'backups'))
  const plan = { kind: 'status' as const, instances: [], decisions: [], flag: null }
  const status = { from: 'to do' as const, to: 'no ship' as const }
  const image = idOf(project, 'a.png')
  await applyGesture(project, {
    ...{ image, gestureId: randomUUID(), expectedRevision: 0 },
    plan: { ...plan, status },
  })
})
afterEach(() => bench.end())

const statusIn = (project: Project) => storedImage(project, idOf(project, 'a.png')).status

test('a project goes back to a backup only once nobody has it open, and keeps its place and id', async () => {
  const { host, project, folder } = bench
  const other = hostIn(folder)
  await expect(other.restoreBackup(backup)).rejects.toMatchObject({ code: 'project_in_use' })
  expect(statusIn(project)).toBe('no ship')
  await host.release(project.id)
  const restored = await other.restoreBackup(backup)
  expect(restored.id).toBe(project.id)
  expect(statusIn(restored)).toBe('to do')
  expect(await other.use(project.id, (open) => open)).toBe(restored)
  await other.close()
})

test('a project that windows left open goes back to a backup, but not one that is shown, followed or worked in', async () => {
  const { host, project, engine, images } = bench
  const window = new AbortController()
  await host.openProject(images, window.signal)
  const refused = () => expect(host.restoreBackup(backup)).rejects.toMatchObject({ code: 'project_in_use' })
  const stop = project.events.listen(() => undefined)
  await refused()
  stop()
  await refused()
  const held = Promise.withResolvers<void>()
  engine.before = () => held.promise
  const { job } = await startPrediction(project, { images: [idOf(project, 'a.png')] })
  window.abort()
  await refused()
  expect(statusIn(project)).toBe('no ship')
  held.resolve()
  await project.jobs.finished(job)
  expect(statusIn(await host.restoreBackup(backup))).toBe('to do')
})

test('a project that was just opened, and whose folder is being looked at, goes back to a backup', async () => {
  const { host, project, images } = bench
  await host.release(project.id)
  copyFileSync(join(images, 'a.png'), join(images, 'new.png'))
  // a look that finds something waits while people do
  const held = Promise.withResolvers<void>()
  const waiting = project.shared.people.serve(() => held.promise)
  const window = new AbortController()
  await host.openProject(images, window.signal)
  window.abort()
  expect(statusIn(await host.restoreBackup(backup))).toBe('to do')
  held.resolve()
  await waiting
})

test('a project whose file is damaged, or gone, opens from a backup', async () => {
  const { host, project, images } = bench
  await host.release(project.id)
  const file = join(project.folder, 'project.sqlite')
  const damaged = readFileSync(file).fill(0x4e, 0, 64)
  writeFileSync(file, damaged)
  await expect(host.openProject(images)).rejects.toMatchObject({
    code: 'project_damaged',
    message: expect.stringContaining('Restore a backup') as string,
  })
  const restored = await host.restoreBackup(backup)
  expect(statusIn(restored)).toBe('to do')
  const backups = join(project.folder, 'backups')
  const aside = readdirSync(backups).find((name) => name.startsWith('replaced-')) ?? ''
  expect(readFileSync(join(backups, aside, 'project.sqlite')).equals(damaged)).toBe(true)
  await host.release(restored.id)
  rmSync(file)
  expect(statusIn(await host.restoreBackup(backup))).toBe('to do')
})

test('pictures in the cache go with the ids that they are named after, inferences stay', async () => {
  const { host, project } = bench
  const image = storedImage(project, idOf(project, 'a.png'))
  const thumb = async (of: Project) =>
    (await pixelFile(of, `image/${image.id}/r${contentOf(image)}/thumb`)).file
  const stale = await thumb(project)
  writeFileSync(stale, 'the picture of another image')
  mkdirSync(join(project.cache, 'inference'), { recursive: true })
  writeFileSync(join(project.cache, 'inference', 'kept'), '')
  const restored = await host.restoreBackup(backup)
  expect(readFileSync(await thumb(restored)).equals(Buffer.from('the picture of another image'))).toBe(false)
  expect(existsSync(join(project.cache, 'inference', 'kept'))).toBe(true)
})

test('only a file that a project made as its backup is restored', async () => {
  const { host, project, folder } = bench
  await host.release(project.id)
  mkdirSync(join(folder, 'backups'))
  const strays = [
    join(folder, 'nowhere.sqlite'),
    join(folder, 'backups', 'project-1.sqlite'),
    join(project.folder, 'backups', 'other.sqlite'),
    join(project.folder, 'project-1.sqlite'),
  ]
  for (const stray of strays.slice(1)) copyFileSync(backup, stray)
  for (const stray of strays) {
    await expect(host.restoreBackup(stray)).rejects.toMatchObject({ code: 'bad_input' })
  }
  expect(existsSync(join(folder, 'project.sqlite'))).toBe(false)
})
