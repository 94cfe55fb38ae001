import { DrydockError } from '../../src-main/contract/errors.ts'
import type { ProjectEvent, ProjectSummary } from '../../src-main/contract/wire.ts'
import { planBrush } from '../../src-main/core/edit/edit.ts'
import { fromPixels } from '../../src-main/core/mask/rle.ts'
import type { Client } from '../client/index.ts'
import { FakeBackend } from './fake-backend.ts'
import { fakeClient } from './fake-client.ts'

type Call = (input: { project: string }) => unknown

interface Held {
  answer(): Promise<void>
  lose(error: DrydockError): void
}

/** For tests: a backend with several projects, each with its truth and history. It can be slow, locked out, and replaced by a new one. */
export class FakeHost {
  readonly projects: ReadonlyMap<string, FakeBackend>
  /** those that the present backend has open */
  readonly open = new Set<string>()
  /** how often the window has said that it left a project */
  readonly closed: string[] = []
  /** another process holds the lock of every database */
  inUse = false
  /** what was asked of exchange, with the project that it was asked of */
  readonly exchanged: { project: string; token?: string; group?: string }[] = []
  /** of every set score */
  f2 = 0
  /** what the window has told the shell */
  readonly shell = { open: false, title: '' }
  /** calls wait for {@link answer}: as they come in, or once they were done, with the answer of then */
  slow: 'no' | 'requests' | 'answers' = 'no'
  #held: Held[] = []
  #watchers: { project: string; tell: (event: ProjectEvent) => void; end: (error: DrydockError) => void }[] =
    []
  #restarted: () => void = () => undefined

  constructor(projects: Readonly<Record<string, readonly number[]>>) {
    this.projects = new Map(Object.entries(projects).map(([id, images]) => [id, new FakeBackend(images)]))
  }

