import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type {
  CurvePoint,
  Job,
  MovedImages,
  ProjectEvent,
  ProjectSummary,
  TrainSettings,
} from '../../src-main/contract/wire.ts'
import { App } from './app.svelte.ts'
import { FakeBackend, listing, settle } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'
import type { OpenProject } from './open-project.svelte.ts'

const SUMMARY: ProjectSummary = {
  ...{ id: 'p', name: 'p', location: '', imagesLocation: '', sample: false, readOnly: false },
  ...{ images: 1, finished: 0, currentRun: null, currentModel: null, flips: false },
}

function training(id: string, state: Job['state'], resumable = false): Job {
  return {
    ...{
      id,
      kind: 'train',
      title: 'Training p 1',
      state,
      done: 2,
      total: 9,
      unit: 'steps',
      secondsLeft: null,
    },
    ...{
      startedAt: `2026-01-0${id}`,
      endedAt: null,
      error: null,
      summary: 'Said.',
      model: null,
      resumable,
    },
  }
}

const SETTINGS: TrainSettings = {
  ...{ from: null, size: 'base', coordinates: 'pixel', name: 'p 2', epochs: null, minutes: null, steps: 9 },
  ...{ batch: 1, crop: 64, learningRate: 0.001, embeddingWeight: 0.2, lossUnit: 'pixel', sizeExponent: 0 },
  ...{ falseAlarmShare: 0, syntheticShare: 0, magnify: 1.3, validateEvery: 3, patience: null, seed: 1 },
}

function point(step: number, loss = 1): CurvePoint {
  const rest = { parts: {}, f2: null, f2WithShips: null, seconds: step, learningRate: null }
  return { step, kind: 'train', loss, ...rest }
}

/** What the window is told without asking, when the test says so. */
class News {
  #told: ProjectEvent[] = []
  #wake = Promise.withResolvers<void>()

  tell(event: ProjectEvent): void {
    this.#told.push(event)
    this.#wake.resolve()
  }

  async *stream(): AsyncGenerator<ProjectEvent, void> {
    for (;;) {
      yield* this.#told.splice(0)
      await this.#wake.promise
      this.#wake = Promise.withResolvers<void>()
    }
  }
}

let news: News
let backend: FakeBackend
/** what the project has of jobs and curves when the window asks */
let jobs: Job[]
let curves: Map<string, CurvePoint[]>
/** while a resumed training is being started */
let beforeAnswer: () => Promise<void>
/** the answer to a training that is asked for */
let started: PromiseWithResolvers<{ job: string }>
/** what seems to have moved when the window asks */
let moved: MovedImages
let app: App

beforeEach(async () => {
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
  news = new News()
  backend = new FakeBackend([1])
  jobs = []
  moved = { images: 0, some: [] }
  curves = new Map()
  beforeAnswer = async () => undefined
  started = Promise.withResolvers()
  const nothing = async () => null
  const none = async () => []
  const { images, predict } = backend.procedures
  app = new App(
    fakeClient({
      shell: { window: { setProject: nothing, setTitle: nothing } },
      backend: {
        predict,
        project: { openRecent: async () => SUMMARY, watch: async () => news.stream() },
        images: { get: images.get, ...listing(() => [backend.row(1)]), moved: async () => moved },
        jobs: {
          list: async () => jobs,
          resume: async () => {
            await beforeAnswer()
            return {}
          },
        },
        runs: { list: none },
        models: { list: none },
        categories: { list: none },
        annotate: { labelForms: nothing },
        mapLayers: { list: none },
        score: { set: nothing },
        train: {
          preview: nothing,
          defaults: async () => SETTINGS,
          filmSteps: async ({ job }: { job: string }) => (job === '1' ? [0, 8] : []),
          start: () => started.promise,
          curve: async ({ job }: { job: string }) => curves.get(job) ?? [],
        },
      },
    }),
  )
})

afterEach(() => {
  vi.unstubAllGlobals()
})

function project(): OpenProject {
  if (!app.project) throw new Error('no project is open')
  return app.project
}

const steps = () => project().training.points.map(({ step }) => step)

