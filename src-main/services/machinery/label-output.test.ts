import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseRle } from '../../core/mask/rle.ts'
import { openGrowing } from './label-output.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-output-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'out.csv')
const part = `${file}.part`
const ship = [parseRle('1 4 9 4')]
const HEADER = 'ImageId,EncodedPixels\n'
const OLDER = 'older'

beforeEach(() => writeFileSync(file, OLDER))
afterEach(() => {
  vi.restoreAllMocks()
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
})

function fault(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** From now on a file takes so many bytes; of a text that is too long it takes what fits. */
async function limitDisk(bytes: number): Promise<FileHandle> {
  const probe = await open(join(folder, 'probe'), 'w')
  await probe.close()
  const handles = Object.getPrototypeOf(probe) as FileHandle
  const write = handles.write as (this: FileHandle, data: Uint8Array) => Promise<unknown>
  let left = bytes
  vi.spyOn(handles, 'appendFile').mockImplementation(async function (this: FileHandle, text) {
    const data = Buffer.from(text as string)
    const fits = data.subarray(0, left)
    left -= fits.length
    await write.call(this, fits)
    if (fits.length < data.length) throw fault('ENOSPC')
  })
  return handles
}

test('on a full disk the images before are whole, and the file ends with them', async () => {
  await limitDisk(HEADER.length + 'a.png,1 4 9 4\nb.png,1'.length)
  const out = await openGrowing(file)
  await out.add('a.png', ship)
  await expect(out.add('b.png', ship)).rejects.toMatchObject({ code: 'disk_full' })
  await out.close(true)
  expect(readFileSync(file, 'utf8')).toBe(`${HEADER}a.png,1 4 9 4\n`)
})

test('what may end in the middle of an image does not replace an older file, and is said', async () => {
  const handles = await limitDisk(HEADER.length + 8)
  vi.spyOn(handles, 'truncate').mockRejectedValue(fault('EIO'))
  const out = await openGrowing(file)
  await expect(out.add('a.png', ship)).rejects.toMatchObject({ code: 'disk_full' })
  const closed = out.close(true)
  await expect(closed).rejects.toMatchObject({ code: 'disk_full', data: { part } })
  await expect(closed).rejects.toThrow(`What could be written is in ${part}; its last row may be cut.`)
  expect(readFileSync(file, 'utf8')).toBe(OLDER)
  expect(readFileSync(part, 'utf8')).toBe(`${HEADER}a.png,1 `)
})

test('a disk that is full from the start leaves nothing behind', async () => {
  await limitDisk(3)
  await expect(openGrowing(file)).rejects.toMatchObject({ code: 'disk_full' })
  expect(readFileSync(file, 'utf8')).toBe(OLDER)
  expect(readdirSync(folder)).toEqual(['out.csv', 'probe'])
})

test('a folder is refused as a file to write', async () => {
  await expect(openGrowing(folder)).rejects.toThrow('is a folder. Name a file in it, such as')
})
