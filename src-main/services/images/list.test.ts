import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NO_FILTER } from '../../core/list/order.ts'
import { countMarks } from '../../core/list/marks.ts'
import { unpackOrder } from '../../core/list/packing.ts'
import { openBench, settled, TWO_IMAGES } from '../../testing/project.ts'
import { writeImage } from '../../testing/images.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { compareFolder } from './comparing.ts'
import type { FolderPart } from './comparing.ts'
import { listOrder, rowsOf } from './list.ts'
import { listRows } from './rows.ts'
import { rescan } from './scan.ts'

const A = TWO_IMAGES['a.png']!
let bench: Awaited<ReturnType<typeof openBench>>
beforeAll(async () => {
  bench = await openBench({ 'b10.png': A, 'b9.png': { ...A, shade: 30 }, 'A/c.png': { ...A, shade: 40 } })
})
afterAll(() => bench.end())

const ids = async (filter: Partial<typeof NO_FILTER> = {}): Promise<number[]> =>
  Array.from(
    unpackOrder(await listOrder(bench.project, { sort: 'name', filter: { ...NO_FILTER, ...filter } })).ids,
  )

test('a list is its order, and the rows of those that are looked at', async () => {
  const { project } = bench
  const order = await ids()
  const rows = await rowsOf(project, order)
  expect(rows.map(({ path }) => path)).toEqual(['A/c.png', 'b9.png', 'b10.png'])
  expect(new Map(rows.map((row) => [row.id, row]))).toEqual(
    new Map(listRows(project).map((row) => [row.id, row])),
  )
  expect(await rowsOf(project, [order[1]!, 4711])).toEqual([rows[1]])
})

test('a reader sees what has been committed, at once', async () => {
  const { project } = bench
  const [image] = await ids()
  const plan = { kind: 'status' as const, instances: [], decisions: [], flag: null }
  await applyGesture(project, {
    ...{ image: image!, gestureId: randomUUID(), expectedRevision: 0 },
    plan: { ...plan, status: { from: 'to do', to: 'no ship' } },
  })
  expect(await ids({ status: 'no ship' })).toEqual([image])
  const { marks } = unpackOrder(await listOrder(project, { sort: 'status', filter: NO_FILTER }))
  expect(countMarks(marks)).toEqual({ images: 3, finished: 1, predicted: 0, scored: 0 })
})

test('images that come and go while the folder is looked at are told as another list', async () => {
  const { project, images } = bench
  await writeImage(join(images, 'd.png'), A)
  await rm(join(images, 'b9.png'))
  const heard: string[] = []
  const stop = project.events.listen(({ type }) => heard.push(type))
  await rescan(project)
  await settled(project)
  stop()
  expect(heard).toContain('list')
  const rows = await rowsOf(project, await ids())
  expect(rows.map(({ path, fileState }) => [path, fileState])).toEqual([
    ['A/c.png', 'ok'],
    ['b9.png', 'missing'],
    ['b10.png', 'ok'],
    ['d.png', 'ok'],
  ])
})

test('a folder is compared in parts: what is new at once, what is missing at the end', () => {
  const file = { size: 1, mtime: 2, fileState: 'ok' as const, read: true }
  const known = [
    { id: 1, path: 'gone.png', ...file },
    { id: 2, path: 'long gone.png', ...file, fileState: 'missing' as const },
    { id: 3, path: 'd.png', ...file },
  ]
  let clock = 0
  const store = {
    fileAt: (path: string) => known.find((one) => one.path === path) ?? null,
    files: () => known,
  }
  const parts = [...compareFolder(bench.images, store, () => (clock += 150))]
  expect(parts.length).toBeGreaterThan(1)
  const all = <K extends 'added' | 'unread' | 'missing'>(key: K) =>
    parts.flatMap((part): FolderPart[K][number][] => part[key])
  expect(
    all('added')
      .map(({ path }) => path)
      .sort(),
  ).toEqual(['A/c.png', 'b10.png'])
  expect(all('unread')).toEqual([3])
  expect(parts.map(({ missing }) => missing.length)).toEqual([...parts.slice(1).map(() => 0), 1])
  expect(parts.at(-1)).toMatchObject({ listed: 3, missing: [1] })
})
