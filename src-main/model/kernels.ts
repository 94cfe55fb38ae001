import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import type { NativeAttribute, NativeBackend, Tf } from './tf.ts'
import { nativeBackend } from './tf.ts'

/**
 * The few operations that the network is made of, each with its gradient in the cheapest form that the backend has:
 * libtensorflow's own fused gradients, or compositions of convolutions where a backend (WebAssembly) lacks the
 * gradient kernels. Both forms are held equal by tests.
 */
export interface Kernels {
  /**
   * Convolution with 'same' padding, bias and, where `relu`, rectification.
   * @param x [B, H, W, I]
   * @param filter [K, K, I, O]
   * @param bias [O], or null for none
   * @param options `inputGradient: false` where x is data: its gradient is not computed
   * @returns [B, ceil(H / stride), ceil(W / stride), O]
   */
  conv(x: Tensor4D, filter: Tensor4D, bias: Tensor1D | null, options: ConvOptions): Tensor4D
  /**
   * Doubles `low` by repeating pixels, and adds it to `skip`.
   * @param low [B, H, W, C]
   * @param skip [B, 2H, 2W, C]
   */
  upsampleAdd(low: Tensor4D, skip: Tensor4D): Tensor4D
  /**
   * Bytes as an input of a function: {@link readBytes} has them there as numbers.
   * @param bytes rows one after the other, their length a multiple of 4; may be shared until the function has run
   */
  giveBytes(bytes: Uint8Array, rows: number): Tensor
  /** @param given what {@link giveBytes} gave @returns [rows, n], 0..255 */
  readBytes(given: Tensor): Tensor2D
  /** Makes a function of tensors that is run again and again as fast as the backend can; see {@link Compile}. */
  compile: Compile
}

/** A function of tensors whose inputs and outputs are all that it reads and makes, with nothing read back in between. */
export type TensorFunction = (inputs: readonly Tensor[]) => Tensor[]

/**
 * Gives a function that computes the same, perhaps in another way for each set of input shapes. The caller disposes
 * of the outputs; what is made in between is gone.
 * @param key two functions of one key compute the same, so that what was made for one serves the other
 * @param first 'plain': the first run with new shapes may compute in another way than later ones, which differs in the
 *   last digits and is there sooner; 'same': every run computes in the same way
 */
export type Compile = (
  key: string,
  first: 'plain' | 'same',
  f: TensorFunction,
  options?: CompileOptions,
) => TensorFunction

export interface CompileOptions {
  /** convolutions and their gradients may be computed in bfloat16, where the processor is faster so */
  coarse?: boolean
}

/** Runs functions as they are. */
export function tidied(tf: Tf): Compile {
  return (_key, _first, f) => (inputs) => tf.tidy(() => f(inputs))
}

export interface ConvOptions {
  stride: 1 | 2
  relu: boolean
  inputGradient: boolean
}

/**
 * The kernels for the backend in use.
 * @param compile how functions are made fast; without it they run as they are
 */
export function kernelsFor(tf: Tf, compile: Compile = tidied(tf)): Kernels {
  const native = nativeBackend(tf)
  const primitives = native ? nativePrimitives(tf, native) : composedPrimitives(tf)
  return {
    compile,
    ...(native && !native.isUsingGpuDevice ? packedBytes(tf, native) : floatBytes(tf)),
    conv(x, filter, bias, { stride, relu, inputGradient }) {
      const variables: Tensor[] = [filter]
      if (bias) variables.push(bias)
      if (inputGradient) variables.push(x)
      const run = tf.customGrad((...inputs) => {
        const save = inputs.pop() as unknown as (tensors: Tensor[]) => void
        const w = inputs[0] as Tensor4D
        const b = bias ? (inputs[1] as Tensor1D) : null
        const source = inputGradient ? (inputs.at(-1) as Tensor4D) : x
        const y = primitives.forward(source, w, b, stride, relu)
        save([source, w, y])
        return {
          value: y,
          gradFunc: (dy: Tensor, saved: Tensor[]) => {
            const [sx, sw, sy] = saved as [Tensor4D, Tensor4D, Tensor4D]
            const d = relu ? primitives.reluGradient(dy as Tensor4D, sy) : (dy as Tensor4D)
            const gradients: Tensor[] = [primitives.filterGradient(sx, sw.shape, d, stride)]
            if (bias) gradients.push(primitives.biasGradient(d))
            if (inputGradient) gradients.push(primitives.inputGradient(sx.shape, sw, d, stride))
            return gradients
          },
        }
      })
      return run(...variables)
    },
    upsampleAdd(low, skip) {
      const run = tf.customGrad((...inputs) => {
        const [l, s] = inputs as [Tensor4D, Tensor4D]
        const [, h, w] = s.shape
        return {
          value: tf.add(s, tf.image.resizeNearestNeighbor(l, [h, w])),
          gradFunc: (dy: Tensor) => [tf.mul(tf.avgPool(dy as Tensor4D, 2, 2, 'valid'), 4), dy],
        }
      })
      return run(low, skip) as Tensor4D
    },
  }
}

