import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { DrydockError } from '../../contract/errors.ts'
import type { ProjectEvent } from '../../contract/wire.ts'
import { createStore } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import { EventHub } from './events.ts'
import { Jobs } from './jobs.ts'
import type { JobControl } from './jobs.ts'

let folder = ''
let store: Store
let events: EventHub
let jobs: Jobs
const log: string[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-jobs-'))
  store = createStore(join(folder, 'project.sqlite'))
  events = new EventHub()
  jobs = new Jobs(store, events, 'session', (line) => void log.push(line))
})
afterAll(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => void vi.useRealTimers())

const PLAN = { kind: 'predict' as const, title: 'Work', unit: 'images', total: 2, lane: null }

test('a job is queued, runs, tells its progress and ends; the end is on the disk', async () => {
  const told: ProjectEvent[] = []
  const stop = events.listen((event) => told.push(event))
  const id = await jobs.start(PLAN, async ({ progress }) => {
    progress(1)
    return { summary: 'Done.' }
  })
  const ended = await jobs.finished(id)
  stop()
  expect(ended).toMatchObject({ id, state: 'done', done: 2, total: 2, summary: 'Done.', error: null })
  expect(told.map((event) => event.type === 'job' && [event.job.state, event.job.done])).toEqual([
    ['queued', 0],
    ['running', 0],
    ['running', 1],
    ['done', 2],
  ])
  expect(store.jobs.get(id)).toMatchObject({ state: 'done', summary: 'Done.' })
  expect(await jobs.finished(id)).toEqual({ ...ended, secondsLeft: null })
})

test('what is left is told by the pace since the first progress, whatever took how long before it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const seconds = (n: number): void => void vi.setSystemTime(Date.now() + 1000 * n)
  const told: (number | null)[] = []
  const stop = events.listen((event) => {
    if (event.type === 'job' && event.job.state === 'running') told.push(event.job.secondsLeft)
  })
  const id = await jobs.start({ ...PLAN, total: 100 }, async ({ progress }) => {
    progress(0, 100)
    seconds(30)
    // a training that goes on begins where it was
    progress(50)
    seconds(4)
    progress(52)
    seconds(4)
    progress(60)
    return { summary: null }
  })
  await jobs.finished(id)
  stop()
  expect(told).toEqual([null, null, null, 96, 32])
})

test('jobs of one lane run one after the other, also after a failure', async () => {
  const order: string[] = []
  const first = await jobs.start({ ...PLAN, lane: 'a' }, async () => {
    order.push('first')
    await new Promise(setImmediate)
    order.push('failed')
    throw new DrydockError('engine_died', 'It died.')
  })
  const second = await jobs.start({ ...PLAN, lane: 'a' }, async () => {
    order.push('second')
    return { summary: '' }
  })
  expect(await jobs.finished(second)).toMatchObject({ state: 'done' })
  expect(order).toEqual(['first', 'failed', 'second'])
  expect(await jobs.finished(first)).toMatchObject({
    state: 'failed',
    error: { code: 'engine_died', message: 'It died.' },
  })
  expect(log).toEqual([])
})

test('a cancelled job that does not end is given up after five seconds; a queued one at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const begun = Promise.withResolvers<JobControl>()
  const never = await jobs.start({ ...PLAN, lane: 'b' }, (control) => {
    begun.resolve(control)
    return new Promise(() => undefined)
  })
  const waiting = await jobs.start({ ...PLAN, lane: 'b' }, async () => ({ summary: 'never' }))
  const { signal, progress } = await begun.promise
  jobs.cancel(waiting)
  expect(await jobs.finished(waiting)).toMatchObject({ state: 'cancelled', summary: null })
  jobs.cancel(never)
  expect(signal.aborted).toBe(true)
  vi.advanceTimersByTime(4999)
  expect(jobs.running().map(({ id }) => id)).toEqual([never])
  vi.advanceTimersByTime(1)
  expect(await jobs.finished(never)).toMatchObject({ state: 'cancelled' })
  progress(1)
  expect(store.jobs.get(never)).toMatchObject({ state: 'cancelled', done: 0 })
})

test('closing interrupts what runs; a stranger’s job cannot be cancelled from here', async () => {
  const own = new Jobs(store, events, 'session', () => undefined)
  const begun = Promise.withResolvers<void>()
  const id = await own.start(PLAN, async ({ signal }) => {
    begun.resolve()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    signal.throwIfAborted()
    return { summary: '' }
  })
  await begun.promise
  expect(() => jobs.cancel(id)).toThrow(expect.objectContaining({ code: 'project_in_use' }))
  await own.close()
  expect(store.jobs.get(id)).toMatchObject({ state: 'interrupted' })
  expect(() => jobs.cancel('none')).toThrow(expect.objectContaining({ code: 'not_found' }))
})

test('a stream is thinned: the latest of each thing, the end of a job last', async () => {
  const hub = new EventHub()
  const control = new AbortController()
  const seen: ProjectEvent[] = []
  const [job] = jobs.list()
  const reading = (async () => {
    for await (const event of hub.stream([{ type: 'models' }], control.signal)) {
      seen.push(event)
      if (event.type === 'job') control.abort()
    }
  })()
  await new Promise(setImmediate)
  hub.emit({ type: 'job', job: { ...job!, done: 1 } })
  for (let revision = 1; revision <= 3; revision++) {
    hub.emit({ type: 'image-changed', image: 1, what: 'truth', revision })
    hub.emit({ type: 'score' })
  }
  hub.emit({ type: 'job', job: { ...job!, done: 2 } })
  await reading
  expect(seen).toEqual([
    { type: 'models' },
    { type: 'score' },
    { type: 'image-changed', image: 1, what: 'truth', revision: 3 },
    { type: 'job', job: { ...job!, done: 2 } },
  ])
  expect(hub.followed).toBe(false)
})
