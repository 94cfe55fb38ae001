import { randomUUID } from 'node:crypto'
import { mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { backUp } from '../../store/backup.ts'
import type * as stores from '../../store/store.ts'
import { writeImages } from '../../testing/images.ts'
import { TWO_IMAGES, hostIn, idOf, makeBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import type { Project } from '../machinery/project.ts'
import { startPrediction } from '../predict/predict.ts'
import type { Host } from './host.ts'

/** Databases that are open in this process, by file, and the most that ever were at once. */
const opened = vi.hoisted(() => ({ now: new Map<string, number>(), most: 0 }))
vi.mock('../../store/store.ts', async (original) => {
  const real = await original<typeof stores>()
  return {
    ...real,
    openStore(file: string, options?: Parameters<typeof real.openStore>[1]) {
      const store = real.openStore(file, options)
      const count = (by: number): void => {
        const open = (opened.now.get(file) ?? 0) + by
        opened.now.set(file, open)
        opened.most = Math.max(opened.most, open)
      }
      count(1)
      return {
        ...store,
        close() {
          if (store.db.open) count(-1)
          store.close()
        },
      }
    },
  }
})

let bench: Bench
let host: Host
beforeEach(async () => {
  bench = await makeBench()
  host = bench.host
  opened.now.clear()
  opened.most = 0
})
afterEach(() => bench.end())

function mark(project: Project): Promise<unknown> {
  const image = idOf(project, 'a.png')
  const { revision, status } = project.store.images.get(image)!
  const to = status === 'done' ? ('in progress' as const) : ('done' as const)
  const plan = { kind: 'status' as const, instances: [], decisions: [], flag: null }
  return applyGesture(project, {
    ...{ image, gestureId: randomUUID(), expectedRevision: revision },
    plan: { ...plan, status: { from: status, to } },
  })
}

/** Three folders of images, p1 to p3. */
async function threeFolders(): Promise<string[]> {
  const folders = ['p1', 'p2', 'p3'].map((name) => join(bench.folder, name))
  for (const folder of folders) await writeImages(folder, TWO_IMAGES)
  return folders
}

test('only a project that is open can be used', async () => {
  const project = await host.openProject(bench.images)
  expect(await host.use(project.id, ({ id }) => id)).toBe(project.id)
  await expect(host.use('unknown', () => 0)).rejects.toMatchObject({ code: 'project_not_open' })
  await settled(project)
  await host.release(project.id)
  expect(project.store.db.open).toBe(false)
  await expect(host.use(project.id, () => 0)).rejects.toMatchObject({ code: 'project_not_open' })
  const again = await host.openRecent(project.id)
  expect(again).not.toBe(project)
  expect(again.id).toBe(project.id)
})

test('a project that was left and is opened at once takes a gesture that comes later', async () => {
  const project = await host.openProject(bench.images)
  await settled(project)
  const leaving = host.release(project.id)
  const again = await host.openProject(bench.images)
  await leaving
  await setTimeout(200)
  await host.use(again.id, mark)
  expect(again.store.images.get(idOf(again, 'a.png'))!.revision).toBe(1)
  expect(opened.most).toBe(1)
})

test('a call that comes while a project closes meets the one that is opened anew, or is told', async () => {
  const project = await host.openProject(bench.images)
  await settled(project)
  const closing = host.release(project.id)
  const refused = host.use(project.id, mark)
  await expect(refused).rejects.toMatchObject({ code: 'project_not_open' })
  await closing
  const second = await host.openProject(bench.images)
  // while its folder is looked at, it would stay open
  await settled(second)
  const closingAgain = host.release(project.id)
  const [third, revision] = await Promise.all([
    host.openRecent(project.id),
    host.use(project.id, async (open) => {
      await mark(open)
      return open.store.images.get(idOf(open, 'a.png'))!.revision
    }),
    closingAgain,
  ])
  expect(third).not.toBe(second)
  expect(revision).toBe(1)
  expect(opened.most).toBe(1)
})

test('a project is not closed under a call that is still in it', async () => {
  const project = await host.openProject(bench.images)
  await settled(project)
  const held = Promise.withResolvers<void>()
  const call = host.use(project.id, async (open) => {
    await held.promise
    await mark(open)
  })
  await host.release(project.id)
  expect(project.store.db.open).toBe(true)
  held.resolve()
  await call
  await expect.poll(() => project.store.db.open).toBe(false)
})

test('of what windows open only what they show stays open', async () => {
  const windows = [new AbortController(), new AbortController(), new AbortController()]
  const projects: Project[] = []
  for (const [i, folder] of (await threeFolders()).entries()) {
    projects.push(await host.openProject(folder, windows[i]!.signal))
    await settled(projects[i]!)
    if (i > 0) windows[i - 1]!.abort()
  }
  await expect.poll(() => projects.map(({ store }) => store.db.open)).toEqual([false, false, true])
  windows[2]!.abort()
  await expect.poll(() => projects[2]!.store.db.open).toBe(false)
})

test('what a window has left is closed when its last job ends, and when nobody follows it any more', async () => {
  const window = new AbortController()
  const project = await host.openProject(bench.images, window.signal)
  await settled(project)
  const held = Promise.withResolvers<void>()
  bench.engine.before = () => held.promise
  const { job } = await startPrediction(project, { images: [idOf(project, 'a.png')] })
  const stop = project.events.listen(() => undefined)
  window.abort()
  await host.release(project.id)
  expect(project.store.db.open).toBe(true)
  held.resolve()
  await project.jobs.finished(job)
  expect(project.store.db.open).toBe(true)
  stop()
  await expect.poll(() => project.store.db.open).toBe(false)
})

test('a window that shows a project again while its job runs keeps it', async () => {
  const [first, second] = [new AbortController(), new AbortController()]
  const project = await host.openProject(bench.images, first.signal)
  await settled(project)
  const held = Promise.withResolvers<void>()
  bench.engine.before = () => held.promise
  const { job } = await startPrediction(project, { images: [idOf(project, 'a.png')] })
  first.abort()
  expect(await host.openProject(bench.images, second.signal)).toBe(project)
  held.resolve()
  await project.jobs.finished(job)
  await host.release(project.id)
  expect(project.store.db.open).toBe(true)
  second.abort()
  await expect.poll(() => project.store.db.open).toBe(false)
})

test('a window that has gone before its project was open keeps nothing open', async () => {
  const window = new AbortController()
  const opening = host.openProject(bench.images, window.signal)
  window.abort()
  const project = await opening
  await expect.poll(() => project.store.db.open).toBe(false)
})

test.skipIf(process.platform === 'win32')('one folder by several paths is one project', async () => {
  const { images, folder } = bench
  const project = await host.openProject(images)
  mkdirSync(join(folder, 'links'))
  symlinkSync(images, join(folder, 'links', 'images'))
  symlinkSync(project.folder, join(folder, 'links', 'project.drydock'))
  mkdirSync(join(folder, 'links', 'inside.drydock'))
  const file = join(folder, 'links', 'inside.drydock', 'project.sqlite')
  symlinkSync(join(project.folder, 'project.sqlite'), file)
  for (const path of [
    join(folder, 'links', 'images'),
    join(folder, 'links', 'project.drydock'),
    join(folder, 'links', 'inside.drydock'),
    join(project.folder, 'project.sqlite'),
    `${images}/../harbour.drydock`,
    file,
  ]) {
    expect(await host.openProject(path), path).toBe(project)
  }
})

test('two that open one folder at once get one project', async () => {
  const both = await Promise.all([host.openProject(bench.images), host.openProject(bench.images)])
  expect(both[0]).toBe(both[1])
  expect(opened.most).toBe(1)
})

test('a backup that is restored while others open the project leaves one of it', async () => {
  const project = await host.openProject(bench.images)
  await settled(project)
  const backup = await backUp(project.store.db, join(project.folder, 'backups'))
  await mark(project)
  const [restored, opened1] = await Promise.allSettled([
    host.restoreBackup(backup),
    host.openProject(bench.images),
  ])
  expect(opened1.status).toBe('fulfilled')
  if (restored.status === 'fulfilled') expect(opened1).toMatchObject({ value: restored.value })
  else expect(restored.reason).toMatchObject({ code: 'project_in_use' })
  expect(opened.most).toBe(1)
  const open = await host.openProject(bench.images)
  await settled(open)
  await host.release(open.id)
  const [again, after] = await Promise.all([host.restoreBackup(backup), host.openProject(bench.images)])
  expect(after).toBe(again)
  expect(again.store.images.get(idOf(again, 'a.png'))!.status).toBe('to do')
  expect(opened.most).toBe(1)
})

test('what fails in opening is told to all who wait, and does not stand in the way of the next', async () => {
  const project = await host.openProject(bench.images)
  await settled(project)
  await host.release(project.id)
  const away = `${project.folder}-away`
  renameSync(project.folder, away)
  mkdirSync(project.folder)
  const both = await Promise.allSettled([host.openRecent(project.id), host.openRecent(project.id)])
  for (const one of both) expect(one).toMatchObject({ reason: { code: 'not_found' } })
  renameSync(away, project.folder)
  expect((await host.openRecent(project.id)).id).toBe(project.id)
})

test('what fails beside opening or closing leaves no database open, so the next opening finds none', async () => {
  let fails = true
  host.onOpened(() => {
    if (fails) throw new Error('told in vain')
  })
  await expect(host.openProject(bench.images)).rejects.toThrow('told in vain')
  expect([...opened.now.values()]).toEqual([0])
  fails = false
  const project = await host.openProject(bench.images)
  await settled(project)
  vi.spyOn(project.store.sums, 'counts').mockImplementation(() => {
    throw new Error('the drive is gone')
  })
  await host.release(project.id)
  expect(project.store.db.open).toBe(false)
  await host.openProject(bench.images)
  expect(opened.most).toBe(1)
})

test('a job that a call begins while its project is closed ends before the database does', async () => {
  const project = await host.openProject(bench.images)
  await settled(project)
  const held = Promise.withResolvers<void>()
  const call = host.use(project.id, async (open) => {
    await held.promise
    return startPrediction(open, { images: [idOf(open, 'a.png')] })
  })
  const closed = host.close()
  await vi.waitFor(() => expect(() => project.reads.run('images.facets', null)).rejects.toThrow())
  held.resolve()
  const { job } = await call
  const ended = project.jobs.finished(job)
  await closed
  expect(project.jobs.running()).toEqual([])
  expect(await ended).toMatchObject({ state: 'interrupted' })
})

test('after a restart nothing is open until a window opens it', async () => {
  const project = await host.openProject(bench.images)
  await host.close()
  const next = hostIn(bench.folder)
  await expect(next.use(project.id, mark)).rejects.toMatchObject({ code: 'project_not_open' })
  const again = await next.openRecent(project.id)
  await settled(again)
  await next.use(project.id, mark)
  expect(again.store.edits.lastId()).toBeGreaterThan(0)
  await next.close()
})
