import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cudaWheels, unpackWheels } from './cuda.mjs'
import { missingLibraries, unpackLibraries } from './tensorflow.mjs'
import { extractEntry, listZip } from './zip.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-zip-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Packed {
  name: string
  content: Buffer
  stored?: boolean
  mode?: number
  /** the size that the directory claims, where it lies */
  claimed?: number
}

/** Writes an archive by the book (APPNOTE 6.3): extra fields and a comment are there to be stepped over. */
function writeZip(file: string, files: Packed[]): void {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, stored = false, mode = 0o644, claimed = content.length } of files) {
    const data = stored ? content : deflateRawSync(content)
    const extra = Buffer.from([0x55, 0x54, 1, 0, 0])
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(stored ? 0 : 8, 4)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(claimed, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    common.writeUInt16LE(extra.length, 24)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), extra, data])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE((mode << 16) >>> 0, 6)
    rest.writeUInt32LE(offset, 10)
    const madeBy = Buffer.from([20, 3])
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, common, rest, Buffer.from(name), extra]))
    bodies.push(local)
    offset += local.length
  }
  const index = Buffer.concat(directory)
  const comment = Buffer.from('a comment')
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(index.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(comment.length, 20)
  writeFileSync(file, Buffer.concat([...bodies, index, end, comment]))
}

const long = Buffer.from('a ship in the harbour, '.repeat(20_000))

test('packed, stored and empty files come out as they went in, with their permissions', async () => {
  const archive = join(folder, 'a.zip')
  writeZip(archive, [
    { name: 'lib/', content: Buffer.alloc(0), stored: true },
    { name: 'lib/long.txt', content: long },
    { name: 'run', content: Buffer.from('#!/bin/sh\n'), stored: true, mode: 0o755 },
    { name: 'nothing', content: Buffer.alloc(0), stored: true },
  ])
  const entries = await listZip(archive)
  expect(entries.map(({ name, size }) => [name, size])).toEqual([
    ['lib/', 0],
    ['lib/long.txt', long.length],
    ['run', 10],
    ['nothing', 0],
  ])
  for (const entry of entries.slice(1)) await extractEntry(archive, entry, join(folder, 'out', entry.name))
  expect(readFileSync(join(folder, 'out', 'lib', 'long.txt')).equals(long)).toBe(true)
  expect(readFileSync(join(folder, 'out', 'nothing'))).toHaveLength(0)
  if (process.platform !== 'win32') expect(statSync(join(folder, 'out', 'run')).mode & 0o777).toBe(0o755)
})

test('an archive that was cut off is refused', async () => {
  const archive = join(folder, 'cut.zip')
  writeZip(archive, [{ name: 'long', content: long }])
  truncateSync(archive, statSync(archive).size - 40)
  await expect(listZip(archive)).rejects.toThrow('not a whole zip archive')
})

test('a file of another length than announced never appears under its name', async () => {
  const archive = join(folder, 'lying.zip')
  writeZip(archive, [{ name: 'long', content: long, claimed: long.length + 1 }])
  const [entry] = await listZip(archive)
  await expect(extractEntry(archive, entry!, join(folder, 'long'))).rejects.toThrow('instead of')
  expect(existsSync(join(folder, 'long'))).toBe(false)
})

test('unpacking the libraries goes on where it was broken off', async () => {
  const archive = join(folder, 'wheel.whl')
  const libraries = [
    { name: 'libone.so', size: long.length },
    { name: 'libtwo.so', size: 5 },
  ]
  writeZip(archive, [
    { name: 'tensorflow/libone.so', content: long },
    { name: 'tensorflow/libtwo.so', content: Buffer.from('whole') },
  ])
  const target = join(folder, 'libraries')
  await unpackLibraries({ archive, folder: target, libraries: libraries.slice(0, 1), say: () => undefined })
  writeFileSync(join(target, 'libtwo.so.partial'), 'wh')
  expect(missingLibraries(target, libraries)).toEqual([libraries[1]])

  const said: string[] = []
  await unpackLibraries({ archive, folder: target, libraries, say: (line: string) => said.push(line) })
  expect(said).toEqual(['unpacking libtwo.so (0 MB)'])
  expect(missingLibraries(target, libraries)).toEqual([])
  expect(readFileSync(join(target, 'libtwo.so'), 'utf8')).toBe('whole')
  expect(existsSync(join(target, 'libtwo.so.partial'))).toBe(false)
})

test('every wheel of the CUDA build has its hash', () => {
  for (const { sha256 } of cudaWheels) expect(sha256).toMatch(/^[0-9a-f]{64}$/)
})

test('several wheels are unpacked into a folder each; broken off, it goes on with the wheel that is missing', async () => {
  const wheels = ['tensorflow', 'nvidia-cublas-cu11', 'nvidia-empty-cu11'].map((name) => ({
    name,
    version: '1',
    sha256: '',
    megabytes: 0,
  }))
  const archive = (name: string): string => join(folder, `${name}.whl`)
  writeZip(archive('tensorflow'), [
    { name: 'tensorflow/libtensorflow_cc.so.2', content: long },
    { name: 'tensorflow/python/_pywrap.so', content: Buffer.from('of no use') },
  ])
  writeZip(archive('nvidia-cublas-cu11'), [
    { name: 'nvidia/__init__.py', content: Buffer.from('') },
    { name: 'nvidia/cublas/include/cublas.h', content: Buffer.from('of no use') },
    { name: 'nvidia/cublas/lib/libcublas.so.11', content: Buffer.from('cublas') },
    { name: 'nvidia/cublas/lib/libcublasLt.so.11', content: long },
  ])
  writeZip(archive('nvidia-empty-cu11'), [{ name: 'nvidia/__init__.py', content: Buffer.from('') }])
  const target = join(folder, 'cuda')
  const fetched: string[] = []
  const released: string[] = []
  const unpack = (wanted: typeof wheels) =>
    unpackWheels({
      wheels: wanted,
      folder: target,
      fetch: ({ name }: { name: string }) => {
        fetched.push(name)
        return archive(name)
      },
      release: ({ name }: { name: string }) => void released.push(name),
      say: () => undefined,
    })

  await expect(unpack(wheels)).rejects.toThrow('holds no library')
  expect(existsSync(target)).toBe(false)
  expect(released).toEqual(['tensorflow', 'nvidia-cublas-cu11'])

  // broken off in the middle of a wheel: no folder of its own name yet, a part of a library
  const cublas = join(`${target}.partial`, 'nvidia-cublas-cu11')
  renameSync(cublas, `${cublas}.partial`)
  rmSync(join(`${cublas}.partial`, 'libcublasLt.so.11'))
  writeFileSync(join(`${cublas}.partial`, 'libcublasLt.so.11.partial'), 'a sh')
  fetched.length = 0
  await unpack(wheels.slice(0, 2))
  expect(fetched).toEqual(['nvidia-cublas-cu11'])
  const files = readdirSync(target, { recursive: true, encoding: 'utf8' }).sort()
  expect(files).toEqual(
    [
      'nvidia-cublas-cu11',
      join('nvidia-cublas-cu11', 'libcublas.so.11'),
      join('nvidia-cublas-cu11', 'libcublasLt.so.11'),
      'tensorflow',
      join('tensorflow', 'libtensorflow_cc.so.2'),
    ].sort(),
  )
  expect(readFileSync(join(target, 'nvidia-cublas-cu11', 'libcublasLt.so.11')).equals(long)).toBe(true)
})
