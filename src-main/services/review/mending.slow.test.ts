import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from '../../locations.ts'
import { mendMost } from '../../testing/mending.ts'
import { settled } from '../../testing/project.ts'
import { importLabels } from '../exchange/import.ts'
import { previewImport } from '../exchange/preview.ts'
import { startEngine } from '../machinery/engine-client.ts'
import type { Project } from '../machinery/project.ts'
import { startPrediction } from '../predict/predict.ts'
import { createHost } from '../projects/host.ts'
import type { Host } from '../projects/host.ts'

/** With the real engine: the ten fixes worth most, each made in a draft run, give exactly what was promised. */

const airbus = join(root, '..', 'shared', 'data', 'airbus', 'labelled')

let folder: string
let host: Host
beforeEach(async () => {
  folder = await realpath(mkdtempSync(join(tmpdir(), 'drydock-mending-')))
  host = createHost({ engine: startEngine(), userData: folder, log: () => undefined })
})
afterEach(async () => {
  await host.close()
  rmSync(folder, { recursive: true, force: true })
})

async function mendTen(project: Project): Promise<void> {
  const { job } = await startPrediction(project, { images: 'all' })
  expect(await project.jobs.finished(job)).toMatchObject({ state: 'done' })
  const truth = (): unknown => project.store.db.prepare('select * from truth order by number').all()
  const before = truth()
  const mended = await mendMost(project, 10)
  expect(mended).toHaveLength(10)
  for (const { promised, got } of mended) expect(got).toEqual(promised)
  console.log(`set F2 after each: ${mended.map(({ got }) => got.set.toFixed(4)).join(' ')}`)
  expect(truth()).toEqual(before)
}

test('on the sample', async () => {
  const project = await host.openSample()
  await settled(project)
  await mendTen(project)
})

test.skipIf(!existsSync(airbus))(
  'on labelled images of Airbus (skipped where ../shared/data is absent)',
  async () => {
    const images = join(folder, 'airbus')
    cpSync(join(airbus, 'images'), images, { recursive: true })
    const project = await host.openProject(images)
    await settled(project)
    const { token } = await previewImport(project, join(airbus, 'masks.csv'))
    await importLabels(project, { token, what: 'truth', existing: 'add', overlaps: 'keep' })
    await settled(project)
    await mendTen(project)
  },
)
