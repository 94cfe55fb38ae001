import type { Rank, Tensor1D, Tensor4D } from '@tensorflow/tfjs'
import type { BackendName } from '../contract/engine.ts'
import { kernelsFor } from '../model/kernels.ts'
import type { Tf } from '../model/tf.ts'

/**
 * A small training step with known values: a strided convolution with bias and rectification, and its gradients.
 * Input 1..16 in a 4 x 4 image, a 2 x 2 filter of ones, stride 2, bias -20: blocks sum to 14, 22, 46, 54, so the
 * rectified outputs are 0, 2, 26, 34 and their sum 62; the gradient of that sum by the filter is the sum of the inputs
 * under each filter pixel in the three active blocks, by the bias 3.
 * @throws Error where a value is off
 */
export async function probe(tf: Tf, name: BackendName): Promise<void> {
  const kernels = kernelsFor(tf)
  const results = tf.tidy(() => {
    const image: Tensor4D = tf.reshape<Rank.R4>(tf.range(1, 17), [1, 4, 4, 1])
    const { value, grads } = tf.valueAndGrads((filter, bias) =>
      tf.sum(
        kernels.conv(image, filter as Tensor4D, bias as Tensor1D, {
          stride: 2,
          relu: true,
          inputGradient: false,
        }),
      ),
    )([tf.ones([2, 2, 1, 1]), tf.tensor1d([-20])])
    return [value, ...grads]
  })
  const values = await Promise.all(results.map(async (tensor) => [...(await tensor.data())]))
  for (const tensor of results) tensor.dispose()
  const expected = [[62], [3 + 9 + 11, 4 + 10 + 12, 7 + 13 + 15, 8 + 14 + 16], [3]]
  if (JSON.stringify(values) !== JSON.stringify(expected)) {
    throw new Error(
      `the ${name} backend computes ${JSON.stringify(values)} instead of ${JSON.stringify(expected)}`,
    )
  }
}

const WARM_UP = 3
const TIMED = 7

/**
 * Milliseconds that a convolution of the network's kind takes, its result read back: the median of some, after others
 * in which the library chooses its algorithm.
 */
export function timeConvolution(tf: Tf): number {
  const image = tf.ones<Rank.R4>([4, 128, 128, 32])
  const filter = tf.ones<Rank.R4>([3, 3, 32, 32])
  const times: number[] = []
  for (let i = 0; i < WARM_UP + TIMED; i++) {
    const started = performance.now()
    tf.tidy(() => tf.sum(tf.conv2d(image, filter, 1, 'same')).dataSync())
    times.push(performance.now() - started)
  }
  tf.dispose([image, filter])
  return times.slice(WARM_UP).sort((a, b) => a - b)[Math.floor(TIMED / 2)]!
}
