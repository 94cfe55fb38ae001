import { afterEach, expect, test, vi } from 'vitest'
import type { HandChange } from '../../contract/wire.ts'
import { formatRle } from '../../core/mask/rle.ts'
import { maskOf } from '../../testing/images.ts'
import { detailOf, TWO_IMAGES, idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import type { Project } from '../machinery/project.ts'
import { summaryOf } from '../machinery/project.ts'
import { setScore } from '../score/score.ts'
import { keepDraft } from './drafts.ts'
import { openInference } from './open-inference.ts'
import { startPrediction } from './predict.ts'
import { listRuns } from './runs.ts'

let bench: (Bench & { project: Project }) | null = null
afterEach(async () => {
  await bench?.end()
  bench = null
})

const A = TWO_IMAGES['a.png']!
const [one, other] = A.ships.map((ship) => formatRle(maskOf(ship, A)))

async function predicted(): Promise<{ project: Project; run: number; a: number; b: number }> {
  bench = await openBench()
  const { project } = bench
  const { job, run } = await startPrediction(project, { images: 'all' })
  await project.jobs.finished(job)
  return { project, run, a: idOf(project, 'a.png'), b: idOf(project, 'sub/b.png') }
}

const dropAt = ({ x, y }: { x: number; y: number }): HandChange => ({
  ...{ kind: 'drop', at: [(y + 1) * A.width + x + 1], masks: [] },
})

test('a kept draft is a run of its own with all other predictions, and its parent stays as it was', async () => {
  const { project, run, a, b } = await predicted()
  const { store } = project
  await store.write(() => store.images.setStatus(b, 'no ship'))
  const { settings } = (await openInference(project, { image: a, make: false }))!
  const changes = [dropAt(A.ships[0]!)]
  const draft = await keepDraft(project, { image: a, run, settings, changes })
  await project.jobs.finished(draft.job!)
  expect(summaryOf(project).currentRun).toBe(draft.run)
  expect(listRuns(project).map(({ name, parent, images }) => [name, parent, images])).toEqual([
    ['base', null, 2],
    ['base, draft', run, 2],
  ])
  expect((await detailOf(project, a)).predictions!.map(({ rle }) => rle)).toEqual([other])
  expect(store.predictions.masks(run, a)).toEqual([one, other])
  expect(setScore(project, null).run).toBe(draft.run)
  expect(await openInference(project, { image: a, make: false })).toMatchObject({ run: draft.run, changes })

  // another draft in it changes it in place, with nothing to copy
  const more = await keepDraft(project, { image: a, run: draft.run, settings, changes: [] })
  expect(more).toEqual({ job: null, run: draft.run })
  expect(store.predictions.masks(draft.run, a)).toEqual([one, other])
  // and an image that is new to the project's parent is predicted into the draft run
  await expect(startPrediction(project, { images: 'todo' })).rejects.toMatchObject({ code: 'nothing_to_do' })
  expect(summaryOf(project).currentRun).toBe(draft.run)
})

test('what is kept of another image while the rest is copied goes into the same draft run', async () => {
  const { project, run, a, b } = await predicted()
  const { settings } = project.store.runs.get(run)!
  // the copying job waits with its first look at what there is
  const gate = Promise.withResolvers<void>()
  const read = project.reads.run.bind(project.reads)
  let looks = 0
  vi.spyOn(project.reads, 'run').mockImplementation(async (...asked: Parameters<typeof read>) => {
    if (asked[0] === 'predict.copied' && ++looks === 2) await gate.promise
    return read(...asked)
  })
  const first = await keepDraft(project, {
    image: a,
    run,
    settings: settings!,
    changes: [dropAt(A.ships[0]!)],
  })
  const added: HandChange = { kind: 'add', at: [], masks: [one!] }
  const second = await keepDraft(project, { image: b, run, settings: settings!, changes: [added] })
  expect(second).toEqual(first)
  gate.resolve()
  await project.jobs.finished(first.job!)
  expect(listRuns(project)).toHaveLength(2)
  expect(project.store.predictions.masks(first.run, a)).toEqual([other])
  expect(project.store.predictions.masks(first.run, b)).toContain(one)
})

test('drafts of two images that are kept at once go into one draft run', async () => {
  const { project, run, a, b } = await predicted()
  const { settings } = project.store.runs.get(run)!
  const added: HandChange = { kind: 'add', at: [], masks: [one!] }
  const kept = await Promise.all([
    keepDraft(project, { image: a, run, settings: settings!, changes: [dropAt(A.ships[0]!)] }),
    keepDraft(project, { image: b, run, settings: settings!, changes: [added] }),
  ])
  expect(kept[0].run).toBe(kept[1].run)
  await project.jobs.finished(kept[0].job!)
  expect(project.store.predictions.masks(kept[0].run, a)).toEqual([other])
  expect(project.store.predictions.masks(kept[0].run, b)).toContain(one)
})

test('what is changed in the parent, after a draft of the same image was kept, goes beside that', async () => {
  const { project, run, a } = await predicted()
  const { settings } = project.store.runs.get(run)!
  const [first, second] = A.ships.map(dropAt)
  const wanted = { image: a, run, settings: settings! }
  const [draft] = await Promise.all([
    keepDraft(project, { ...wanted, changes: [first!] }),
    keepDraft(project, { ...wanted, changes: [second!] }),
    keepDraft(project, { ...wanted, changes: [first!, second!] }),
  ])
  await project.jobs.finished(draft.job!)
  expect(project.store.predictions.masks(draft.run, a)).toEqual([])
  expect(project.store.drafts.get(draft.run, a)?.changes).toEqual([first, second])
})

test('of imported labels there are no drafts', async () => {
  const { project, a, run } = await predicted()
  const { settings } = project.store.runs.get(run)!
  const labels = await project.store.write(() =>
    project.store.runs.add({
      ...{ name: 'Kim', kind: 'labels', model: null, settings: null, flips: false, createdAt: '' },
    }),
  )
  const wanted = { image: a, run: labels, settings: settings!, changes: [] }
  await expect(keepDraft(project, wanted)).rejects.toMatchObject({ code: 'bad_input' })
})
