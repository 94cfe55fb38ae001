import { afterEach, expect, it, vi } from 'vitest'
import { Background } from './background.svelte.ts'
import { fakeClient } from './fake-client.ts'
import { Toasts } from './toasts.svelte.ts'

const SILENT = { state: 'silent' as const, sentence: 'Drydock’s background process does not answer.' }
const READY = { state: 'ready' as const, sentence: null }

afterEach(() => void vi.useRealTimers())

function background() {
  const toasts = new Toasts()
  const restartBackend = vi.fn(async () => ({}))
  const shown = new Background(fakeClient({ shell: { window: { restartBackend } } }), toasts)
  return { shown, toasts, restartBackend }
}

it('says that it does not answer, and no more once it does', () => {
  const { shown, toasts } = background()
  shown.hear(SILENT)
  expect(shown.silent).toBe(SILENT.sentence)
  shown.hear(READY)
  expect(shown.silent).toBeNull()
  expect(toasts.items).toEqual([])
})

it('asks again some time after a person has chosen to wait, unless it answers meanwhile', () => {
  vi.useFakeTimers()
  const { shown } = background()
  shown.hear(SILENT)
  shown.wait()
  expect(shown.silent).toBeNull()
  vi.advanceTimersByTime(30_000)
  expect(shown.silent).toBe(SILENT.sentence)
  shown.wait()
  shown.hear(READY)
  vi.advanceTimersByTime(60_000)
  expect(shown.silent).toBeNull()
})

it('asks the shell for another one when a person says so; a failing one is said as before', async () => {
  const { shown, toasts, restartBackend } = background()
  shown.hear(SILENT)
  await shown.restart()
  expect(restartBackend).toHaveBeenCalledTimes(1)
  shown.hear({ state: 'starting', sentence: null })
  expect(shown.silent).toBeNull()
  shown.hear({ state: 'failing', sentence: 'It ended 3 times.' })
  expect(toasts.items.map(({ text }) => text)).toEqual(['It ended 3 times.'])
})