type Bytes = Pick<Kernels, 'giveBytes' | 'readBytes'>

/** Four bytes travel as one integer, and become numbers where all threads work: a quarter of what numbers take, which are made by one thread. */
function packedBytes(tf: Tf, backend: NativeBackend): Bytes {
  const b = backend.binding
  const typed = (name: string, value: number): NativeAttribute => ({ name, type: b.TF_ATTR_TYPE, value })
  return {
    giveBytes(bytes, rows) {
      const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
      const integers = new Int32Array(whole.buffer, whole.byteOffset, whole.length / 4)
      return tf.tensor2d(integers, [rows, integers.length / rows], 'int32')
    },
    readBytes(given) {
      const [rows, n] = given.shape as [number, number]
      const bytes = backend.executeSingleOutput(
        'Bitcast',
        [typed('T', b.TF_INT32), typed('type', b.TF_UINT8)],
        [given],
      )
      const numbers = backend.executeSingleOutput(
        'Cast',
        [
          typed('SrcT', b.TF_UINT8),
          typed('DstT', b.TF_FLOAT),
          { name: 'Truncate', type: b.TF_ATTR_BOOL, value: false },
        ],
        [bytes],
      )
      return tf.reshape(numbers, [rows, 4 * n])
    },
  }
}

function floatBytes(tf: Tf): Bytes {
  return {
    giveBytes: (bytes, rows) => tf.tensor2d(Float32Array.from(bytes), [rows, bytes.length / rows]),
    readBytes: (given) => given as Tensor2D,
  }
}

type Shape4D = [number, number, number, number]

interface Primitives {
  forward(x: Tensor4D, filter: Tensor4D, bias: Tensor1D | null, stride: number, relu: boolean): Tensor4D
  reluGradient(dy: Tensor4D, y: Tensor4D): Tensor4D
  biasGradient(dy: Tensor4D): Tensor1D
  filterGradient(x: Tensor4D, shape: Shape4D, dy: Tensor4D, stride: number): Tensor4D
  inputGradient(shape: Shape4D, filter: Tensor4D, dy: Tensor4D, stride: number): Tensor4D
}

function nativePrimitives(tf: Tf, backend: NativeBackend): Primitives {
  const b = backend.binding
  const type: NativeAttribute = { name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT }
  const format: NativeAttribute = { name: 'data_format', type: b.TF_ATTR_STRING, value: 'NHWC' }
  const conv = (stride: number): NativeAttribute[] => [
    type,
    format,
    { name: 'strides', type: b.TF_ATTR_INT, value: [1, stride, stride, 1] },
    { name: 'padding', type: b.TF_ATTR_STRING, value: 'SAME' },
    { name: 'dilations', type: b.TF_ATTR_INT, value: [1, 1, 1, 1] },
    { name: 'use_cudnn_on_gpu', type: b.TF_ATTR_BOOL, value: true },
  ]
  const run = (name: string, attributes: NativeAttribute[], inputs: Tensor[]): Tensor4D =>
    backend.executeSingleOutput(name, attributes, inputs) as Tensor4D
  return {
    forward(x, filter, bias, stride, relu) {
      const convolved = run('Conv2D', conv(stride), [x, filter])
      const y = bias ? run('BiasAdd', [type, format], [convolved, bias]) : convolved
      return relu ? run('Relu', [type], [y]) : y
    },
    reluGradient: (dy, y) => run('ReluGrad', [type], [dy, y]),
    biasGradient: (dy) => run('BiasAddGrad', [type, format], [dy]) as Tensor as Tensor1D,
    filterGradient: (x, shape, dy, stride) =>
      run('Conv2DBackpropFilter', conv(stride), [x, tf.tensor1d(shape, 'int32'), dy]),
    inputGradient: (shape, filter, dy, stride) =>
      run('Conv2DBackpropInput', conv(stride), [tf.tensor1d(shape, 'int32'), filter, dy]),
  }
}

