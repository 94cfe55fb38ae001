import type { SparseInference } from '../../contract/engine.ts'

/**
 * An inference as bytes: 'DRYI', then version, width, height, channels, n as uint32, then index (uint32 x n), offset
 * (uint16 x n x channels), foreground (uint8 x n); little endian. It is kept in the cache and sent to the window in this form.
 */
const MAGIC = 0x49595244
const VERSION = 1
const HEADER = 24

/** The bytes of an inference, in parts that follow each other. */
export function inferenceToBytes(inference: SparseInference): Uint8Array[] {
  const { index, offset, foreground, width, height, channels } = inference
  const header = new DataView(new ArrayBuffer(HEADER))
  ;[MAGIC, VERSION, width, height, channels, index.length].forEach((value, i) =>
    header.setUint32(4 * i, value, true),
  )
  return [new Uint8Array(header.buffer), ...[index, offset, foreground].map(bytesOf)]
}

/** The inference that these bytes hold, in memory of its own; null where they are cut off or of another form. */
export function inferenceFromBytes(bytes: Uint8Array): SparseInference | null {
  if (bytes.length < HEADER) return null
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER)
  const [magic, version, width, height, channels, n] = [0, 4, 8, 12, 16, 20].map((at) =>
    header.getUint32(at, true),
  )
  if (magic !== MAGIC || version !== VERSION || !width || !height || !channels || n === undefined) return null
  if (bytes.length !== HEADER + n * (4 + 2 * channels + 1)) return null
  // copied, so that the arrays are aligned
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

function bytesOf(array: Uint32Array | Uint16Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
