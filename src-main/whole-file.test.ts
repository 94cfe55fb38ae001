import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { writeWhole } from './whole-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-whole-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => vi.restoreAllMocks())

/** What all open files share, to see and to break what is done with them. */
async function handles(): Promise<FileHandle> {
  const probe = await open(folder, 'r')
  await probe.close()
  return Object.getPrototypeOf(probe) as FileHandle
}

test.each([
  ['text', 'ships'],
  ['bytes', new TextEncoder().encode('ships')],
  ['pieces', ['sh', 'ips']],
  ['a stream', Readable.from([Buffer.from('sh'), Buffer.from('ips')])],
])('%s is written whole, in a folder that is made, and replaces what was there', async (_, content) => {
  const file = join(folder, 'new', 'a.txt')
  await writeWhole(file, 'older, and longer')
  await writeWhole(file, content)
  expect(readFileSync(file, 'utf8')).toBe('ships')
  expect(readdirSync(join(folder, 'new'))).toEqual(['a.txt'])
})

test('file and folder are both brought to the disk; a system that flushes no folder is no failure', async () => {
  const sync = vi.spyOn(await handles(), 'sync')
  await writeWhole(join(folder, 'b.txt'), 'b')
  expect(sync).toHaveBeenCalledTimes(2)
  sync
    .mockImplementationOnce(() => Promise.resolve())
    .mockRejectedValueOnce(Object.assign(new Error('no'), { code: 'EPERM' }))
  await writeWhole(join(folder, 'b.txt'), 'again')
  expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('again')
})

test('on a full disk what was there stays, nothing half is left, and the failure says so', async () => {
  const file = join(folder, 'c.txt')
  writeFileSync(file, 'older')
  vi.spyOn(await handles(), 'sync').mockRejectedValue(Object.assign(new Error('full'), { code: 'ENOSPC' }))
  await expect(writeWhole(file, 'newer')).rejects.toMatchObject({ code: 'disk_full' })
  expect(readFileSync(file, 'utf8')).toBe('older')
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
})

test('a name as long as the system takes can be written', async () => {
  const file = join(folder, `${'n'.repeat(251)}.csv`)
  await writeWhole(file, 'long')
  expect(readFileSync(file, 'utf8')).toBe('long')
})
