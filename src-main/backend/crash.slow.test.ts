import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { randomFrom, seedFrom } from '../core/random.ts'
import type { Random } from '../core/random.ts'
import { buildApplication } from '../testing/build.ts'
import { countIn, faultsOf } from '../testing/crash-checks.ts'
import { Backends, ScriptedWindow, SessionRecord, SIZE } from '../testing/crash-session.ts'
import type { ScriptedProject } from '../testing/crash-session.ts'
import { crashPlan } from '../testing/crashes.ts'
import { writeImages } from '../testing/images.ts'
import { descendants } from '../testing/processes.ts'

/**
 * Two windows work in two projects while the backend, its engine, or the backend with both windows are killed at random moments.
 * The real application is killed in `e2e/crash.slow.ts`.
 */

const NAMES = ['alpha', 'beta']
/** Of each project: as many as an act on all of them takes some transactions for. */
const IMAGES = 40
const plan = crashPlan()
/** Gestures between two kills, at most, and how long after the last of them the blow falls, in ms. */
const GESTURES = 20
const MOMENT_MS = 15
/** So often the blow falls while the windows open their projects again, of 1, and at most so long after the backend's start, in ms. */
const OPENING = 0.2
const OPENING_MOMENT_MS = 1000
const ENGINE_MOMENT_MS = 1500
/** Where nothing happens for so long nothing will, in ms; a busy machine starts backend and engine in a tenth of it. */
const STANDS_STILL = 180_000
/** Part of the command line of an engine. */
const ENGINE = join('out', 'main', 'engine.js')
const WAITING = { timeout: STANDS_STILL, interval: 20 }

let folder = ''
let backends: Backends
const log: string[] = []
/** by their ids */
const projects = new Map<string, ScriptedProject>()

beforeAll(async () => {
  buildApplication()
  folder = await realpath(mkdtempSync(join(tmpdir(), 'drydock-crash-')))
  backends = new Backends(join(folder, 'user'), (line) => void log.push(line))
  const backend = await backends.current
  for (const name of NAMES) {
    const path = join(folder, name)
    const files = Array.from({ length: IMAGES }, (_, i) => `${i}.png`)
    const ships = [{ x: 10, y: 10, width: 12, height: 6 }]
    await writeImages(path, Object.fromEntries(files.map((file, shade) => [file, { ...SIZE, ships, shade }])))
    const labels = join(folder, `${name}.csv`)
    writeFileSync(
      labels,
      `ImageId,EncodedPixels\n${files.map((file, i) => `${file},${1 + i} 5 ${65 + i} 5`).join('\n')}\n`,
    )
    const { id } = await backend.client.project.open({ grant: backend.grant(path) })
    await vi.waitFor(() => {
      const read = stored(name, 'select id from images where sha256 is not null')
      expect(read).toHaveLength(IMAGES)
      projects.set(id, { images: read.map((row) => z.number().parse(row['id'])), labels })
    }, WAITING)
  }
})

afterAll(async () => {
  const backend = await backends.current
  backend.child.kill('SIGKILL')
  await backend.ended
  rmSync(folder, { recursive: true, force: true })
})

/** What a project's file on the disk says, past every process. */
function stored(name: string, sql: string): Record<string, unknown>[] {
  const file = new Database(join(folder, `${name}.drydock`, 'project.sqlite'), { readonly: true })
  try {
    return file.prepare<[], Record<string, unknown>>(sql).all()
  } finally {
    file.close()
  }
}

const editRow = z.object({
  gesture: z.string(),
  image: z.number(),
  revision: z.number(),
  group: z.string().nullable(),
})

/** All edits of a project, in the order in which they were stored. */
function editsOf(name: string): z.infer<typeof editRow>[] {
  const sql = `select gesture_id gesture, image_id image, revision, group_id "group" from edits order by id`
  return z.array(editRow).parse(stored(name, sql))
}

/** Ends all engines of the backend that is there, at a random moment after the first of them has started. */
async function killEngine(random: Random): Promise<void> {
  const { pid } = (await backends.current).child
  if (pid === undefined) throw new Error('the backend has not started')
  let engines: number[] = []
  await vi.waitFor(() => expect((engines = descendants(pid, ENGINE))).not.toEqual([]), WAITING)
  await pause(random() * ENGINE_MOMENT_MS)
  for (const engine of engines) {
    try {
      process.kill(engine, 'SIGKILL')
    } catch (error) {
      // it has ended by itself
      expect(error).toMatchObject({ code: 'ESRCH' })
    }
  }
}

