import type * as tfjs from '@tensorflow/tfjs'

/** tfjs as it is handed in: the engine chooses the backend, this folder never loads one. */
export type Tf = typeof tfjs

/** Attribute of a libtensorflow operation. */
export interface NativeAttribute {
  name: string
  type: number
  value: unknown
}

/** The part of tfjs-node's backend through which libtensorflow's own operations can be run. */
export interface NativeBackend {
  binding: Record<
    'TF_ATTR_TYPE' | 'TF_ATTR_INT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL' | 'TF_FLOAT' | 'TF_INT32',
    number
  >
  executeSingleOutput(name: string, attributes: NativeAttribute[], inputs: tfjs.Tensor[]): tfjs.Tensor
}

/** libtensorflow's backend, or null where another one is in use. */
export function nativeBackend(tf: Tf): NativeBackend | null {
  if (tf.getBackend() !== 'tensorflow') return null
  const backend: object = tf.backend()
  return 'executeSingleOutput' in backend && 'binding' in backend ? (backend as NativeBackend) : null
}
