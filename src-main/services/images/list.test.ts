import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImageFilter } from '../../contract/wire.ts'
import { IMAGE_SORTS, IMAGE_STATUSES } from '../../contract/words.ts'
import { NO_FILTER, passes, sortKey } from '../../core/list/order.ts'
import { countMarks, markOf } from '../../core/list/marks.ts'
import { nameKey } from '../../core/list/name-key.ts'
import { unpackOrder } from '../../core/list/packing.ts'
import { openBench, settled, TWO_IMAGES } from '../../testing/project.ts'
import { writeImage } from '../../testing/images.ts'
import { applyGesture } from '../annotate/annotate.ts'
import { compareFolder } from './comparing.ts'
import type { FolderPart } from './comparing.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import { randomFrom } from '../../core/random.ts'
import { createStore } from '../../store/store.ts'
import { listOrder, rowsOf } from './list.ts'
import { orderOf } from './order.ts'
import { listRows, rowOfImage } from './rows.ts'
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
  // by who has edited it: the name of whoever works here
  const { authors } = project.store.lists.facets()
  expect(authors).toHaveLength(1)
  expect(await ids({ author: authors[0]! })).toEqual([image])
  expect(await ids({ author: 'somebody else' })).toEqual([])
  const { marks } = unpackOrder(await listOrder(project, { sort: 'status', filter: NO_FILTER }))
  expect(countMarks(marks)).toMatchObject({ images: 3, finished: 1, leftOut: 0 })
})

test('what an index says is what the rows say, for each sort and filter', async () => {
  const store = createStore(join(bench.folder, 'many.sqlite'))
  const random = randomFrom(7)
  const some = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  await store.write(() => {
    const made = {
      name: 'r',
      kind: 'labels' as const,
      model: null,
      settings: null,
      flips: false,
      createdAt: '',
    }
    const run = store.runs.add(made)
    store.meta.set('current_run', String(run))
    for (let i = 0; i < 60; i++) {
      const file = { size: 1, mtime: some([1, 2, 3]) }
      const id = store.images.add({ path: `${some(['a', 'B'])}${i}.png`, ...file })
      store.images.setContent(id, `${i}`, some([50, 90]), some([60, 70]))
      store.images.setSplit(id, some(['train', 'validation']), 'chance')
      store.images.setStatus(id, some(IMAGE_STATUSES))
      store.images.setFlag(id, some([true, false]), '')
      store.images.setLeftOut(id, some([null, null, null, 'blurred']))
      const mask = { rle: '1 1', area: 1, colour: 0 }
      for (let n = some([0, 1, 2]); n > 0; n--) {
        const category = some([undefined, 'tug'])
        const what = { origin: 'drawn' as const, edited: false, ...(category && { category }) }
        store.truth.put(id, { id: randomUUID(), ...mask, ...what })
      }
      if (i % 3 === 0) continue
      store.runs.reach({ run, image: id, sha256: null, inference: null, doubt: some([null, 0.1, 0.7]) }, '')
      const one = { ...mask, score: 1, cluster: 0, decision: null }
      store.predictions.replace(run, id, some([[], [{ ...one, id: randomUUID() }]]))
      const thresholds = scoreImage([], []).thresholds
      if (i % 2)
        store.scores.put(
          run,
          { image: id, f2: some([0, 0.5, 1]), thresholds, ignoringF2: null, truthRevision: 0 },
          '',
        )
    }
  })
  const rows = [...store.images.all()].map(({ id }) => rowOfImage({ store }, id)!)
  const filters: Partial<ImageFilter>[] = [
    ...[{}, { text: ' a1' }, { status: 'done' as const, flagged: true }, { split: 'train' as const }],
    ...[{ f2: { from: 0.5, to: null } }, { ships: { from: 1, to: 1 } }, { predictions: { from: 0, to: 0 } }],
    ...[{ side: { from: null, to: 70 } }, { scored: true }],
    ...[{ leftOut: 'only' as const }, { leftOut: 'none' as const }],
  ]
  for (const sort of IMAGE_SORTS) {
    for (const part of filters) {
      const filter = { ...NO_FILTER, ...part }
      const expected = rows
        .filter((row) => passes(filter, row))
        .map((row) => ({ ...row, key: sortKey(sort, row), name: nameKey(row.path) }))
        .sort((a, b) => a.key - b.key || (a.name < b.name ? -1 : 1))
      const order = orderOf(store, { sort, filter })
      expect(Array.from(order.ids)).toEqual(expected.map(({ id }) => id))
      expect(Array.from(order.keys)).toEqual(expected.map(({ key }) => key))
      expect(Array.from(order.marks)).toEqual(expected.map(markOf))
    }
  }
  const tugs = orderOf(store, { sort: 'name', filter: { ...NO_FILTER, category: 'tug' } }).ids
  expect([...tugs].sort()).toEqual(
    rows
      .flatMap(({ id }) => (store.truth.of(id).some(({ category }) => category === 'tug') ? [id] : []))
      .sort(),
  )
  expect(store.lists.facets()).toEqual({
    ...{ authors: [], categories: ['ship', 'tug'].map((key) => ({ key, name: key })) },
  })
  // merged into another one its marks are that one's, and it is nothing to filter by; an area to ignore is of none
  const [plain] = rows
  await store.write(() => {
    const area = { origin: 'drawn' as const, edited: false, ignore: true as const }
    store.truth.put(plain!.id, { id: randomUUID(), rle: '1 1', area: 1, colour: 0, ...area })
    store.categories.add({ key: 'boat', name: 'boat', colour: 1, counts: true })
    store.categories.merge('tug', 'boat')
  })
  expect(orderOf(store, { sort: 'name', filter: { ...NO_FILTER, category: 'boat' } }).ids).toEqual(tugs)
  expect(store.lists.facets().categories.map(({ key }) => key)).toEqual(['ship', 'boat'])
  const ships = orderOf(store, { sort: 'name', filter: { ...NO_FILTER, category: 'ship' } }).ids
  const hasShip = store.truth.of(plain!.id).some((one) => !one.ignore && one.category === undefined)
  expect(ships.includes(plain!.id)).toBe(hasShip)
  store.close()
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
    newest: () => Math.max(...known.map(({ id }) => id)),
  }
  const parts: FolderPart[] = []
  for (const part of compareFolder(bench.images, store, () => (clock += 150))) {
    parts.push(part)
    // it is written down while the listing goes on
    for (const { path } of part.added) known.push({ ...file, id: known.length + 1, path })
  }
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
