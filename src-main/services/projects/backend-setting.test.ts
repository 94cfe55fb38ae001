import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ProjectEvent } from '../../contract/wire.ts'
import { idOf, openBench } from '../../testing/project.ts'
import type { Bench } from '../../testing/project.ts'
import { startPrediction } from '../predict/predict.ts'
import type { Project } from '../machinery/project.ts'
import { Settings } from '../machinery/settings.ts'

let bench: (Bench & { project: Project }) | null = null
beforeEach(() => void vi.stubEnv('DRYDOCK_BACKEND', ''))
afterEach(async () => {
  vi.unstubAllEnvs()
  await bench?.end()
  bench = null
})

test('a choice is kept, and a fresh engine has it at once where no job runs', async () => {
  bench = await openBench()
  const { host, engine, project, userData } = bench
  expect(host.backend.setting).toEqual({ choice: 'automatic', overruledBy: null, waiting: false })
  const told = Promise.withResolvers<ProjectEvent>()
  const stop = project.events.listen((event) => {
    if (event.type === 'engine') told.resolve(event)
  })
  expect(await host.backend.choose('wasm')).toEqual({ choice: 'wasm', overruledBy: null, waiting: false })
  expect(await told.promise).toMatchObject({ engine: { why: 'It is the engine of the tests.' } })
  stop()
  await host.backend.choose('wasm')
  expect(engine.renewals).toBe(1)
  expect(new Settings(userData).forcedBackend).toBe('wasm')
})

test('while a job runs the engine stays; the last choice takes effect when it has ended', async () => {
  bench = await openBench()
  const { host, engine, project } = bench
  const held = Promise.withResolvers<void>()
  engine.before = () => held.promise
  const { job } = await startPrediction(project, { images: [idOf(project, 'a.png')] })
  expect(await host.backend.choose('cpu')).toMatchObject({ choice: 'cpu', waiting: true })
  expect(await host.backend.choose('wasm')).toMatchObject({ choice: 'wasm', waiting: true })
  expect(engine.renewals).toBe(0)
  held.resolve()
  expect(await project.jobs.finished(job)).toMatchObject({ state: 'done' })
  await expect.poll(() => host.backend.setting.waiting).toBe(false)
  expect(engine.renewals).toBe(1)
})

test('DRYDOCK_BACKEND wins, and the setting says so', async () => {
  bench = await openBench()
  vi.stubEnv('DRYDOCK_BACKEND', 'cpu')
  expect(await bench.host.backend.choose('wasm')).toEqual({
    ...{ choice: 'wasm', overruledBy: 'cpu', waiting: false },
  })
  expect(bench.engine.renewals).toBe(0)
})

test('a file of settings that is broken, or holds a backend that nobody knows, means automatic', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-settings-'))
  const file = join(folder, 'settings.json')
  for (const text of ['{"backend": "webgpu", "later": 1}', '{"backend": 7, "later": 1}', '{', '[]', '""']) {
    await writeFile(file, text)
    const settings = new Settings(folder)
    expect([settings.backend, settings.forcedBackend]).toEqual(['automatic', null])
  }
  await writeFile(file, '{"backend": "webgpu", "later": 1}')
  await new Settings(folder).setBackend('tensorflow')
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ backend: 'tensorflow', later: 1 })
  rmSync(folder, { recursive: true })
})
