import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

/**
 * Reads zip archives with what Node has built in: enough for wheels and for Electron's archive. No zip64 (files of
 * 4 GB and more), no encryption. Layout: PKWARE's APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
 */

/**
 * @typedef {object} ZipEntry
 * @property {string} name path inside the archive, with '/'; folders end in '/'
 * @property {number} method 0 stored, 8 deflated
 * @property {number} compressedSize bytes in the archive
 * @property {number} size bytes when unpacked
 * @property {number} mode permission bits, 0 where the archive keeps none
 * @property {number} headerOffset where the entry's local header starts
 */

const END_SIGNATURE = 0x06054b50
const ENTRY_SIGNATURE = 0x02014b50
const LOCAL_SIGNATURE = 0x04034b50
const END_SIZE = 22
const LONGEST_COMMENT = 0xffff

/**
 * Lists what an archive holds.
 * @param {string} file
 * @returns {Promise<ZipEntry[]>} in the archive's order
 * @throws when the file is no zip archive, is cut off, or needs zip64
 */
export async function listZip(file) {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const tail = await readAt(handle, Math.max(0, size - END_SIZE - LONGEST_COMMENT), size)
    let end = tail.length - END_SIZE
    while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end -= 1
    if (end < 0) throw new Error(`${file} is not a whole zip archive`)
    const count = tail.readUInt16LE(end + 10)
    const start = tail.readUInt32LE(end + 16)
    if (count === 0xffff || start === 0xffffffff) throw new Error(`${file} is a zip64 archive: not read here`)
    return parseDirectory(await readAt(handle, start, start + tail.readUInt32LE(end + 12)), count, file)
  } finally {
    await handle.close()
  }
}

function parseDirectory(directory, count, file) {
  const entries = []
  let at = 0
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw new Error(`The directory of ${file} is broken at entry ${index + 1} of ${count}`)
    }
    const nameLength = directory.readUInt16LE(at + 28)
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
      headerOffset: directory.readUInt32LE(at + 42),
    })
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

async function readAt(handle, from, to) {
  const buffer = Buffer.alloc(to - from)
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, from)
  return buffer.subarray(0, bytesRead)
}

/**
 * Unpacks one entry as a stream (memory does not grow with its size): into a temporary name beside the target,
 * renamed when it is whole, so that a file under its own name is never a part of one.
 * @param {string} file the archive
 * @param {ZipEntry} entry
 * @param {string} target
 * @throws when the entry is cut off or packed in a way not read here
 */
export async function extractEntry(file, entry, target) {
  if (entry.method !== 0 && entry.method !== 8) {
    throw new Error(
      `${entry.name} in ${file} is packed by method ${entry.method}: only 0 and 8 are read here`,
    )
  }
  const handle = await open(file)
  let header
  try {
    header = await readAt(handle, entry.headerOffset, entry.headerOffset + 30)
  } finally {
    await handle.close()
  }
  if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
    throw new Error(`${entry.name} is not where the directory of ${file} says`)
  }
  const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  const partial = `${target}.partial`
  mkdirSync(dirname(target), { recursive: true })
  const sink = createWriteStream(partial, entry.mode ? { mode: entry.mode } : {})
  if (entry.compressedSize === 0) {
    await new Promise((done) => sink.end(done))
  } else {
    const source = createReadStream(file, { start, end: start + entry.compressedSize - 1 })
    await (entry.method === 8 ? pipeline(source, createInflateRaw(), sink) : pipeline(source, sink))
  }
  if (sink.bytesWritten !== entry.size) {
    rmSync(partial, { force: true })
    throw new Error(`${entry.name} in ${file} is ${sink.bytesWritten} bytes long instead of ${entry.size}`)
  }
  renameSync(partial, target)
}
