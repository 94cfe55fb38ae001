import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { DrydockError } from '../contract/errors.ts'
import { readModel } from '../model/files.ts'
import type { Model } from '../model/files.ts'
import type { Tf } from '../model/tf.ts'
import { ModelShelf } from './model-shelf.ts'

vi.mock('../model/files.ts')
vi.mock('./fast-kernels.ts')

const folder = mkdtempSync(join(tmpdir(), 'drydock-shelf-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const disposed = vi.fn()
const tf = { tensor1d: () => ({ dispose: disposed }) } as unknown as Tf
const loads: PromiseWithResolvers<Model>[] = []
beforeEach(() => {
  loads.length = 0
  disposed.mockReset()
  vi.mocked(readModel).mockImplementation(() => {
    const load = Promise.withResolvers<Model>()
    loads.push(load)
    return load.promise
  })
})

/** The files of the model are replaced, and it is asked for; they are being read when this resolves. */
async function replaceAndUse(shelf: ModelShelf, bytes: number): Promise<{ used: Promise<string> }> {
  writeFileSync(join(folder, 'weights.bin'), new Uint8Array(bytes))
  const before = loads.length
  const used = shelf.use(tf, folder, async () => 'predicted')
  used.catch(() => undefined)
  await expect.poll(() => loads.length).toBeGreaterThan(before)
  return { used }
}

const broken = new DrydockError('model_incompatible', 'The model does not fit its architecture.')
const whole: Model = { file: {} as Model['file'], weights: new Float32Array(1) }

test('a model that is replaced while it loads, again and again, is incompatible, and nothing else fails', async () => {
  const shelf = new ModelShelf()
  const uses: Promise<string>[] = []
  for (let bytes = 1; bytes <= 5; bytes++) uses.push((await replaceAndUse(shelf, bytes)).used)
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  for (const load of loads) load.reject(broken)
  for (const used of uses) await expect(used).rejects.toMatchObject({ code: 'model_incompatible' })
  const last = await replaceAndUse(shelf, 6)
  loads.at(-1)!.resolve(whole)
  expect(await last.used).toBe('predicted')
  await new Promise(setImmediate)
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

test('a state of the files that could not be read is read anew; what nobody uses is let go, the oldest first', async () => {
  const shelf = new ModelShelf()
  const first = await replaceAndUse(shelf, 1)
  loads[0]!.reject(broken)
  await expect(first.used).rejects.toMatchObject({ code: 'model_incompatible' })
  for (const bytes of [1, 2, 3, 4]) {
    const { used } = await replaceAndUse(shelf, bytes)
    loads.at(-1)!.resolve(whole)
    expect(await used).toBe('predicted')
  }
  expect(loads).toHaveLength(5)
  await expect.poll(() => disposed.mock.calls.length).toBe(1)
})