/** [before, after] of 'same' padding, as TensorFlow splits it: the odd pixel goes behind. */
function samePadding(size: number, kernel: number, stride: number): [number, number] {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size)
  return [Math.floor(total / 2), total - Math.floor(total / 2)]
}

function composedPrimitives(tf: Tf): Primitives {
  return {
    forward: (x, filter, bias, stride, relu) =>
      tf.fused.conv2d({
        x,
        filter,
        ...(bias ? { bias } : {}),
        strides: stride,
        pad: 'same',
        activation: relu ? 'relu' : 'linear',
      }),
    reluGradient: (dy, y) => tf.mul(dy, tf.cast(tf.greater(y, 0), 'float32')),
    biasGradient: (dy) => tf.sum(tf.reshape(dy, [-1, dy.shape[3]]), 0),
    // dW[i, j] = sum over images and pixels of x shifted by (i, j) times dy: a convolution in which input
    // channels take the place of images and images that of channels; a stride becomes a dilation of dy.
    filterGradient(x, [k, , inputs, outputs], dy, stride) {
      const [top, bottom] = samePadding(x.shape[1], k, stride)
      const [left, right] = samePadding(x.shape[2], k, stride)
      const padded = tf.pad(x, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ])
      const y = tf.conv2d(
        tf.transpose(padded, [3, 1, 2, 0]),
        tf.transpose<Tensor4D>(dy, [1, 2, 0, 3]),
        1,
        'valid',
        'NHWC',
        stride,
      )
      return tf.transpose(tf.slice(y, [0, 0, 0, 0], [inputs, k, k, outputs]), [1, 2, 0, 3])
    },
    // dx = the convolution of dy, zeros put between its pixels where there is a stride, with the flipped filter.
    inputGradient([batch, height, width], filter, dy, stride) {
      const [k] = filter.shape
      const [top] = samePadding(height, k, stride)
      const [left] = samePadding(width, k, stride)
      const spread = spreadOut(tf, dy, stride)
      const before: [number, number] = [k - 1 - top, k - 1 - left]
      const padded = tf.pad(spread, [
        [0, 0],
        [before[0], Math.max(0, height + k - 1 - before[0] - spread.shape[1])],
        [before[1], Math.max(0, width + k - 1 - before[1] - spread.shape[2])],
        [0, 0],
      ])
      const sized = tf.slice(padded, [0, 0, 0, 0], [batch, height + k - 1, width + k - 1, dy.shape[3]])
      const flipped = tf.transpose<Tensor4D>(tf.reverse(filter, [0, 1]), [0, 1, 3, 2])
      return tf.conv2d(sized, flipped, 1, 'valid')
    },
  }
}

/** Puts stride - 1 zeros behind every pixel, down and right. */
function spreadOut(tf: Tf, dy: Tensor4D, stride: number): Tensor4D {
  if (stride === 1) return dy
  const [batch, height, width, channels] = dy.shape
  const rows = tf.pad(tf.reshape(dy, [batch * height, width, 1, channels]), [
    [0, 0],
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ])
  const wide = width * stride * channels
  const columns = tf.pad(tf.reshape(rows, [batch * height, 1, wide]), [
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ])
  return tf.reshape(columns, [batch, height * stride, width * stride, channels])
}
