import { expect, it } from 'vitest'
import type { Job } from '../../src-main/contract/wire.ts'
import { fakeClient } from './fake-client.ts'
import { Jobs } from './jobs.svelte.ts'
import { Toasts } from './toasts.svelte.ts'

const noClient = fakeClient({}).inProject('p', new AbortController().signal)

function job(part: Partial<Job>): Job {
  return {
    ...{ id: 'a', kind: 'predict', title: 'Predicting', state: 'running', done: 0, total: 3, unit: 'images' },
    ...{ secondsLeft: null, startedAt: '2026-01-01', endedAt: null, error: null, summary: null, model: null },
    resumable: false,
    ...part,
  }
}

const failed = job({ state: 'failed', error: { code: 'engine_died', message: 'The engine ended.' } })

it.each([
  ['seen running before', [job({}), failed]],
  ['over in the first news of it', [failed]],
])('a job that failed says so once, %s', (_, news) => {
  const toasts = new Toasts()
  const jobs = new Jobs(noClient, toasts)
  for (const one of [...news, failed]) jobs.update(one)
  expect(toasts.items.map(({ text }) => text)).toEqual(['The engine ended.'])
})

it('a job that had ended before this window saw the project says nothing', () => {
  const toasts = new Toasts()
  const jobs = new Jobs(noClient, toasts)
  jobs.set([failed])
  jobs.update(failed)
  expect(toasts.items).toEqual([])
})

it('what an open sheet says is not said a second time, but a failure is', () => {
  const toasts = new Toasts()
  let open = true
  const jobs = new Jobs(noClient, toasts, (kind) => kind === 'sweep' && open)
  const swept = job({ kind: 'sweep', state: 'done', summary: 'Nothing is better.' })
  jobs.update(swept)
  jobs.update({ ...failed, id: 'b', kind: 'sweep' })
  expect(toasts.items.map(({ text }) => text)).toEqual(['The engine ended.'])
  open = false
  jobs.update({ ...swept, id: 'c' })
  expect(toasts.items.map(({ text }) => text)).toEqual(['The engine ended.', 'Nothing is better.'])
})
