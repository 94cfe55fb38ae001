import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { EditPlan } from '../contract/wire.ts'
import type { Random } from '../core/random.ts'
import { formatRle, fromPredicate } from '../core/mask/rle.ts'
import { BUILT_BACKEND, startBackend } from './backend.ts'
import type { TestBackend } from './backend.ts'
import { doSomething } from './crash-deeds.ts'
import type { Kept } from './crash-deeds.ts'

/** Size of every image that the script draws on, in px. */
export const SIZE = { width: 64, height: 64 }

/** How often a window turns to the other project, and how often it undoes or does again, of 1. */
const TURNS = 0.1
const UNDOES = 0.15
const REDOES = 0.05

/** How often it does something else than a gesture, of 1: a deed takes as long as some twenty gestures. */
const DEEDS = 0.12

/** Failures of a deed that another window, or a killed engine, explains. */
const EXPLAINED = ['project_not_open', 'engine_died', 'cancelled', 'nothing_to_do', 'not_found']

/** A project that windows work in. */
export interface ScriptedProject {
  /** ids of its images */
  images: readonly number[]
  /** an Airbus CSV with masks on all of them */
  labels: string
}

/** A gesture as it was made, and as it is sent until it is acknowledged. */
interface Gesture {
  gestureId: string
  project: string
  image: number
  kind: 'apply' | 'undo' | 'redo'
  plan: EditPlan
}

/** A window's connection. */
interface Joined {
  backend: Promise<TestBackend>
  client: TestBackend['client']
  /** the project that it has open there */
  open: string | null
}

/** An answer that a window got. */
interface Acknowledged {
  gestureId: string
  window: number
  project: string
  image: number
  revision: number
}

/** One backend after the other, built as people run it, on the same user data, each there until it is killed. */
export class Backends {
  /** the one that is there, or on its way */
  current: Promise<TestBackend>
  readonly #userData: string
  readonly #log: (line: string) => void

  constructor(userData: string, log: (line: string) => void) {
    this.#userData = userData
    this.#log = log
    this.current = startBackend(userData, log, BUILT_BACKEND)
  }

  /** `kill -9`; the next one follows. */
  async kill(): Promise<void> {
    const dying = await this.current
    dying.child.kill('SIGKILL')
    this.current = dying.ended.then(() => startBackend(this.#userData, this.#log, BUILT_BACKEND))
    await dying.ended
  }
}

/** What the windows of a session have done, over all crashes. */
export class SessionRecord {
  /** every gesture that was made, with its project */
  readonly made = new Map<string, string>()
  readonly acknowledged: Acknowledged[] = []
  /** what was acknowledged beside gestures */
  readonly kept: Kept[] = []
  /** deeds that were not done, by what another window or a killed engine did to them */
  readonly dropped: string[] = []
  /** gestures that the backend refused: there was nothing to undo or to do again */
  readonly refused = new Set<string>()
  #waiting: { count: number; resolve: () => void }[] = []

  /** Another number whenever something has happened. */
  get events(): number {
    return this.acknowledged.length + this.kept.length + this.dropped.length + this.refused.size
  }

  acknowledge(one: Acknowledged): void {
    this.acknowledged.push(one)
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.acknowledged.length < count) return true
      resolve()
      return false
    })
  }

  /** Until so many more are acknowledged. */
  async more(gestures: number): Promise<void> {
    const count = this.acknowledged.length + gestures
    if (gestures > 0) await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }))
  }
}

/**
 * A window that follows a script: it has one project open, makes gestures one after the other, and turns to the other project at times. What
 * was not acknowledged is sent again, after its project was opened explicitly.
 */
export class ScriptedWindow {
  /** it was killed with its application */
  gone = false
  /** it makes no new gestures */
  stopped = false
  /** it is to predict all images of its project before the next gesture, so that there is an engine */
  wantsEngine = false
  /** what it waits for, for whoever reads that nothing happens any more */
  doing = 'nothing'
  readonly #number: number
  readonly #record: SessionRecord
  readonly #backends: Backends
  readonly #projects: ReadonlyMap<string, ScriptedProject>
  readonly #random: Random
  readonly #revisions = new Map<string, number>()
  #project: string
  #pending: Gesture | null = null
  #joined: Joined | null = null

  /**
   * @param number its own
   * @param around.projects by their ids
   * @param project the one that it opens first
   */
  constructor(
    around: { record: SessionRecord; backends: Backends; projects: ReadonlyMap<string, ScriptedProject> },
    number: number,
    project: string,
    random: Random,
  ) {
    this.#record = around.record
    this.#backends = around.backends
    this.#projects = around.projects
    this.#number = number
    this.#project = project
    this.#random = random
  }

