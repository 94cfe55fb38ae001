import { afterEach, expect, test } from 'vitest'
import { areaOf, formatRle } from '../../core/mask/rle.ts'
import { maskOf } from '../../testing/images.ts'
import { mendMost } from '../../testing/mending.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { startPrediction } from '../predict/predict.ts'

let bench: Bench | null = null
afterEach(() => bench?.end())

test('the fixes worth most, each made in a draft run, give the F2 that was promised, and truth and the run stay', async () => {
  const size = { width: 60, height: 40 }
  // the engine of tests sees one ship in each bright part
  const seen = [
    { x: 5, y: 5, width: 20, height: 6 },
    { x: 40, y: 20, width: 8, height: 12 },
    { x: 10, y: 25, width: 12, height: 5 },
  ]
  const opened = await openBench({
    'a.png': { ...size, ships: seen },
    'b.png': { ...size, ships: seen.slice(0, 1) },
  })
  bench = opened
  const { project } = opened
  const { store } = project
  const marked = {
    // two in one, a sloppy one, one that is missed; the third is a false alarm
    'a.png': [
      { x: 5, y: 5, width: 10, height: 6 },
      { x: 15, y: 5, width: 10, height: 6 },
      { x: 40, y: 20, width: 8, height: 8 },
      { x: 30, y: 2, width: 5, height: 9 },
    ],
    'b.png': [],
  }
  await store.write(() => {
    for (const [path, ships] of Object.entries(marked)) {
      const id = idOf(project, path)
      for (const ship of ships) {
        const mask = maskOf(ship, size)
        const instance = { id: crypto.randomUUID(), rle: formatRle(mask), area: areaOf(mask), colour: 0 }
        store.truth.put(id, { ...instance, origin: 'drawn', edited: false })
      }
      store.images.setStatus(id, ships.length > 0 ? 'done' : 'no ship')
    }
  })
  const { job, run } = await startPrediction(project, { images: 'all' })
  await project.jobs.finished(job)
  const a = idOf(project, 'a.png')
  const before = {
    truth: store.truth.of(a),
    run: store.predictions.of(run, a),
    score: store.scores.get(run, a),
  }
  const mended = await mendMost(project, 10)
  expect(mended.length).toBeGreaterThanOrEqual(5)
  for (const { promised, got } of mended) expect(got).toEqual(promised)
  expect(mended.at(-1)!.got.set).toBe(1)
  expect({
    truth: store.truth.of(a),
    run: store.predictions.of(run, a),
    score: store.scores.get(run, a),
  }).toEqual(before)
})
