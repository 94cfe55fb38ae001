import type { PackedOrder } from '../../contract/wire.ts'
import type { ImageOrder } from './order.ts'

/** An order with the marks of its images, as they travel between processes of one machine: bytes as base64. */

export interface MarkedOrder extends ImageOrder {
  /** one for each id: see `marks.ts` */
  readonly marks: Uint8Array
}

/** Bytes that are turned into text at once: arguments of one call are limited. */
const CHUNK = 0x2000

export function packOrder({ ids, keys, marks }: MarkedOrder): PackedOrder {
  // sorted by name alone: the keys are all 0, and need not travel
  const plain = keys.every((key) => key === 0)
  return { ids: text(ids), keys: plain ? '' : text(keys), marks: text(marks) }
}

/** @throws RangeError where the parts do not fit together */
export function unpackOrder(packed: PackedOrder): MarkedOrder {
  const ids = new Uint32Array(bytes(packed.ids))
  const marks = new Uint8Array(bytes(packed.marks))
  const keys = packed.keys === '' ? new Float64Array(ids.length) : new Float64Array(bytes(packed.keys))
  if (keys.length !== ids.length || marks.length !== ids.length) {
    throw new RangeError('the parts of an order have different lengths')
  }
  return { ids, keys, marks }
}

function text(array: Uint32Array | Float64Array | Uint8Array): string {
  const all = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  let binary = ''
  for (let i = 0; i < all.length; i += CHUNK) {
    binary += String.fromCharCode(...all.subarray(i, i + CHUNK))
  }
  return btoa(binary)
}

function bytes(base64: string): ArrayBuffer {
  const binary = atob(base64)
  const all = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) all[i] = binary.charCodeAt(i)
  return all.buffer
}
