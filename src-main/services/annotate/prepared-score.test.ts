import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { EditPlan, Prediction } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { scoreImage } from '../../core/metric/f2.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, storedImage } from '../machinery/project.ts'
import { applyGesture } from './annotate.ts'
import { getImage } from './image-detail.ts'

/** So many that preparing them is worth a thread. */
const FOUND = 450

let bench: Bench & { project: Project }
let image: number
beforeEach(async () => {
  const size = { width: 60, height: 40, ships: [] }
  bench = await openBench({ 'a.png': { ...size, shade: 5 }, 'b.png': size, 'few.png': { ...size, shade: 9 } })
  const { store } = bench.project
  image = idOf(bench.project, 'a.png')
  await store.write(() => {
    const run = { name: 'Kim', kind: 'labels' as const, model: null, settings: null, flips: false }
    store.meta.set('current_run', String(store.runs.add({ ...run, createdAt: '' })))
  })
  for (const [path, count] of Object.entries({ 'a.png': FOUND, 'b.png': FOUND, 'few.png': 3 }))
    await predicted(bench.project, idOf(bench.project, path), count)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await bench.end()
})

/** The current run finds instances of two pixels, one below the other, with two free ones between them. */
async function predicted({ store }: Project, image: number, count: number, shift = 0): Promise<void> {
  const run = currentRun({ store })!
  const found = Array.from({ length: count }, (_, n): Prediction => ({
    ...{ id: randomUUID(), rle: `${4 * n + 1 + shift} 2`, area: 2, score: 0.5 },
    ...{ cluster: n, decision: null, colour: 0 },
  }))
  await store.write(() => {
    store.runs.reach({ run, image, sha256: null, inference: null, doubt: null }, '')
    store.predictions.replace(run, image, found)
  })
}

/** Draws on the n-th place, and finishes the image with the first gesture. */
async function draw(project: Project, n: number): Promise<void> {
  const { status, revision } = storedImage(project, image)
  const after = { origin: 'drawn' as const, edited: false, colour: 3 }
  const plan: EditPlan = {
    kind: 'brush',
    instances: [{ instance: randomUUID(), before: null, after, added: `${4 * n + 1} 2`, removed: '' }],
    ...{ decisions: [], flag: null, status: status === 'done' ? null : { from: status, to: 'done' } },
  }
  await applyGesture(project, { image, gestureId: randomUUID(), expectedRevision: revision, plan })
}

function expectFullScore({ store }: Project): void {
  const run = currentRun({ store })!
  const [truth, predictions] = [store.truth.masks(image), store.predictions.masks(run, image)]
  const { f2, thresholds } = scoreImage(truth.map(parseRle), predictions.map(parseRle))
  const { truthRevision } = store.images.get(image)!
  expect(store.scores.get(run, image)).toEqual({ image, f2, thresholds, ignoringF2: null, truthRevision })
}

/** How often all predictions of an image are read on the thread that saves gestures. */
function readsOfAll({ store }: Project): { times(): number } {
  const spy = vi.spyOn(store.predictions, 'masks')
  return { times: () => spy.mock.calls.length }
}

/** The answers of the reader threads are held back. */
function heldBack({ reads }: Project): {
  asked(): unknown[]
  /** resolves when the threads have read what was asked for */
  read(): Promise<unknown>
  /** lets the answers through to what has been asked for */
  release(): Promise<void>
} {
  const run = reads.run.bind(reads)
  const gates: (() => void)[] = []
  const readings: Promise<unknown>[] = []
  const answers: Promise<unknown>[] = []
  const spy = vi.spyOn(reads, 'run').mockImplementation((...input) => {
    const answer = run(...input)
    // what is shown is not held back
    if (input[0] === 'annotate.image') return answer
    const gate = new Promise<void>((open) => gates.push(open))
    const late = gate.then(() => answer)
    readings.push(answer)
    answers.push(late)
    return late
  })
  return {
    asked: () => spy.mock.calls.flatMap(([name, input]) => (name === 'score.table' ? [input] : [])),
    read: () => Promise.all(readings),
    async release() {
      gates.splice(0).forEach((open) => open())
      await Promise.allSettled(answers.splice(0))
      await setImmediate()
    },
  }
}

test('the first gesture on an image that has been opened is scored by what was prepared', async () => {
  const { project } = bench
  const held = heldBack(project)
  await getImage(project, image)
  await held.release()
  const all = readsOfAll(project)
  await draw(project, 3)
  expect(all.times()).toBe(0)
  expectFullScore(project)
  // looked at again: what the gesture has left is there
  await getImage(project, image)
  expect(held.asked()).toHaveLength(1)
})

test('what is prepared too late takes the place of nothing', async () => {
  const { project } = bench
  const held = heldBack(project)
  await getImage(project, image)
  await held.read()
  await draw(project, 3)
  await held.release()
  const all = readsOfAll(project)
  await draw(project, 5)
  expect(all.times()).toBe(0)
  expectFullScore(project)
})

test('where the image was predicted anew meanwhile, what was prepared is not used', async () => {
  const { project } = bench
  const held = heldBack(project)
  await getImage(project, image)
  await held.read()
  await predicted(project, image, FOUND, 1)
  await held.release()
  await draw(project, 3)
  expectFullScore(project)
  await getImage(project, image)
  await draw(project, 5)
  expectFullScore(project)
})

test('images that were only passed by, and those of few instances, are not prepared', async () => {
  const { project } = bench
  const held = heldBack(project)
  const [b, few] = [idOf(project, 'b.png'), idOf(project, 'few.png')]
  for (const id of [few, image, b, few, image]) await getImage(project, id)
  expect(held.asked()).toEqual([{ image }])
  await held.release()
  expect(held.asked()).toEqual([{ image }])
  await getImage(project, b)
  expect(held.asked()).toEqual([{ image }, { image: b }])
  await held.release()
})
