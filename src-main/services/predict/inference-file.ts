import { readFile, utimes } from 'node:fs/promises'
import type { SparseInference } from '../../contract/engine.ts'
import { writeWhole } from '../../whole-file.ts'

/**
 * A cached inference: 'DRYI', then version, width, height, channels, n as uint32, then index (uint32 x n), offset
 * (uint16 x n x channels), foreground (uint8 x n); little endian.
 */
const MAGIC = 'DRYI'
const VERSION = 1
const HEADER = 24

/** Writes an inference so that nobody sees half of it. */
export async function writeInference(file: string, inference: SparseInference): Promise<void> {
  const { index, offset, foreground, width, height, channels } = inference
  const header = Buffer.alloc(HEADER)
  header.write(MAGIC, 'latin1')
  ;[VERSION, width, height, channels, index.length].forEach((value, i) =>
    header.writeUInt32LE(value, 4 + i * 4),
  )
  const parts = [header, bufferOf(index), bufferOf(offset), bufferOf(foreground)]
  await writeWhole(file, Buffer.concat(parts))
}

/**
 * Reads a cached inference and marks it as used just now; null where there is none, or it is of another form: the cache
 * may be deleted or cut off at any time.
 */
export async function readInference(file: string): Promise<SparseInference | null> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch {
    return null
  }
  const inference = parse(bytes)
  if (inference) await utimes(file, new Date(), new Date()).catch(() => undefined)
  return inference
}

function parse(bytes: Buffer): SparseInference | null {
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 4) !== MAGIC) return null
  const [version, width, height, channels, n] = [4, 8, 12, 16, 20].map((at) => bytes.readUInt32LE(at))
  if (version !== VERSION || !width || !height || !channels || n === undefined) return null
  if (bytes.length !== HEADER + n * (4 + 2 * channels + 1)) return null
  // copied, so that the arrays are aligned and own their memory
  const body = new Uint8Array(bytes.subarray(HEADER)).buffer
  return {
    width,
    height,
    channels,
    index: new Uint32Array(body, 0, n),
    offset: new Uint16Array(body, n * 4, n * channels),
    foreground: new Uint8Array(body, n * (4 + 2 * channels), n),
  }
}

function bufferOf(array: Uint32Array | Uint16Array | Uint8Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength)
}
