import { readFileSync } from 'node:fs'
import type { Rank, Tensor1D, Tensor4D } from '@tensorflow/tfjs'
import { normal, randomFrom } from '../core/random.ts'
import { kernelsFor } from '../model/kernels.ts'
import type { Tf } from '../model/tf.ts'
import { nativeBackend } from '../model/tf.ts'
import { graphCompiler } from './native-graph.ts'

/** How far a gradient in bfloat16 may lie from that in float32, by its length: eight bits give a hundredth or less. */
const LARGEST_ERROR = 0.05

/**
 * Whether steps of a training are computed with convolutions in bfloat16: the processor has instructions for it, and a gradient that is computed so
 * comes out as in float32. `DRYDOCK_BFLOAT16=no` computes all in float32. By what the processor has, not by the clock: a training that goes on must go on in the same way.
 */
export function bfloat16Suits(tf: Tf): boolean {
  const native = nativeBackend(tf)
  if (process.env['DRYDOCK_BFLOAT16'] === 'no') return false
  if (!native || native.isUsingGpuDevice || !hasBfloat16()) return false
  const [exact, coarse] = [gradientBy(tf, false), gradientBy(tf, true)]
  let [error, length] = [0, 0]
  exact.forEach((value, i) => {
    error += (value - coarse[i]!) ** 2
    length += value ** 2
  })
  return error <= LARGEST_ERROR ** 2 * length
}

/** Whether the processor says that it has instructions for bfloat16; known on Linux alone. */
function hasBfloat16(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false
  try {
    return /\b(avx512_bf16|amx_bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))
  } catch {
    return false
  }
}

/** The gradient of a small network's filter. */
function gradientBy(tf: Tf, narrow: boolean): Float32Array {
  const random = randomFrom(5)
  const values = (length: number): Float32Array => Float32Array.from({ length }, () => normal(random))
  const kernels = kernelsFor(
    tf,
    graphCompiler(tf, () => narrow),
  )
  const image = tf.tensor4d(values(16 * 16 * 8), [1, 16, 16, 8])
  const filter = tf.tensor4d(values(3 * 3 * 8 * 8), [3, 3, 8, 8])
  const bias = tf.tensor1d(values(8))
  const run = kernels.compile(
    'probe of bfloat16',
    'same',
    ([x, w, b]) => {
      const conv = (input: Tensor4D, weights: Tensor4D, stride: 1 | 2): Tensor4D =>
        kernels.conv(input, weights, b as Tensor1D, { stride, relu: true, inputGradient: true })
      const { grad } = tf.valueAndGrad((weights) => {
        const shaped = tf.reshape<Rank.R4>(weights, [3, 3, 8, 8])
        return tf.mean(tf.square(conv(conv(x as Tensor4D, shaped, 2), shaped, 1)))
      })(w!)
      return [grad]
    },
    { coarse: true },
  )
  const [gradient] = run([image, filter, bias])
  const read = gradient!.dataSync() as Float32Array
  tf.dispose([gradient!, image, filter, bias])
  return read
}
