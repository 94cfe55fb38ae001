import type { PackedOrder } from '../../contract/wire.ts'
import { fromBase64, toBase64 } from '../base64.ts'
import type { ImageOrder } from './order.ts'

/** An order with the marks of its images, as they travel between processes of one machine: bytes as base64. */

export interface MarkedOrder extends ImageOrder {
  /** one for each id: see `marks.ts` */
  readonly marks: Uint8Array
}

export function packOrder({ ids, keys, marks }: MarkedOrder): PackedOrder {
  // sorted by name alone: the keys are all 0, and need not travel
  const plain = keys.every((key) => key === 0)
  return { ids: toBase64(ids), keys: plain ? '' : toBase64(keys), marks: toBase64(marks) }
}

/** @throws RangeError where the parts do not fit together */
export function unpackOrder(packed: PackedOrder): MarkedOrder {
  const ids = new Uint32Array(fromBase64(packed.ids))
  const marks = new Uint8Array(fromBase64(packed.marks))
  const keys = packed.keys === '' ? new Float64Array(ids.length) : new Float64Array(fromBase64(packed.keys))
  if (keys.length !== ids.length || marks.length !== ids.length) {
    throw new RangeError('the parts of an order have different lengths')
  }
  return { ids, keys, marks }
}
