import type * as tfjs from '@tensorflow/tfjs'

/** tfjs as it is handed in: the engine chooses the backend, this folder never loads one. */
export type Tf = typeof tfjs

/** Attribute of a libtensorflow operation. */
export interface NativeAttribute {
  name: string
  type: number
  value: unknown
}

/** A tensor that an operation of the addon has made. */
export interface NativeOutput {
  id: number
  shape: number[]
  dtype: number
}

type Constant =
  | 'TF_ATTR_TYPE'
  | 'TF_ATTR_INT'
  | 'TF_ATTR_FLOAT'
  | 'TF_ATTR_STRING'
  | 'TF_ATTR_BOOL'
  | 'TF_FLOAT'
  | 'TF_INT32'
  | 'TF_UINT8'

/** tfjs-node's addon. */
export interface NativeBinding extends Readonly<Record<Constant, number>> {
  createTensor(shape: number[], type: number, values: ArrayBufferView): number
  executeOp(name: string, attributes: NativeAttribute[], inputs: number[], outputs: number): NativeOutput[]
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(id: number): void
}

/** The part of tfjs-node's backend through which libtensorflow's own operations can be run. */
export interface NativeBackend {
  binding: NativeBinding
  isUsingGpuDevice: boolean
  executeSingleOutput(name: string, attributes: NativeAttribute[], inputs: tfjs.Tensor[]): tfjs.Tensor
  /** ids of tensors for the addon */
  getInputTensorIds(tensors: readonly tfjs.Tensor[]): number[]
  getDTypeInteger(dtype: tfjs.DataType): number
  runSavedModel(
    id: number,
    inputs: readonly tfjs.Tensor[],
    infos: readonly { name: string }[],
    outputs: readonly string[],
  ): tfjs.Tensor[]
}

/** libtensorflow's backend, or null where another one is in use. */
export function nativeBackend(tf: Tf): NativeBackend | null {
  if (tf.getBackend() !== 'tensorflow') return null
  const backend: object = tf.backend()
  return 'executeSingleOutput' in backend && 'binding' in backend ? (backend as NativeBackend) : null
}
