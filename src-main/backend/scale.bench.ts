import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { EditPlan } from '../contract/wire.ts'
import { NO_FILTER } from '../core/list/order.ts'
import { unpackOrder } from '../core/list/packing.ts'
import { BUILT_BACKEND, startBackend } from '../testing/backend.ts'
import type { TestBackend } from '../testing/backend.ts'
import {
  CROWDED_PATH,
  freeBox,
  freeSmallBox,
  makeLargeFolder,
  makeLargeProject,
  removeLargeFolder,
} from '../testing/large-project.ts'

/**
 * A project of 200,000 images (SCALE_IMAGES: another number), made by script: what its backend process, built as the window runs it, takes in time and memory,
 * against what it may. Fails where a figure is missed, or a statement held up the thread that saves gestures.
 */

const COUNT = Number(process.env['SCALE_IMAGES'] ?? 200_000)

/** Instances of the image that is drawn on: so many true ones, and so many predicted. */
const CROWD = 2000

/** The same of an image with very many, small ones. */
const CROWDED = 10_000

/** Gestures on it, and times that it is opened in Review. */
const FEW = 20

/** Gestures, and images looked at while others are read in. */
const TIMES = 60

/** Rows that a window asks for at once. */
const PAGE = 100

interface Row {
  what: string
  measured: string
  must: string
  passed: boolean
}

const rows: Row[] = []

function note(what: string, value: number, limit: number, unit: string): void {
  const digits = value < 10 ? 1 : 0
  rows.push({
    what,
    measured: `${value.toFixed(digits)} ${unit}`,
    must: `${limit} ${unit}`,
    passed: value <= limit,
  })
}

function p95(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? NaN
}

async function timed<T>(call: () => Promise<T>): Promise<[ms: number, answer: T]> {
  const start = performance.now()
  const answer = await call()
  return [performance.now() - start, answer]
}

/** Most memory that the process held so far, in MB; null where the system does not say. */
function peakMemory(pid: number | undefined): number | null {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return null
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]) / 1000
}

/** Statements that were logged as slow, by name. */
class SlowStatements {
  readonly found: string[] = []
  readonly hear = (line: string): void => {
    if (/slow statement/.test(line)) this.found.push(line)
    else if (process.env['SCALE_LOG']) console.error(line)
  }
}

/** A folder that no project knows: when the first rows are there, and what it does to the person who looks at images meanwhile. */
async function firstLook(folder: string, userData: string, slow: SlowStatements): Promise<void> {
  const backend = await startBackend(userData, slow.hear, BUILT_BACKEND)
  const start = performance.now()
  const { id: project } = await backend.client.project.open({ grant: backend.grant(folder) })
  const stop = follow(backend, project)
  let ids: number[] = []
  while (ids.length === 0) ids = await someImages(backend, project)
  note('first look at a folder: first rows', (performance.now() - start) / 1000, 3, 's')
  const times: number[] = []
  for (let i = 0; i < TIMES; i++) {
    const [ms] = await timed(() => look(backend, project, ids[(i * 7) % ids.length]!))
    times.push(ms)
    // people look at what they have opened
    await setTimeout(100)
  }
  note(`next image while ${COUNT} are read in, p95`, p95(times), 150, 'ms')
  noteMemory('backend memory while they are read in, at most', backend)
  stop()
  backend.send({ kind: 'stop' })
  await backend.ended
}

/** Ids of the first images of the list, and what a page of rows needs. */
async function someImages({ client }: TestBackend, project: string): Promise<number[]> {
  const packed = await client.images.order({ project, sort: 'name', filter: NO_FILTER })
  const ids = Array.from(unpackOrder(packed).ids.subarray(0, 500))
  if (ids.length > 0) await client.images.rows({ project, images: ids.slice(0, PAGE) })
  return ids
}

/** An image as the canvas needs it: its detail, and the first tile. */
async function look(backend: TestBackend, project: string, image: number): Promise<void> {
  const { tiles } = await backend.client.images.get({ project, image })
  const url = tiles[0]?.url
  if (url === undefined) throw new Error(`image ${image} has no pixels`)
  const answer = await backend.file(new URL(url).pathname)
  if (answer.kind === 'no-file') throw new Error(answer.reason)
}

/** Follows the project's news as a window does. @returns ends it */
function follow({ client }: TestBackend, project: string): () => void {
  const ending = new AbortController()
  void (async () => {
    try {
      for await (const _ of await client.project.watch({ project }, { signal: ending.signal }));
    } catch {
      // ended
    }
  })()
  return () => ending.abort()
}

