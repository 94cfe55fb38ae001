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

/** What alpha was asked before beta was opened, and what it asks when its answers come. */
const ASKED: readonly [string, (alpha: OpenProject) => unknown][] = [
  ['the summary', ({ facts }) => facts.refreshSummary()],
  ['the summary, after another model was chosen', ({ facts }) => facts.setModel('m')],
  ['the summary, after the images were moved', (alpha) => alpha.relocate()],
  ['the summary, after flips were chosen', ({ facts }) => facts.setFlips(true)],
  ['the set score', ({ facts }) => facts.refreshScore()],
  ['a set score computed again', ({ facts }) => facts.rescore()],
  ['the runs', ({ facts }) => facts.refreshRuns()],
  ['the model versions', ({ facts }) => facts.refreshModels()],
  ['what there is to train on', ({ training }) => training.refresh()],
  ['what a sweep found', ({ sweep }) => sweep.fetch(1)],
  ['what an import would do', ({ exchange }) => exchange.choose()],
  ['the list of images', (alpha) => alpha.fetchImages()],
  ['the images that seem to have moved', ({ moved }) => moved.refresh()],
  ['the categories', ({ categories }) => categories.refresh()],
  ['the map layers', ({ mapLayers }) => mapLayers.refresh()],
  ['the list of jobs', (alpha) => alpha.fetchJobs()],
  ['an image', ({ editing }) => editing.open(2)],
  ['the inference of the open image', ({ editing }) => editing.shown?.inference.want(true)],
  ['the open image, again', ({ editing }) => editing.shown?.refetch()],
]

describe('the answer of a project that was left', () => {
  it.each(ASKED)('does not land in the next one: %s', async (_, ask) => {
    host.slow = 'answers'
    // what it goes on to ask is refused, as the project is closed by then
    Promise.resolve(ask(project())).catch(() => undefined)
    await settle()
    host.slow = 'no'
    await app.openRecent('beta')
    await settle()
    await host.answerAll()
    await settle()
    const { facts, training, sweep, exchange, images, editing, moved, mapLayers, categories } = project()
    expect(project().id).toBe('beta')
    expect(facts.summary).toEqual(host.summary('beta'))
    expect([facts.score, facts.run?.name, facts.models]).toEqual([
      { project: 'beta', f2: 0 },
      'beta',
      [{ id: 'beta' }],
    ])
    expect([training.preview, training.settings?.name, training.settings?.from]).toEqual([
      { name: 'beta', from: 'beta' },
      'beta',
      'beta',
    ])
    expect(sweep.found).toBeNull()
    expect(categories.open.map(({ name }) => name)).toEqual(['beta'])
    expect(mapLayers.items.map(({ name }) => name)).toEqual(['beta'])
    expect(moved.question?.some).toEqual([{ from: 'beta', to: 'z.png' }])
    expect([exchange.open, images.counts.images, editing.image]).toEqual([false, 3, 1])
    brush(editing, 1, 2, 3)
    await settle()
    expect([marked('alpha', 1), marked('beta', 1)]).toEqual([0, 1])
    expect(app.toasts.items).toEqual([])
    expect(editing.shown?.inference.state).toBe('idle')
  })

  it('does not empty the list of the next one, whose own is still under way', async () => {
    host.slow = 'answers'
    void project().facts.refreshSummary()
    const opening = app.openRecent('beta')
    await settle()
    await host.answer(1)
    await opening
    await settle()
    expect(project().id).toBe('beta')
    await host.answerAll()
    await settle()
    await host.answerAll()
    await settle()
    expect(project().images.counts.images).toBe(3)
  })

  it('takes the sheet of an import with it, and what was imported stays in its own project', async () => {
    await project().exchange.choose()
    expect(project().exchange.preview?.token).toBe('of alpha')
    const { exchange } = project()
    await app.openRecent('beta')
    await settle()
    expect(project().exchange.open).toBe(false)
    await project().exchange.import()
    await project().exchange.undo()
    expect(host.exchanged).toEqual([])
    // what is pressed in the last moment still is alpha's
    host.open.add('alpha')
    await exchange.import()
    await exchange.undo()
    expect(host.exchanged.map(({ project: of }) => of)).toEqual(['alpha', 'alpha'])
    expect(project().exchange.open).toBe(false)
  })

  it('does not grey the menu nor change the title of the next one', async () => {
    host.slow = 'answers'
    const closing = app.closeProject()
    const opening = app.openRecent('beta')
    await settle()
    host.slow = 'no'
    await host.answer(0)
    await opening
    await host.answerAll()
    await closing
    await settle()
    expect(project().id).toBe('beta')
    expect(host.shell).toEqual({ open: true, title: 'beta – Drydock' })
  })
})

describe('news that very many images changed', () => {
  it('is an order to ask for the list and the open image again', async () => {
    await host.markElsewhere('alpha', 1, 'many')
    await settle()
    expect(project().images.rows.get(1)).toEqual(host.stored('alpha').row(1))
    expect(project().editing.shown?.state?.truth).toHaveLength(1)
  })
})

describe('the answer to an earlier question', () => {
  it.each([
    ['the set score', ({ facts }: OpenProject) => facts.refreshScore()],
    ['the open image', ({ editing }: OpenProject) => editing.shown?.refetch()],
    ['the list', (open: OpenProject) => open.fetchImages()],
  ])('is dropped where a later one was answered before: %s', async (what, ask) => {
    const stored = host.stored('alpha')
    host.slow = 'answers'
    void ask(project())
    await settle()
    await host.markElsewhere('alpha', 1)
    host.f2 = 0.5
    // what it goes on to ask is refused, as the project is closed by then
    Promise.resolve(ask(project())).catch(() => undefined)
    await settle()
    host.slow = 'no'
    await host.answer(1)
    await host.answerAll()
    await settle()
    expect(project().images.rows.get(1)).toEqual(stored.row(1))
    expect(project().editing.shown?.state?.truth).toHaveLength(1)
    if (what === 'the set score') expect(project().facts.score?.f2).toBe(0.5)
  })
})