  /** Works until it is stopped and all is acknowledged, or it is gone. @throws what no crash explains */
  async run(): Promise<void> {
    while (!this.gone && (!this.stopped || this.#pending)) {
      if (this.wantsEngine) await this.#predict()
      if (!this.#pending && this.#random() < DEEDS) await this.#do()
      this.#pending ??= this.#make()
      await this.#send(this.#pending)
    }
  }

  #predict(): Promise<void> {
    this.wantsEngine = false
    this.doing = 'predict'
    return this.#once(async ({ client }, project) => {
      // asks the engine also where all is predicted already, or left out; its death is what is to come
      void client.system.engine({}).catch(() => undefined)
      await client.predict.start({ project, images: 'all' })
    })
  }

  /** Something else than a gesture. */
  #do(): Promise<void> {
    return this.#once(async ({ backend, client }, project) => {
      const { images, labels } = this.#projects.get(project)!
      const place = { backend: await backend, client, project, images, labels, random: this.#random }
      const kept = await doSomething(place, (deed) => (this.doing = deed))
      if (kept) this.#record.kept.push(kept)
    })
  }

  /** What was not acknowledged is not done again. @throws what neither a crash nor another window explains */
  async #once(act: (joined: Joined, project: string) => Promise<void>): Promise<void> {
    const project = this.#project
    try {
      await act(await this.#join(project), project)
    } catch (error) {
      if (this.gone || this.#joined?.backend !== this.#backends.current) return
      const { code } = failure.parse(error)
      if (!EXPLAINED.includes(code)) throw error
      this.#record.dropped.push(code)
      this.#joined.open = null
    }
  }

  async #send(gesture: Gesture): Promise<void> {
    const { gestureId, project, image, kind, plan } = gesture
    const key = `${project} ${image}`
    this.doing = kind
    try {
      const { client } = await this.#join(project)
      const expectedRevision = this.#revisions.get(key) ?? 0
      const common = { gestureId, project, image, expectedRevision }
      const { revision } = await (kind === 'apply'
        ? client.annotate.apply({ ...common, plan })
        : client.annotate[kind](common))
      this.#revisions.set(key, revision)
      this.#pending = null
      this.#record.acknowledge({ gestureId, window: this.#number, project, image, revision })
    } catch (error) {
      if (this.gone) return
      // nothing that a dying backend says counts
      if (this.#joined?.backend !== this.#backends.current) return
      const { code, data } = failure.parse(error)
      if (code === 'project_not_open') this.#joined.open = null
      else if (code === 'conflict') this.#revisions.set(key, data?.revision ?? 0)
      else if (code === 'nothing_to_do') {
        this.#record.refused.add(gestureId)
        this.#pending = null
      } else throw error
    }
  }

  /** A client of the backend that is there now, with this project open in it. */
  async #join(project: string): Promise<Joined> {
    const { current } = this.#backends
    if (this.#joined?.backend !== current) {
      this.doing = 'wait for a backend'
      const client = (await current).window().client
      this.#joined = { backend: current, client, open: null }
    }
    const joined = this.#joined
    if (joined.open !== project) {
      this.doing = 'open the project'
      await joined.client.project.openRecent({ key: project })
      joined.open = project
    }
    return joined
  }

  #make(): Gesture {
    const ids = [...this.#projects.keys()]
    if (this.#random() < TURNS) this.#project = ids[Math.floor(this.#random() * ids.length)]!
    const { images } = this.#projects.get(this.#project)!
    // mostly the first, so that windows meet
    const image = images[Math.floor(this.#random() ** 3 * images.length)]!
    const chance = this.#random()
    const kind = chance < UNDOES ? 'undo' : chance < UNDOES + REDOES ? 'redo' : 'apply'
    const gestureId = randomUUID()
    this.#record.made.set(gestureId, this.#project)
    return { gestureId, project: this.#project, image, kind, plan: dot(this.#random) }
  }
}

const failure = z.object({
  code: z.string(),
  data: z.object({ revision: z.number().optional() }).nullish(),
})

/** A new instance of one pixel, now and then an area to ignore. */
function dot(random: Random): EditPlan {
  const [x, y] = [Math.floor(random() * SIZE.width), Math.floor(random() * SIZE.height)]
  const added = formatRle(fromPredicate(SIZE, () => true, { x, y, width: 1, height: 1 }))
  const drawn = { origin: 'drawn' as const, edited: false, colour: 0 }
  const after = random() < 0.1 ? { ...drawn, ignore: true as const } : drawn
  return {
    kind: 'brush',
    instances: [
      {
        ...{ instance: randomUUID(), before: null, after },
        ...{ added, removed: '' },
      },
    ],
    ...{ decisions: [], status: null, flag: null },
  }
}