  get client(): Client {
    const later = (call: Call) => (input: { project: string }) => this.#later(() => call(input))
    const of = (part: (backend: FakeBackend, input: never) => unknown) =>
      later((input) => part(this.#opened(input.project), input as never))
    const gesture = (name: 'apply' | 'undo' | 'redo') =>
      of((backend, input) => {
        if (this.inUse) throw new DrydockError('project_in_use', 'In use by another process.')
        return backend.procedures.annotate[name](input)
      })
    const nothing = of(() => null)
    const none = of(() => [])
    const score = of((_, { project }: { project: string }) => ({ project, f2: this.f2 }))
    const named = of((_, { project }: { project: string }) => ({ name: project, from: project }))
    const anything = async () => ({})
    const chosen = async () => ({ grant: 'g', label: 'l' })
    const summary = of((_, { project }: { project: string }) => this.summary(project))
    const exchanged = (what: object) =>
      of((_, { project, ...rest }: { project: string }) => {
        this.exchanged.push({ project, ...rest })
        return what
      })
    return fakeClient({
      onBackendRestart: (listener) => {
        this.#restarted = listener
        return () => undefined
      },
      shell: {
        window: {
          setProject: async ({ project }: { project: string | null }) =>
            void (this.shell.open = project !== null),
          setTitle: async ({ title }: { title: string }) => void (this.shell.title = title),
        },
        dialogs: { chooseFolder: chosen, chooseLabels: chosen, saveLabels: chosen },
      },
      backend: {
        system: { engine: anything, backendSetting: anything },
        project: {
          recent: async () => [],
          openRecent: ({ key }: { key: string }) =>
            this.#later(() => {
              this.open.add(key)
              return this.summary(key)
            }),
          summary,
          relocate: summary,
          close: ({ project }: { project: string }) =>
            this.#later(() => {
              this.closed.push(project)
              if (!this.#watchers.some((watcher) => watcher.project === project)) this.open.delete(project)
              return {}
            }),
          watch: async ({ project }: { project: string }, options: { signal?: AbortSignal }) => {
            this.#opened(project)
            return this.#watch(project, options.signal)
          },
        },
        images: {
          order: of((backend, input) => backend.procedures.images.order(input)),
          rows: of((backend, input) => backend.procedures.images.rows(input)),
          get: of((backend, input) => backend.procedures.images.get(input)),
          moved: of((_, { project }: { project: string }) => ({
            ...{ images: 1, some: [{ from: project, to: 'z.png' }] },
          })),
        },
        annotate: {
          ...{ apply: gesture('apply'), undo: gesture('undo'), redo: gesture('redo') },
          undoGroup: exchanged({ images: 0, kept: 0 }),
          labelForms: of(() => ({ chosen: null, labels: null })),
        },
        predict: { ahead: nothing, setFlips: nothing },
        inference: { open: nothing },
        categories: {
          list: of((_, { project }: { project: string }) => [
            { key: 'ship', name: project, colour: 0, counts: true, instances: 0, mergedInto: null },
          ]),
        },
        mapLayers: {
          list: of((_, { project }: { project: string }) => [{ id: 1, name: project, onEarth: true }]),
        },
        jobs: { list: none },
        runs: {
          list: of((_, { project }: { project: string }) => [{ id: 1, name: project, current: true }]),
          choice: nothing,
        },
        models: { list: of((_, { project }: { project: string }) => [{ id: project }]), setCurrent: nothing },
        score: { set: score, refresh: score },
        train: { preview: named, defaults: named },
        exchange: {
          previewImport: of((_, { project }: { project: string }) => ({
            token: `of ${project}`,
            file: 'f.csv',
            categories: [],
          })),
          import: exchanged({ images: 1, group: 'g' }),
        },
      },
    })
  }

  summary(id: string): ProjectSummary {
    return {
      ...{ id, name: id, location: '', imagesLocation: '', sample: false, readOnly: false },
      ...{ images: 2, finished: 0, currentRun: null, currentModel: null, flips: false },
    }
  }

  /** What belongs to a project, past every window. */
  stored(project: string): FakeBackend {
    const backend = this.projects.get(project)
    if (!backend) throw new Error(`no project ${project}`)
    return backend
  }

  /** Another window marks a ship. @param told of this image, or once of very many */
  async markElsewhere(project: string, image: number, told: 'image' | 'many' = 'image'): Promise<void> {
    const backend = this.stored(project)
    const state = backend.states.get(image)
    const revision = backend.revisions.get(image)
    if (!state || revision === undefined) throw new Error(`no image ${image}`)
    const newId = () => crypto.randomUUID()
    const planned = planBrush(state, fromPixels([0, 1], state), { policy: 'allow', newId, extend: null })
    if ('refusal' in planned) throw new Error(planned.refusal)
    await backend.procedures.annotate.apply({
      ...{ image, gestureId: crypto.randomUUID(), expectedRevision: revision },
      plan: planned.plan,
    })
    if (told === 'many') return this.#emit(project, { type: 'many-changed' })
    this.#emit(project, { type: 'images', rows: [backend.row(image)] })
    this.#emit(project, { type: 'image-changed', image, what: 'truth', revision: revision + 1 })
  }

  /** Answers one of the calls that wait, by its place. */
  async answer(place: number): Promise<void> {
    const [held] = this.#held.splice(place % Math.max(1, this.#held.length), 1)
    await held?.answer()
  }

  async answerAll(): Promise<void> {
    while (this.#held.length > 0) await this.answer(0)
  }

  /** The backend ends, with whatever was under way, and a new one takes its place, which has no project open. */
  restart(): void {
    const error = new DrydockError('backend_restarted', 'The background process had to be restarted.')
    this.open.clear()
    for (const held of this.#held.splice(0)) held.lose(error)
    for (const watcher of this.#watchers.splice(0)) watcher.end(error)
    this.#restarted()
  }

  #opened(project: string): FakeBackend {
    if (!this.open.has(project)) throw new DrydockError('project_not_open', 'This project is not open.')
    return this.stored(project)
  }

  async #later(call: () => unknown): Promise<unknown> {
    if (this.slow === 'no') return call()
    const done = this.slow === 'answers' ? Promise.resolve().then(call) : null
    // whoever waits for it hears of it, not the process
    done?.catch(() => undefined)
    return new Promise((resolve, reject) => {
      const answer = async () => (done ?? Promise.resolve().then(call)).then(resolve, reject)
      this.#held.push({ answer, lose: reject })
    })
  }

  #emit(project: string, event: ProjectEvent): void {
    for (const watcher of this.#watchers) if (watcher.project === project) watcher.tell(event)
  }

  #watch(project: string, signal: AbortSignal | undefined): AsyncGenerator<ProjectEvent, void> {
    const events: ProjectEvent[] = []
    const end: { error: DrydockError | null } = { error: null }
    let wake = Promise.withResolvers<void>()
    const watcher = {
      project,
      tell: (event: ProjectEvent) => {
        events.push(event)
        wake.resolve()
      },
      end: (error: DrydockError) => {
        end.error = error
        wake.resolve()
      },
    }
    this.#watchers.push(watcher)
    signal?.addEventListener('abort', () => {
      this.#watchers = this.#watchers.filter((one) => one !== watcher)
      watcher.end(new DrydockError('cancelled', 'Cancelled.'))
    })
    return (async function* () {
      for (;;) {
        yield* events.splice(0)
        if (end.error) throw end.error
        await wake.promise
        wake = Promise.withResolvers<void>()
      }
    })()
  }
}
