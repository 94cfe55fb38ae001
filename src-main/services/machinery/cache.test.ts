import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Trimming } from './cache.ts'
import { trimFolder } from './trim-folder.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-cache-'))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

/** A file of 100 bytes that was used last at this time, in s. */
function used(name: string, at: number): string {
  const file = join(folder, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, new Uint8Array(100))
  utimesSync(file, at, at)
  return file
}

test('what was used longest ago goes first, in sub-folders too', async () => {
  const [old, older, newest] = [used('a/old', 2000), used('a/b/older', 1000), used('newest', 3000)]
  expect(await trimFolder(folder, 100)).toBe(2)
  expect([old, older, newest].map((file) => existsSync(file))).toEqual([false, false, true])
})

test('a file that cannot be deleted stays, and the next one goes in its place', async () => {
  const [first, second, third] = [used('1', 1000), used('2', 2000), used('3', 3000)]
  const remove = (file: string): Promise<void> =>
    file === first ? Promise.reject(Object.assign(new Error('no'), { code: 'EPERM' })) : rm(file)
  expect(await trimFolder(folder, 200, remove)).toBe(1)
  expect([first, second, third].map((file) => existsSync(file))).toEqual([true, false, true])
})

test('it waits until the cache has been quiet, never fails anything, and not after the end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const log: string[] = []
  const run = vi.fn(() => Promise.reject(new Error('EIO')))
  const trimming = new Trimming({ run }, folder, (line) => void log.push(line))
  trimming.soon()
  vi.advanceTimersByTime(9_000)
  trimming.soon()
  vi.advanceTimersByTime(9_000)
  expect(run).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1_000)
  expect(run).toHaveBeenCalledTimes(1)
  await vi.waitFor(() => expect(log).toEqual(['the cache could not be trimmed: Error: EIO']))
  trimming.soon()
  trimming.close()
  trimming.soon()
  vi.advanceTimersByTime(60_000)
  expect(run).toHaveBeenCalledTimes(1)
})
