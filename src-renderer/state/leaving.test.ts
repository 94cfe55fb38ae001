import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { App } from './app.svelte.ts'
import { brush, settle } from './fake-backend.ts'
import { FakeHost } from './fake-host.ts'
import type { OpenProject } from './open-project.svelte.ts'

let host: FakeHost
let app: App

beforeEach(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
  host = new FakeHost({ alpha: [1, 2, 3], beta: [1, 2, 3] })
  app = new App(host.client)
  await app.openRecent('alpha')
  await settle()
})

afterEach(() => vi.unstubAllGlobals())

function project(): OpenProject {
  if (!app.project) throw new Error('no project is open')
  return app.project
}

const marked = (id: string, image: number) => host.stored(id).states.get(image)?.truth.length

describe('a window that leaves a project', () => {
  it('tells the backend so, whether it closes it or opens another', async () => {
    await app.openRecent('beta')
    await settle()
    expect(host.closed).toEqual(['alpha'])
    expect([...host.open]).toEqual(['beta'])
    await app.closeProject()
    expect(host.closed).toEqual(['alpha', 'beta'])
    expect(app.project).toBeNull()
    expect(host.shell).toEqual({ open: false, title: 'Drydock' })
  })

  it('keeps it open in the backend where it opens the same anew', async () => {
    await app.openRecent('alpha')
    await settle()
    expect(host.closed).toEqual([])
    expect(project().images.counts.images).toBe(3)
  })
})

describe('gestures under way while another project is opened', () => {
  it('are all saved in their own, also those made while the other was being opened', async () => {
    host.slow = 'requests'
    brush(project().editing, 1, 2)
    await settle()
    const opening = app.openRecent('beta')
    await settle()
    // the first stroke is answered, and now beta is on its way
    await host.answer(0)
    await settle()
    brush(project().editing, 50, 51)
    await settle()
    // beta is there before the second stroke is saved
    await host.answer(0)
    await settle()
    expect(project().id).toBe('alpha')
    host.slow = 'no'
    await host.answerAll()
    await opening
    expect(project().id).toBe('beta')
    expect([marked('alpha', 1), marked('beta', 1)]).toEqual([2, 0])
  })

  it('keep the window where they are when they cannot be saved; the other project is not entered', async () => {
    vi.useFakeTimers()
    host.slow = 'requests'
    const opening = app.openRecent('beta')
    await settle()
    host.inUse = true
    brush(project().editing, 1, 2)
    await settle()
    await host.answerAll()
    await settle()
    await host.answerAll()
    await settle()
    host.slow = 'no'
    await host.answerAll()
    await opening
    expect(project().id).toBe('alpha')
    expect(app.toasts.items.map(({ text }) => text)).toEqual([
      'The last gestures are not saved yet, so this project stays open. The status bar says why.',
    ])
    expect([...host.open]).toEqual(['alpha'])
    // and goes on being marked in
    brush(project().editing, 50, 51)
    host.inUse = false
    await vi.advanceTimersByTimeAsync(6000)
    expect(marked('alpha', 1)).toBe(2)
    vi.useRealTimers()
  })

  it('are waited for when the project is closed, which takes no more of them', async () => {
    host.slow = 'requests'
    brush(project().editing, 1, 2)
    const closing = app.closeProject()
    await settle()
    brush(project().editing, 50, 51)
    expect(project().editing.shown?.state?.truth).toHaveLength(1)
    host.slow = 'no'
    await host.answerAll()
    await closing
    expect(app.project).toBeNull()
    expect(marked('alpha', 1)).toBe(1)
    expect(app.toasts.items.map(({ text }) => text)).toEqual([
      'The project is being closed, so nothing more is marked in it.',
    ])
  })

  it('keep the project open when they cannot be saved', async () => {
    vi.useFakeTimers()
    host.inUse = true
    brush(project().editing, 1, 2)
    await app.closeProject()
    expect(app.toasts.items.at(-1)?.text).toContain('Not closed')
    host.inUse = false
    await vi.advanceTimersByTimeAsync(6000)
    expect(marked('alpha', 1)).toBe(1)
    vi.useRealTimers()
    await app.closeProject()
    expect(app.project).toBeNull()
  })
})

describe('a gesture', () => {
  it('is saved with what another process has stored meanwhile, however long that held the lock', async () => {
    vi.useFakeTimers()
    host.inUse = true
    brush(project().editing, 50, 51)
    await vi.advanceTimersByTimeAsync(0)
    await host.markElsewhere('alpha', 1)
    await vi.advanceTimersByTimeAsync(12_000)
    expect(project().editing.saving.unsaved).toBe(1)
    host.inUse = false
    await vi.advanceTimersByTimeAsync(6000)
    expect(project().editing.saving.unsaved).toBe(0)
    expect(marked('alpha', 1)).toBe(2)
    expect(project().editing.shown?.state?.truth).toEqual(host.stored('alpha').states.get(1)?.truth)
    vi.useRealTimers()
  })

  it('is seen to be followed by a failure in the window, and counts as saved', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const broken = new Error('broken')
    vi.spyOn(project().images, 'update').mockImplementationOnce(() => {
      throw broken
    })
    brush(project().editing, 1, 2)
    await settle()
    expect(log).toHaveBeenCalledWith(broken)
    expect(app.toasts.items.map(({ text }) => text)).toEqual(['Something unexpected failed: Error: broken'])
    expect([project().editing.saving.unsaved, marked('alpha', 1)]).toEqual([0, 1])
    brush(project().editing, 50, 51)
    await settle()
    expect(marked('alpha', 1)).toBe(2)
    log.mockRestore()
  })

  it.each(['at once', 'once the image is there'])(
    'that takes Done back is one of the image that was done, also where another is turned to %s',
    async (when) => {
      const { editing } = project()
      brush(editing, 1, 2)
      await editing.open(2)
      brush(editing, 1, 2)
      await editing.open(1)
      editing.finish('done')
      await settle()
      expect(editing.image).toBe(2)
      host.stored('alpha').files.set(1, { fileState: 'changed', fileNote: 'It was changed.', content: 'y' })
      host.slow = 'answers'
      editing.undo()
      if (when !== 'at once') await settle()
      void editing.open(2)
      host.slow = 'no'
      await settle()
      await host.answerAll()
      await settle()
      expect(marked('alpha', 2)).toBe(1)
      expect(host.stored('alpha').states.get(1)?.status).toBe('in progress')
      expect(editing.image).toBe(2)
      expect(editing.shown?.state?.truth).toHaveLength(1)
    },
  )
})