/** Rejects where nothing happens any more. @param seen another number whenever something has happened */
async function whileItGoesOn<T>(act: Promise<T>, seen: () => number, describe: () => string): Promise<T> {
  const over = new AbortController()
  const { signal } = over
  const still = (async () => {
    for (let before = NaN; before !== seen();) {
      before = seen()
      await pause(STANDS_STILL, undefined, { signal })
    }
    const last = log.slice(-20).join('\n')
    throw new Error(`${describe()}: nothing has happened for ${STANDS_STILL / 1000} s\n${last}`)
  })()
  try {
    return await Promise.race([act, still])
  } finally {
    over.abort()
    still.catch(() => undefined)
  }
}

test(`${plan.sessions} kills lose no acknowledged gesture, double none and take none elsewhere (DRYDOCK_CRASH_SEED=${plan.seed})`, async () => {
  const random = randomFrom(plan.seed)
  const record = new SessionRecord()
  const failed = Promise.withResolvers<never>()
  let windows: { window: ScriptedWindow; done: Promise<void> }[] = []
  let opened = 0
  const openWindows = (): void => {
    windows = [...projects.keys()].map((project) => {
      const number = opened++
      const own = randomFrom(seedFrom(plan.seed, number))
      const window = new ScriptedWindow({ record, backends, projects }, number, project, own)
      const done = window.run()
      done.catch(failed.reject)
      return { window, done }
    })
  }
  const kills = { backend: 0, engine: 0, application: 0 }
  const soon = <T>(what: string, act: Promise<T>): Promise<T> =>
    whileItGoesOn(
      act,
      () => record.events + opened,
      () => `${what}, windows in ${windows.map(({ window }) => window.doing).join(' and ')}`,
    )

  openWindows()
  for (let kill = 0; kill < plan.sessions; kill++) {
    if (kill % 20 === 0) console.log(`${kill} kills, ${record.acknowledged.length} gestures`)
    const opening = random() < OPENING
    const gestures = opening ? 0 : Math.ceil(random() * GESTURES)
    const work = backends.current.then(() => record.more(gestures))
    await soon(`before kill ${kill}`, Promise.race([work, failed.promise]))
    const chance = random()
    const victim = chance < 0.1 ? 'engine' : chance < 0.25 ? 'application' : 'backend'
    kills[victim]++
    if (victim === 'engine') {
      windows[Math.floor(random() * windows.length)]!.window.wantsEngine = true
      await Promise.race([killEngine(random), failed.promise])
      continue
    }
    await pause(random() * (opening ? OPENING_MOMENT_MS : MOMENT_MS))
    if (victim === 'application') for (const { window } of windows) window.gone = true
    await backends.kill()
    if (victim === 'application') openWindows()
  }
  // the session goes on after the last crash as after each
  await soon('after the last kill', Promise.race([record.more(GESTURES), failed.promise]))
  for (const { window } of windows) window.stopped = true
  await soon('at the end', Promise.all(windows.map(({ done }) => done)))
  const backend = await backends.current
  backend.send({ kind: 'stop' })
  await backend.ended

  console.log(
    `seed ${plan.seed}, killed ${JSON.stringify(kills)}: ${record.acknowledged.length} gestures, ${tallied(record.kept.map(({ what }) => what))}; not done: ${tallied(record.dropped)}`,
  )
  for (const [i, project] of [...projects.keys()].entries()) checkProject(NAMES[i]!, project, record)
})

/** What a project's database must hold after all. */
function checkProject(name: string, project: string, record: SessionRecord): void {
  const acknowledged = record.acknowledged.filter((one) => one.project === project)
  const edits = editsOf(name)
  const places = new Map(edits.map((edit, place) => [edit.gesture, place]))
  expect(places.size, 'each gesture is stored once').toBe(edits.length)
  for (const { gestureId, image, revision } of acknowledged) {
    const edit = edits[places.get(gestureId) ?? -1]
    expect(edit, `${name}: an acknowledged gesture is missing`).toBeDefined()
    expect({ image: edit?.image, revision: edit?.revision }).toEqual({ image, revision })
  }
  // also those that were never acknowledged, since their window was killed, are in the project in which they were made or nowhere
  for (const { gesture, group } of edits) {
    if (group === null)
      expect(record.made.get(gesture), `${name} holds a gesture of another project`).toBe(project)
    expect(record.refused.has(gesture), `${name} holds a gesture that was refused`).toBe(false)
  }
  for (const window of new Set(acknowledged.map((one) => one.window))) {
    const order = acknowledged.filter((one) => one.window === window).map((one) => places.get(one.gestureId)!)
    expect(order, `${name}: the order of window ${window}`).toEqual([...order].sort((a, b) => a - b))
  }
  const file = join(folder, `${name}.drydock`, 'project.sqlite')
  for (const { what, sql, least } of record.kept.filter((one) => one.project === project)) {
    expect(countIn(file, sql), `${name}: ${what} is missing`).toBeGreaterThanOrEqual(least)
  }
  expect(faultsOf(file, SIZE)).toEqual([])
}

function tallied(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `${name} ${names.filter((one) => one === name).length}`).join(', ')
}
