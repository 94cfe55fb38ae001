import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProjectEvent } from '../../contract/wire.ts'
import { writeImages } from '../../testing/images.ts'
import { detailOf, hostIn, idOf, openBench, settled } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { addCategory } from '../annotate/categories.ts'
import { rescan } from '../images/scan.ts'
import { startPrediction } from '../predict/predict.ts'
import { summaryOf } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import { setFlips } from '../predict/runs.ts'

let bench: Bench & { project: Project }
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.end())

test('what another process does reaches this one’s windows', async () => {
  const { project, folder, images } = bench
  const a = idOf(project, 'a.png')
  const b = idOf(project, 'sub/b.png')
  const wanted = new Set(['truth', 'predictions', 'runs', 'job', 'images'])
  const told = Promise.withResolvers<void>()
  const seen: ProjectEvent[] = []
  const stop = project.events.listen((event) => {
    seen.push(event)
    wanted.delete(event.type === 'image-changed' ? event.what : event.type)
    if (wanted.size === 0) told.resolve()
  })
  const other = hostIn(folder)
  const there = await other.openProject(images)
  const status = { from: 'to do' as const, to: 'done' as const }
  const plan = { kind: 'status' as const, instances: [], decisions: [], status, flag: null }
  await applyGesture(there, { image: a, gestureId: randomUUID(), expectedRevision: 0, plan })
  const { job } = await startPrediction(there, { images: [b] })
  await there.jobs.finished(job)
  await told.promise
  stop()
  expect(seen).toContainEqual({ type: 'image-changed', image: a, what: 'truth', revision: 1 })
  const rows = seen.flatMap((event) => (event.type === 'images' ? event.rows : []))
  expect(rows).toContainEqual(expect.objectContaining({ path: 'a.png', status: 'done' }))
  expect((await detailOf(project, b)).predictions).toEqual([])
  expect(project.jobs.list()[0]).toMatchObject({ id: job, state: 'done' })
  await other.close()
  expect(project.store.sessions.all()).toHaveLength(1)
})

test('images and categories that another process has added reach this one’s windows', async () => {
  const { project, folder, images } = bench
  const told: string[] = []
  const stop = project.events.listen(({ type }) => told.push(type))
  const other = hostIn(folder)
  const there = await other.openProject(images)
  await settled(there)
  told.length = 0
  await writeImages(images, { 'c.png': { width: 50, height: 50, ships: [] } })
  await there.jobs.finished(await rescan(there))
  await addCategory(there, { name: 'barge', counts: true })
  await expect.poll(() => told).toEqual(expect.arrayContaining(['list', 'categories']))
  stop()
  expect(summaryOf(project).images).toBe(3)
  await other.close()
})

test('flips that another process has chosen reach this one’s windows', async () => {
  const { project, folder, images } = bench
  const told = Promise.withResolvers<void>()
  const stop = project.events.listen(({ type }) => {
    if (type === 'runs' && summaryOf(project).flips) told.resolve()
  })
  const other = hostIn(folder)
  await setFlips(await other.openProject(images), true)
  await told.promise
  stop()
  expect(summaryOf(project).flips).toBe(true)
  await other.close()
})

test('what a process was at that dies after this one has opened the project counts as interrupted', async () => {
  const { store, events } = bench.project
  const { pid } = spawnSync(process.execPath, ['--version'])
  const told: string[] = []
  const stop = events.listen((event) => {
    if (event.type === 'job') told.push(`${event.job.title} ${event.job.state}`)
  })
  const at = new Date().toISOString()
  const [dead, job] = [randomUUID(), randomUUID()]
  await store.write(() => {
    store.sessions.add({ id: dead, pid, host: hostname(), started: at, heartbeat: at })
    store.jobs.put({
      ...{
        id: job,
        session: dead,
        kind: 'train',
        version: 1,
        payload: '{}',
        lane: 'train',
        title: 'Training',
      },
      ...{ state: 'running', done: 10, total: 400, unit: 'steps', startedAt: at, endedAt: null },
      ...{ error: null, summary: null, model: null },
    })
  })
  await expect.poll(() => told, { timeout: 10_000 }).toContain('Training interrupted')
  stop()
  expect(store.jobs.get(job)).toMatchObject({ state: 'interrupted', done: 10 })
  expect(store.sessions.all()).toHaveLength(1)
})
