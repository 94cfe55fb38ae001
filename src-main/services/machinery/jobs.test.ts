import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import type { ProjectEvent } from '../../contract/wire.ts'
import { connect } from '../../store/database.ts'
import { createStore } from '../../store/store.ts'
import type { Store } from '../../store/store.ts'
import { EventHub } from './events.ts'
import { JobHandlers } from './job-handlers.ts'
import type { JobContext, JobHandler, JobOutcome } from './job-handlers.ts'
import { Jobs } from './jobs.ts'
import type { Project } from './project.ts'
import type { Workers } from './workers.ts'

let folder = ''
let store: Store
let events: EventHub
let jobs: Jobs
const log: string[] = []
/** aborted when worker threads were to be ended */
const threads: AbortSignal[] = []
/** what a job of this name does */
const works = new Map<string, (context: JobContext, payload: Payload) => Promise<JobOutcome>>()

const payload = z.object({ name: z.string(), reached: z.number() })
type Payload = z.infer<typeof payload>

/** A kind that does what the test says, and can go on. */
const handler: JobHandler<Payload> = {
  kind: 'test',
  version: 2,
  payload,
  run: (context, given) => works.get(given.name)!(context, given),
  resumable: (_, { reached }) => reached > 0,
}

function jobsOn(handlers: JobHandler[] = [handler], on: Store = store): Jobs {
  const workers: Workers = {
    run: () => Promise.reject(new Error('no task runs here')),
    until: (end) => {
      threads.push(end)
      return workers
    },
    close: async () => undefined,
  }
  const project = { store: on, events, readOnly: false, shared: { workers } } as unknown as Project
  return new Jobs({
    ...{ store: on, events, session: 'session', handlers: new JobHandlers(handlers) },
    ...{ project: () => project, log: (line) => void log.push(line) },
  })
}

/** Starts a job that does this. */
function begin(
  work: (context: JobContext, payload: Payload) => Promise<JobOutcome>,
  { lane = null, total = 2, by = jobs }: { lane?: string | null; total?: number; by?: Jobs } = {},
): Promise<string> {
  const name = String(works.size)
  works.set(name, work)
  return by.start(handler, { name, reached: 0 }, { title: 'Work', unit: 'images', total, lane })
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-jobs-'))
  store = createStore(join(folder, 'project.sqlite'))
  events = new EventHub()
  jobs = jobsOn()
})
afterAll(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => void vi.useRealTimers())

