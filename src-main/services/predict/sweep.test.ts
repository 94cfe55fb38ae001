import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { TestImage } from '../../testing/images.ts'
import { drydock } from '../../testing/command.ts'
import { hostIn, idOf, openBench } from '../../testing/project.ts'
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

/** Breaks the sweep off once so many images are done. */
function after(images: number, act: (job: string) => void): () => void {
  const { events } = bench!.project
  return events.listen((event) => {
    if (event.type === 'job' && event.job.kind === 'sweep' && event.job.done >= images) act(event.job.id)
  })
}

test('it goes on where it was broken off: what was done of an image is not done again', async () => {
  const { project, run } = await finished(Array.from({ length: 4 }, () => 'validation' as const))
  const closing: Promise<void>[] = []
  after(2, () => {
    if (closing.length === 0) closing.push(bench!.host.close())
  })
  const id = await startSweep(project, run)
  await project.jobs.finished(id)
  await Promise.all(closing)
  // what is there of an image is taken as it is: here another answer is put in its place
  const sweeps = join(project.folder, 'sweeps')
  const [folder] = await readdir(sweeps)
  const kept = join(sweeps, folder!)
  const [row] = await readdir(kept)
  const { size } = await stat(join(kept, row!))
  await writeFile(join(kept, row!), new Uint8Array(size))
  const host = hostIn(bench!.folder)
  try {
    const again = await host.openProject(bench!.images)
    expect(again.jobs.list().find((job) => job.id === id)).toMatchObject({
      state: 'interrupted',
      resumable: true,
    })
    await again.jobs.resume(id)
    expect((await again.jobs.finished(id)).state).toBe('done')
    const found = (await lastSweep(again, run))!
    expect(found).toMatchObject({ images: 4, better: false })
    expect(found.ownF2).toBeCloseTo((3 * 5) / 6 / 4, 12)
    // nothing but the result is left
    expect(await readdir(sweeps)).toEqual([`${run}.json`])
  } finally {
    await host.close()
  }
})

test('of one that is cancelled nothing is left, and it does not go on', async () => {
  const { project, run } = await finished(Array.from({ length: 4 }, () => 'validation' as const))
  const before = await readdir(project.folder)
  const stop = after(2, (job) => project.jobs.cancel(job))
  const id = await startSweep(project, run)
  expect((await project.jobs.finished(id)).state).toBe('cancelled')
  stop()
  expect(await lastSweep(project, run)).toBeNull()
  expect(await readdir(project.folder)).toEqual(before)
  expect(project.jobs.list().find((job) => job.id === id)).toMatchObject({ resumable: false })
})

test('on the command line: what is better by more than chance is said, and applied to all images as a run of its own', async () => {
  const { project, run } = await finished([
    ...Array.from({ length: 9 }, () => 'validation' as const),
    'hold-out',
  ])
  const { status, stdout } = drydock(bench!.folder, 'sweep', '--project', bench!.images, '--apply')
  expect(status).toBe(0)
  expect(stdout).toContain('Better by more than chance')
  expect(stdout).toContain('1 image of the hold-out had no part in it')
  expect(stdout).toMatch(/^64 px.* 1\.0.*best/m)
  const applied = Number(/^Run (\d+) has these settings, over all images/m.exec(stdout)?.[1])
  expect(applied).not.toBe(run)
  expect(await lastSweep(project, run)).toMatchObject({ better: true, best: { minArea: 64 } })
  const made = project.store.runs.get(applied)!
  expect(made).toMatchObject({ settings: { minArea: 64 } })
  expect(project.store.meta.get('current_run')).toBe(String(applied))
  // over all images, the hold-out among them: one ship of two is large enough
  const counts = project.store.db
    .prepare('select count(*) as n from predictions where run_id = ? group by image_id')
    .all(applied)
  expect(counts).toEqual(Array.from({ length: 10 }, () => ({ n: 1 })))
})

test('without a finished validation image there is nothing to choose on', async () => {
  const { project, run } = await finished(['hold-out'])
  await expect(startSweep(project, run)).rejects.toMatchObject({ code: 'nothing_to_do' })
})
