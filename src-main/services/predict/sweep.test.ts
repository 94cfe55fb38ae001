import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { TestImage } from '../../testing/images.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import type { Project } from '../machinery/project.ts'
import { startPrediction } from './predict.ts'
import { lastSweep, startSweep } from './sweep.ts'

let bench: (Bench & { project: Project }) | null = null
afterEach(async () => {
  await bench?.end()
  bench = null
})

/** Images of two ships each, finished, in these parts of the split; truth is what is predicted, but for the first ship of each. */
async function finished(
  splits: readonly ('validation' | 'hold-out')[],
): Promise<{ project: Project; run: number }> {
  const names = splits.map((_, i) => `${i}.png`)
  const image = (i: number): TestImage => ({
    width: 60,
    height: 40,
    ships: [
      { x: 5, y: 5, width: 10, height: 6 },
      { x: 30, y: 20, width: 8 + i, height: 12 },
    ],
  })
  bench = await openBench(Object.fromEntries(names.map((name, i) => [name, image(i)])))
  const { project } = bench
  const { job, run } = await startPrediction(project, { images: 'all' })
  await project.jobs.finished(job)
  const { store } = project
  await store.write(() => {
    names.forEach((name, i) => {
      const id = idOf(project, name)
      store.images.setSplit(id, splits[i]!, 'person')
      store.images.setStatus(id, 'done')
      const [, second] = store.predictions.masks(run, id)
      store.truth.put(id, {
        ...{ id: `${i}`.repeat(8) + '-0000-4000-8000-000000000000', rle: second!, area: 1, colour: 0 },
        ...{ origin: 'drawn', edited: false },
      })
    })
  })
  return { project, run }
}

test('what is larger is better here: it is found on the validation images alone, and nothing changes by it', async () => {
  const { project, run } = await finished([
    ...Array.from({ length: 9 }, () => 'validation' as const),
    'hold-out',
  ])
  const before = project.store.runs.all(null)
  const job = await project.jobs.finished(await startSweep(project, run))
  expect(job).toMatchObject({
    state: 'done',
    total: 9,
    summary: expect.stringContaining('smallest area') as string,
  })
  const found = (await lastSweep(project, run))!
  // ships of 60 px are false, ones of 96 px and more true; 64 px is the only value between
  expect(found).toMatchObject({ images: 9, heldOut: 1, better: true, bestF2: 1, best: { minArea: 64 } })
  // one hit and one false alarm: 5 / (5 + 1)
  expect(found.ownF2).toBeCloseTo(5 / 6, 12)
  expect(found.gain.value).toBeCloseTo(1 / 6, 12)
  expect(project.store.runs.all(null)).toEqual(before)
})

test('it goes on where it was broken off: what was done of an image is not done again', async () => {
  const { project, run } = await finished(Array.from({ length: 4 }, () => 'validation' as const))
  const stop = project.events.listen((event) => {
    if (event.type === 'job' && event.job.kind === 'sweep' && event.job.done >= 2)
      project.jobs.cancel(event.job.id)
  })
  const id = await startSweep(project, run)
  expect((await project.jobs.finished(id)).state).toBe('cancelled')
  stop()
  expect(await lastSweep(project, run)).toBeNull()
  // what is there of an image is taken as it is: here another answer is put in its place
  const [folder] = await readdir(join(project.folder, 'sweeps'))
  const kept = join(project.folder, 'sweeps', folder!)
  const [row] = await readdir(kept)
  const { size } = await stat(join(kept, row!))
  await writeFile(join(kept, row!), new Uint8Array(size))
  await project.jobs.resume(id)
  expect((await project.jobs.finished(id)).state).toBe('done')
  const found = (await lastSweep(project, run))!
  expect(found).toMatchObject({ images: 4, better: false })
  expect(found.ownF2).toBeCloseTo((3 * 5) / 6 / 4, 12)
  // nothing but the result is left
  expect(await readdir(join(project.folder, 'sweeps'))).toEqual([`${run}.json`])
})

test('without a finished validation image there is nothing to choose on', async () => {
  const { project, run } = await finished(['hold-out'])
  await expect(startSweep(project, run)).rejects.toMatchObject({ code: 'nothing_to_do' })
})