test('a job is queued, runs, tells its progress and ends; the end is on the disk', async () => {
  const told: ProjectEvent[] = []
  const stop = events.listen((event) => told.push(event))
  const id = await begin(async ({ progress }) => {
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
  expect(store.jobs.get(id)).toMatchObject({ state: 'done', summary: 'Done.', kind: 'test', version: 2 })
  expect(await jobs.finished(id)).toEqual({ ...ended, secondsLeft: null })
})

test('what is left is told by the pace since the first progress, whatever took how long before it', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const seconds = (n: number): void => void vi.setSystemTime(Date.now() + 1000 * n)
  const told: (number | null)[] = []
  const stop = events.listen((event) => {
    if (event.type === 'job' && event.job.state === 'running') told.push(event.job.secondsLeft)
  })
  const id = await begin(
    async ({ progress }) => {
      progress(0, 100)
      seconds(30)
      // a training that goes on begins where it was
      progress(50)
      seconds(4)
      progress(52)
      seconds(4)
      progress(60)
      return { summary: null }
    },
    { total: 100 },
  )
  await jobs.finished(id)
  stop()
  expect(told).toEqual([null, null, null, 96, 32])
})

test('jobs of one lane run one after the other, also after a failure', async () => {
  const order: string[] = []
  const first = await begin(
    async () => {
      order.push('first')
      await new Promise(setImmediate)
      order.push('failed')
      throw new DrydockError('engine_died', 'It died.')
    },
    { lane: 'a' },
  )
  const second = await begin(
    async () => {
      order.push('second')
      return { summary: '' }
    },
    { lane: 'a' },
  )
  expect(await jobs.finished(second)).toMatchObject({ state: 'done' })
  expect(order).toEqual(['first', 'failed', 'second'])
  expect(await jobs.finished(first)).toMatchObject({
    state: 'failed',
    error: { code: 'engine_died', message: 'It died.' },
  })
  expect(log).toEqual([])
})

test('work that never ends gives its lane free five seconds after it was cancelled, and can write nothing more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const begun = Promise.withResolvers<JobContext>()
  const never = await begin(
    (context) => {
      begun.resolve(context)
      return new Promise(() => undefined)
    },
    { lane: 'b' },
  )
  const waiting = await begin(async () => ({ summary: 'never' }), { lane: 'b' })
  const next = await begin(async () => ({ summary: 'its turn' }), { lane: 'b' })
  const { signal, progress, keep, project } = await begun.promise
  const given = store.jobs.get(never)?.payload
  const ended = threads.at(-1)!
  jobs.cancel(waiting)
  expect(await jobs.finished(waiting)).toMatchObject({ state: 'cancelled', summary: null })
  jobs.cancel(never)
  expect(signal.aborted).toBe(true)
  vi.advanceTimersByTime(4999)
  expect(jobs.running().map(({ id, state }) => [id, state])).toEqual([
    [never, 'running'],
    [next, 'queued'],
  ])
  project.store.meta.get('name')
  expect(ended.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(await jobs.finished(never)).toMatchObject({ state: 'cancelled' })
  expect(await jobs.finished(next)).toMatchObject({ state: 'done', summary: 'its turn' })
  progress(1)
  expect(() => keep({ name: 'late', reached: 9 })).toThrow(expect.objectContaining({ code: 'cancelled' }))
  expect(store.jobs.get(never)).toMatchObject({ state: 'cancelled', done: 0, payload: given })
  expect(ended.aborted).toBe(true)
  expect(() => project.store.meta.get('name')).toThrow(expect.objectContaining({ code: 'cancelled' }))
  await expect(project.store.write(() => store.meta.set('name', 'late'))).rejects.toMatchObject({
    code: 'cancelled',
  })
  expect(store.meta.get('name')).toBeNull()
})

test('closing waits for what still writes, and work that settles later never meets a closed database', async () => {
  const own = createStore(join(folder, 'closing.sqlite'))
  const there = jobsOn([handler], own)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const late = Promise.withResolvers<void>()
  const outcome = Promise.withResolvers<unknown>()
  const begun = Promise.withResolvers<void>()
  const id = await begin(
    async ({ project }) => {
      begun.resolve()
      await late.promise
      const failure: unknown = await project.store
        .write(() => project.store.meta.set('name', 'late'))
        .catch((error: unknown) => error)
      outcome.resolve(failure)
      throw failure
    },
    { by: there },
  )
  await begun.promise
  const closed = there.close()
  vi.advanceTimersByTime(5000)
  await closed
  vi.useRealTimers()
  // another process holds the lock while a gesture waits to be written
  const other = connect(join(folder, 'closing.sqlite'))
  other.exec('begin immediate')
  const gesture = own.write(() => own.meta.set('name', 'gesture'))
  const settled = own.settled()
  other.exec('rollback')
  await settled
  expect(own.meta.get('name')).toBe('gesture')
  await gesture
  expect(own.jobs.get(id)).toMatchObject({ state: 'interrupted' })
  own.close()
  late.resolve()
  expect(await outcome.promise).toMatchObject({ code: 'cancelled' })
  await expect(own.write(() => 1)).rejects.toMatchObject({ code: 'project_not_open' })
  expect(() => own.read(() => 1)).toThrow(expect.objectContaining({ code: 'project_not_open' }))
  other.close()
})

test('a job that ended early goes on after a restart, by what it kept; others do not', async () => {
  const begun = Promise.withResolvers<void>()
  const before = jobsOn()
  const id = await begin(
    async ({ project, keep, signal }, given) => {
      if (given.reached === 7) return { summary: `Went on from ${given.reached}.` }
      await project.store.write(() => keep({ ...given, reached: 7 }))
      begun.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw signal.reason
    },
    { by: before },
  )
  await begun.promise
  expect(before.running()).toMatchObject([{ resumable: false }])
  await before.close()
  const after = jobsOn()
  expect(after.list()[0]).toMatchObject({ id, state: 'interrupted', resumable: true })
  await after.resume(id)
  expect(await after.finished(id)).toMatchObject({
    ...{ id, state: 'done', summary: 'Went on from 7.', error: null, resumable: false },
  })
  // nothing left: it is done
  await expect(after.resume(id)).rejects.toMatchObject({ code: 'not_found' })
  // nothing kept
  const failed = await begin(() => Promise.reject(new DrydockError('engine_died', 'It died.')), { by: after })
  expect(await after.finished(failed)).toMatchObject({ state: 'failed', resumable: false })
  await expect(after.resume('none')).rejects.toMatchObject({ code: 'not_found' })
})

test('a job that is being ended when it is to go on does so once it has ended', async () => {
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const id = await begin(async ({ project, keep, signal }, given) => {
    if (given.reached === 0) await project.store.write(() => keep({ ...given, reached: 1 }))
    begun[given.reached]!.resolve()
    if (given.reached === 1) return { summary: 'Went on.' }
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw signal.reason
  })
  await begun[0]!.promise
  jobs.cancel(id)
  await jobs.resume(id)
  await begun[1]!.promise
  expect(await jobs.finished(id)).toMatchObject({ state: 'done', summary: 'Went on.' })
})

test('a job of a kind, version or form that is not known is shown, and not done', async () => {
  const later = { ...handler, kind: 'later' }
  const made = jobsOn([later])
  works.set('later', async ({ project, keep }, given) => {
    await project.store.write(() => keep({ ...given, reached: 1 }))
    throw new DrydockError('engine_died', 'It died.')
  })
  const plan = { title: 'Later', unit: 'images', total: 1, lane: null }
  const id = await made.start(later, { name: 'later', reached: 0 }, plan)
  expect(await made.finished(id)).toMatchObject({ state: 'failed', resumable: true })
  for (const known of [[handler], [{ ...later, version: 3 }], [{ ...later, payload: z.never() }]]) {
    const here = jobsOn(known)
    expect(here.list().find((job) => job.id === id)).toMatchObject({ kind: 'later', resumable: false })
    await expect(here.resume(id)).rejects.toMatchObject({ code: 'not_found' })
  }
  await expect(jobs.start(later, { name: 'later', reached: 0 }, plan)).rejects.toMatchObject({
    code: 'bad_input',
  })
})

test('whoever waits for a job gets what came out, or its failure', async () => {
  const plan = { title: 'Work', unit: 'images', total: 1, lane: null }
  works.set('gives', async () => ({ summary: null, result: 42 }))
  expect(await jobs.complete(handler, { name: 'gives', reached: 0 }, plan)).toBe(42)
  works.set('fails', () => Promise.reject(new DrydockError('disk_full', 'Full.')))
  const failed = jobs.complete(handler, { name: 'fails', reached: 0 }, plan)
  await expect(failed).rejects.toMatchObject({ code: 'disk_full', message: 'Full.' })
})

test('closing interrupts what runs; a stranger’s job cannot be cancelled from here', async () => {
  const own = jobsOn()
  const begun = Promise.withResolvers<void>()
  const id = await begin(
    async ({ signal }) => {
      begun.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      signal.throwIfAborted()
      return { summary: '' }
    },
    { by: own },
  )
  await begun.promise
  expect(() => jobs.cancel(id)).toThrow(expect.objectContaining({ code: 'project_in_use' }))
  await expect(jobs.resume(id)).rejects.toMatchObject({ code: 'not_found' })
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
