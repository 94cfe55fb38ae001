import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatRle } from '../../core/mask/rle.ts'
import { maskOf } from '../../testing/images.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import type { Project } from '../machinery/project.ts'
import { listRuns } from '../predict/runs.ts'
import { addHeldOutRun } from './held-out-run.ts'

const SIZE = { width: 60, height: 40 }
const SHIP = { x: 5, y: 5, width: 10, height: 6 }

let bench: Bench & { project: Project }
beforeAll(async () => {
  const one = { ...SIZE, ships: [SHIP] }
  bench = await openBench({ 'a.png': one, 'copy of a.png': one, 'b.png': { ...one, shade: 60 } })
})
afterAll(() => bench.end())

test('what folds found in images that they left out is a run of its own, for each copy; another is neither made nor current', async () => {
  const { project } = bench
  const content = project.store.images.get(idOf(project, 'a.png'))!.sha256!
  const mask = maskOf(SHIP, SIZE)
  const instances = [{ rle: mask, score: 0.7, cluster: 0 }]
  await addHeldOutRun(project, { name: 'harbour 1', model: 'm', images: [] })
  expect(listRuns(project)).toEqual([])
  await addHeldOutRun(project, { name: 'harbour 1', model: 'm', images: [{ content, instances }] })
  const [run] = listRuns(project)
  expect(run).toMatchObject({ name: 'harbour 1, out of fold', outOfFoldOf: 'm', current: false, images: 2 })
  for (const path of ['a.png', 'copy of a.png']) {
    expect(project.store.predictions.of(run!.id, idOf(project, path))).toMatchObject([
      { rle: formatRle(mask), area: 60, score: 0.7, decision: null },
    ])
  }
})
