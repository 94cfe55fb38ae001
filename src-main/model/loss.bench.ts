import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs'
import { normal, randomFrom } from '../core/random.ts'
import { semiConvLoss } from './loss.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

/** Forward and gradient of the loss: the dense form against the segment form, and each against its own one instance. */

const SIDE = 256
const CHANNELS = 2
const ROUNDS = 7

/** The fastest round: what others do on the machine meanwhile only ever adds. */
function best(values: number[]): number {
  return Math.min(...values)
}

/** A label map whose ship pixels, always the same quarter, are dealt out to so many instances. */
function labelsOf(instances: number): Int32Array {
  const ships = (SIDE * SIDE) / 4
  return Int32Array.from({ length: SIDE * SIDE }, (_, i) =>
    i < ships ? 1 + Math.floor((i * instances) / ships) : 0,
  )
}

function milliseconds(form: 'dense' | 'segment', instances: number): number {
  const random = randomFrom(1)
  const labels: Tensor3D = tf.tensor3d(labelsOf(instances), [1, SIDE, SIDE], 'int32')
  const psi = tf.tensor4d(
    Float32Array.from({ length: SIDE * SIDE * CHANNELS }, () => 10 * normal(random)),
    [1, SIDE, SIDE, CHANNELS],
  )
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    tf.tidy(() => {
      const { grad } = tf.valueAndGrad((x) => semiConvLoss(tf, labels, x as Tensor4D, { form }))(psi)
      grad.dataSync()
    })
    times.push(performance.now() - start)
  }
  tf.dispose([labels, psi])
  return best(times)
}

for (const backend of BACKENDS.filter((name) => name !== 'cpu')) {
  await use(backend)
  const rows = [1, 20, 200].map((instances) => ({
    instances,
    dense: milliseconds('dense', instances),
    segment: milliseconds('segment', instances),
  }))
  const first = rows[0]!
  console.log(
    `${backend}: one image of ${SIDE} x ${SIDE}, ${CHANNELS} channels, forward and gradient, ms (fastest of 7)`,
  )
  console.table(
    rows.map(({ instances, dense, segment }) => ({
      instances,
      'dense ms': dense.toFixed(1),
      'segment ms': segment.toFixed(1),
      'dense / segment': (dense / segment).toFixed(1),
      'dense / dense of 1': (dense / first.dense).toFixed(2),
      'segment / segment of 1': (segment / first.segment).toFixed(2),
    })),
  )
}
