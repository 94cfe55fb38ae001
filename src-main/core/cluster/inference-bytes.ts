import type { SparseInference } from '../../contract/engine.ts'

/**
 * An inference as bytes: 'DRYI', then version, width, height, channels, n as uint32, the light's deviation over the whole image as float32 (below 0: the light is not known), then index (uint32 x n), offset
 * (uint16 x n x channels), foreground (uint8 x n), and where it is known the light (own, water, roughness: uint8 x n each); little endian. It is kept in the cache and sent to the window in this form.
 */
const MAGIC = 0x49595244
const VERSION = 2
const HEADER = 28

/** The bytes of an inference, in parts that follow each other. */
export function inferenceToBytes(inference: SparseInference): Uint8Array[] {
  const { index, offset, foreground, light, width, height, channels } = inference
  const header = new DataView(new ArrayBuffer(HEADER))
  ;[MAGIC, VERSION, width, height, channels, index.length].forEach((value, i) =>
    header.setUint32(4 * i, value, true),
  )
  header.setFloat32(24, light?.whole ?? -1, true)
  const parts = [index, offset, foreground, ...(light ? [light.own, light.water, light.roughness] : [])]
  return [new Uint8Array(header.buffer), ...parts.map(bytesOf)]
}

/** The inference that these bytes hold, in memory of its own; null where they are cut off or of another form. */
export function inferenceFromBytes(bytes: Uint8Array): SparseInference | null {
  if (bytes.length < HEADER) return null
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER)
  const [magic, version, width, height, channels, n] = [0, 4, 8, 12, 16, 20].map((at) =>
    header.getUint32(at, true),
  )
  if (magic !== MAGIC || version !== VERSION || !width || !height || !channels || n === undefined) return null
  const whole = header.getFloat32(24, true)
  const known = whole >= 0
  if (bytes.length !== HEADER + n * (4 + 2 * channels + 1 + (known ? 3 : 0))) return null
  // copied, so that the arrays are aligned
  const body = new Uint8Array(bytes.subarray(HEADER)).buffer
  const bytesAt = (part: number): Uint8Array => new Uint8Array(body, n * (4 + 2 * channels + part), n)
  return {
    width,
    height,
    channels,
    index: new Uint32Array(body, 0, n),
    offset: new Uint16Array(body, n * 4, n * channels),
    foreground: bytesAt(0),
    light: known ? { own: bytesAt(1), water: bytesAt(2), roughness: bytesAt(3), whole } : null,
  }
}

function bytesOf(array: Uint32Array | Uint16Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