describe('a project that is opened', () => {
  it('brings the last training with its curve, and says nothing of jobs that had ended', async () => {
    jobs = [training('1', 'interrupted')]
    curves.set('1', [point(1), point(2)])
    await app.openRecent('p')
    await settle()
    expect(project().jobs.latest('train')?.state).toBe('interrupted')
    expect(project().training.job).toBe('1')
    expect(steps()).toEqual([1, 2])
    expect(app.toasts.items).toEqual([])
  })

  it('offers to go on with what was broken off last, and can go on', async () => {
    jobs = [training('1', 'interrupted')]
    await app.openRecent('p')
    await settle()
    expect(project().jobs.interrupted).toBeNull()
    // a dead backend left it, of which there is no news
    jobs = [training('1', 'interrupted', true)]
    await project().fetchJobs()
    expect(project().jobs.interrupted?.id).toBe('1')
    news.tell({ type: 'job', job: training('2', 'running') })
    await settle()
    expect(project().jobs.interrupted).toBeNull()
    // a person has cancelled it: it can go on, but nobody is asked to
    news.tell({ type: 'job', job: training('2', 'cancelled', true) })
    await settle()
    expect(project().jobs.interrupted).toBeNull()
    expect(project().jobs.latest('train')?.resumable).toBe(true)
  })

  it('shows a training that is started elsewhere in place of one that has ended', async () => {
    jobs = [training('1', 'done')]
    await app.openRecent('p')
    await settle()
    curves.set('2', [point(1)])
    news.tell({ type: 'job', job: training('2', 'running') })
    await settle()
    expect(project().training.job).toBe('2')
    expect(steps()).toEqual([1])
    news.tell({ type: 'job', job: training('3', 'running') })
    await settle()
    expect(project().training.job).toBe('2')
  })

  it('asks about images that seem to have moved before it was opened or since, until somebody answers', async () => {
    moved = { images: 1, some: [{ from: 'a.png', to: 'z.png' }] }
    await app.openRecent('p')
    await settle()
    expect(project().moved.question).toEqual(moved)
    moved = { ...moved, images: 2 }
    news.tell({ type: 'moved', images: 2 })
    await settle()
    expect(project().moved.question?.images).toBe(2)
    moved = { images: 0, some: [] }
    news.tell({ type: 'moved', images: 0 })
    await settle()
    expect(project().moved.question).toBeNull()
  })

  it('fetches the open image again when its file is found', async () => {
    backend.files.set(1, { fileState: 'missing', fileNote: 'It is gone.', content: 'x' })
    await app.openRecent('p')
    await settle()
    expect(project().editing.shown?.failure).toBe('It is gone.')
    backend.files.delete(1)
    news.tell({ type: 'images', rows: [backend.row(1)] })
    await settle()
    expect(project().editing.shown?.failure).toBeNull()
    expect(project().editing.shown?.tiles).toHaveLength(1)
  })
})

it('fills in the settings of a version again: what its card is too old to say as it was then, and to start from only what is here', async () => {
  await app.openRecent('p')
  await settle()
  const { training: now } = project()
  Object.assign(now.settings!, { from: 'here', falseAlarmShare: 0.2, patience: 6 })
  const card = { from: 'gone', steps: null, minutes: 55, learningRate: 0.002, seed: 21 }
  now.again(card, ['here', 'other'])
  expect(now.settings).toMatchObject({ from: 'here', minutes: 55, steps: null, learningRate: 0.002 })
  expect(now.settings).toMatchObject({ falseAlarmShare: 0, patience: null, seed: 21 })
  expect(app.toasts.items.at(-1)?.text).toContain('is not here')
  now.again({ ...card, from: 'other', patience: 3 }, ['here', 'other'])
  expect(now.settings).toMatchObject({ from: 'other', patience: 3 })
})

describe('a training that is started', () => {
  beforeEach(async () => {
    jobs = [training('1', 'done')]
    curves.set('1', [point(1), point(2)])
    await app.openRecent('p')
    await settle()
    await project().training.film.refresh('1')
    expect(project().training.film.steps).toEqual([0, 8])
    void project().training.start()
    await settle()
  })

  it('shows nothing of the one before, from the moment that it is asked for', async () => {
    expect(project().training).toMatchObject({ job: null, points: [], starting: true })
    // somebody comes back to the view meanwhile
    await project().fetchJobs()
    await project().training.film.refresh(project().training.job)
    expect(project().training).toMatchObject({ job: null, points: [], film: { steps: [] } })
    // the news of it comes before the answer
    news.tell({ type: 'job', job: training('2', 'running') })
    news.tell({ type: 'curve', job: '2', points: [point(5)] })
    await settle()
    expect(project().training.job).toBe('2')
    started.resolve({ job: '2' })
    await settle()
    expect(project().training).toMatchObject({ job: '2', points: [point(5)], starting: false })
  })

  it('and is refused gives the place back to the one before', async () => {
    started.reject(new Error('No finished image.'))
    await settle()
    expect(project().training).toMatchObject({ job: '1', points: [point(1), point(2)], starting: false })
  })
})

describe('a training that goes on', () => {
  beforeEach(async () => {
    jobs = [training('1', 'cancelled')]
    curves.set('1', [point(1), point(2), point(3)])
    await app.openRecent('p')
    await settle()
  })

  it('keeps the curve from before, and goes over what came after its checkpoint once more', async () => {
    await project().jobs.resume('1')
    expect(project().training.job).toBe('1')
    expect(steps()).toEqual([1, 2, 3])
    news.tell({ type: 'curve', job: '1', points: [point(2, 5)] })
    await settle()
    expect(project().training.points).toEqual([point(1), point(2, 5)])
  })

  it('loses and doubles no point that is heard before the answer', async () => {
    beforeAnswer = async () => {
      news.tell({ type: 'job', job: training('1', 'running') })
      news.tell({ type: 'curve', job: '1', points: [point(3, 5), point(4)] })
      await settle()
    }
    await project().jobs.resume('1')
    await settle()
    expect(project().training.points).toEqual([point(1), point(2), point(3, 5), point(4)])
  })
})