/** A project that is there already: launch, list, gestures, set score. */
async function atWork(folder: string, userData: string, slow: SlowStatements): Promise<void> {
  const start = performance.now()
  const backend = await startBackend(userData, slow.hear, BUILT_BACKEND)
  const { client } = backend
  const { id: project } = await client.project.open({ grant: backend.grant(`${folder}.drydock`) })
  const stop = follow(backend, project)
  const [image] = await someImages(backend, project)
  if (image === undefined) throw new Error('the list is empty')
  note('project there already: backend started to a usable list', (performance.now() - start) / 1000, 3, 's')
  for (const ask of [
    client.runs.list,
    client.models.list,
    client.score.set,
    client.train.preview,
    client.jobs.list,
  ]) {
    await ask({ project })
  }
  const { row } = await client.images.get({ project, image })
  const saved: number[] = []
  const scored: number[] = []
  let expectedRevision = row.revision
  for (let i = 0; i < TIMES; i++) {
    const gesture = { project, image, gestureId: randomUUID(), expectedRevision }
    const [ms, answer] = await timed(() => client.annotate.apply({ ...gesture, plan: drawn(i) }))
    expectedRevision = answer.revision
    saved.push(ms)
    const [took] = await timed(() => client.score.set({ project }))
    scored.push(took)
  }
  note(`one stroke saved, ${CROWD} + ${CROWD} instances, p95`, p95(saved), 50, 'ms')
  note('set score after a gesture, p95', p95(scored), 5, 'ms')
  await crowded(backend, project)
  noteMemory('backend memory, at most', backend)
  stop()
  backend.send({ kind: 'stop' })
  await backend.ended
}

/** An image of very many instances: strokes on it, and what Review asks for when it is opened there. */
async function crowded({ client }: TestBackend, project: string): Promise<void> {
  const filter = { ...NO_FILTER, text: CROWDED_PATH }
  const image = unpackOrder(await client.images.order({ project, sort: 'name', filter })).ids[0]
  if (image === undefined) throw new Error('the crowded image is not there')
  const saved: number[] = []
  const opened: number[] = []
  for (let i = 0; i < FEW; i++) {
    const [took, detail] = await timed(async () => {
      const got = await client.images.get({ project, image })
      await client.review.page({ project, after: image - 1, limit: 1 })
      return got
    })
    opened.push(took)
    const gesture = { project, image, gestureId: randomUUID(), expectedRevision: detail.row.revision }
    const plan = drawn(i, freeSmallBox(CROWDED, i))
    const [ms] = await timed(() => client.annotate.apply({ ...gesture, plan }))
    saved.push(ms)
  }
  note(`one stroke saved, ${CROWDED} + ${CROWDED} instances, p95`, p95(saved), 200, 'ms')
  note('the same opened in Review, p95', p95(opened) / 1000, 0.5, 's')
}

function drawn(n: number, added = freeBox(CROWD, n)): EditPlan {
  const after = { origin: 'drawn' as const, edited: false, colour: n % 12 }
  return {
    kind: 'brush',
    instances: [{ instance: randomUUID(), before: null, after, added, removed: '' }],
    ...{ decisions: [], status: null, flag: null },
  }
}

function noteMemory(what: string, { child }: TestBackend): void {
  const memory = peakMemory(child.pid)
  if (memory === null) console.log(`${what}: this system does not say`)
  else note(what, memory, 400, 'MB')
}

const base = mkdtempSync(join(tmpdir(), 'drydock-scale-'))
const folder = join(base, 'harbour')
const slow = new SlowStatements()
try {
  const [made] = await timed(() => makeLargeFolder(folder, COUNT))
  console.log(`${COUNT} images made in ${(made / 1000).toFixed(1)} s`)
  await firstLook(folder, join(base, 'user'), slow)
  rmSync(`${folder}.drydock`, { recursive: true })
  const [filled] = await timed(() => makeLargeProject(folder, COUNT, CROWD, CROWDED))
  console.log(`their project made in ${(filled / 1000).toFixed(1)} s\n`)
  await atWork(folder, join(base, 'user'), slow)
} finally {
  removeLargeFolder(folder)
  rmSync(base, { recursive: true, force: true })
}
rows.push({
  what: 'statements over 40 ms on the thread that saves gestures',
  measured: String(slow.found.length),
  must: 'none',
  passed: slow.found.length === 0,
})
console.log('| what | measured | must | |\n|---|---|---|---|')
for (const { what, measured, must, passed } of rows) {
  console.log(`| ${what} | ${measured} | ${must} | ${passed ? 'ok' : 'FAILED'} |`)
}
for (const line of slow.found) console.log(line)
if (rows.some(({ passed }) => !passed)) process.exitCode = 1
