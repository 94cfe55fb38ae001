import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { normal, randomFrom } from '../core/random.ts'
import { kernelsFor } from './kernels.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

interface Case {
  size: [number, number]
  inputs: number
  outputs: number
  kernel: number
  stride: 1 | 2
  relu: boolean
}

const CASES: Case[] = [
  { size: [6, 8], inputs: 3, outputs: 2, kernel: 3, stride: 1, relu: true },
  { size: [6, 8], inputs: 2, outputs: 3, kernel: 3, stride: 2, relu: true },
  { size: [8, 6], inputs: 3, outputs: 4, kernel: 4, stride: 2, relu: false },
  { size: [5, 7], inputs: 2, outputs: 2, kernel: 3, stride: 2, relu: false },
  { size: [4, 4], inputs: 3, outputs: 5, kernel: 1, stride: 1, relu: false },
]

const BATCH = 2

/** Convolution, and the gradients of sum(weight * output), by plain loops in double precision. */
function byLoops(test: Case, x: number[], w: number[], b: number[], dy: number[]) {
  const { size, inputs, outputs, kernel: k, stride, relu } = test
  const [height, width] = size
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  const before = (n: number): number =>
    Math.floor(Math.max(0, (Math.ceil(n / stride) - 1) * stride + k - n) / 2)
  const [top, left] = [before(height), before(width)]
  const y = new Array<number>(BATCH * rows * columns * outputs).fill(0)
  const dx = x.map(() => 0)
  const dw = w.map(() => 0)
  const db = b.map(() => 0)
  for (let image = 0; image < BATCH; image++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        for (let o = 0; o < outputs; o++) {
          const taps: [number, number][] = []
          let sum = b[o]!
          for (let i = 0; i < k; i++)
            for (let j = 0; j < k; j++)
              for (let n = 0; n < inputs; n++) {
                const [py, px] = [r * stride + i - top, c * stride + j - left]
                if (py < 0 || py >= height || px < 0 || px >= width) continue
                const from = ((image * height + py) * width + px) * inputs + n
                const tap = ((i * k + j) * inputs + n) * outputs + o
                sum += x[from]! * w[tap]!
                taps.push([from, tap])
              }
          const at = ((image * rows + r) * columns + c) * outputs + o
          y[at] = relu ? Math.max(0, sum) : sum
          if (relu && sum <= 0) continue
          db[o]! += dy[at]!
          for (const [from, tap] of taps) {
            dx[from]! += dy[at]! * w[tap]!
            dw[tap]! += dy[at]! * x[from]!
          }
        }
  return { y, dx, dw, db }
}

function close(tensor: Tensor, expected: number[]): void {
  const values = tensor.dataSync()
  expect(values.length).toBe(expected.length)
  expected.forEach((value, i) => expect(Math.abs(values[i]! - value)).toBeLessThan(1e-4))
}

describe.each(BACKENDS)('kernels on %s', (backend) => {
  beforeAll(() => use(backend))

  it.each(CASES)('conv $kernel x $kernel, stride $stride, relu $relu', (test) => {
    const random = randomFrom(7)
    const draw = (n: number): number[] => Array.from({ length: n }, () => Math.fround(normal(random)))
    const { size, inputs, outputs, kernel, stride, relu } = test
    const [rows, columns] = size.map((n) => Math.ceil(n / stride)) as [number, number]
    const x = draw(BATCH * size[0] * size[1] * inputs)
    const w = draw(kernel * kernel * inputs * outputs)
    const b = draw(outputs)
    const dy = draw(BATCH * rows * columns * outputs)
    const expected = byLoops(test, x, w, b, dy)
    const kernels = kernelsFor(tf)
    const before = tf.memory().numTensors
    tf.tidy(() => {
      const options = { stride, relu, inputGradient: true }
      const weights = tf.tensor4d(dy, [BATCH, rows, columns, outputs])
      const filter = tf.tensor4d(w, [kernel, kernel, inputs, outputs])
      const image = tf.tensor4d(x, [BATCH, ...size, inputs])
      close(kernels.conv(image, filter, tf.tensor1d(b), options), expected.y)
      const gradients = tf.grads((input, taps, bias) =>
        tf.sum(tf.mul(kernels.conv(input as Tensor4D, taps as Tensor4D, bias as Tensor1D, options), weights)),
      )([image, filter, tf.tensor1d(b)])
      close(gradients[0]!, expected.dx)
      close(gradients[1]!, expected.dw)
      close(gradients[2]!, expected.db)
    })
    expect(tf.memory().numTensors).toBe(before)
  })

  it('reads bytes as the numbers that they are, wherever they lie', () => {
    tf.tidy(() => {
      const kernels = kernelsFor(tf)
      const all = Uint8Array.from({ length: 300 }, (_, i) => i)
      for (const bytes of [all.slice(0, 256), all.subarray(1, 257)]) {
        const numbers = kernels.readBytes(kernels.giveBytes(bytes, 8))
        expect(numbers.shape).toEqual([8, 32])
        expect(numbers.dtype).toBe('float32')
        expect([...numbers.dataSync()]).toEqual([...bytes])
      }
    })
  })

  it('doubles and adds, and its gradient sums the four copies', () => {
    tf.tidy(() => {
      const kernels = kernelsFor(tf)
      const low = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1])
      const skip = tf.tensor4d(
        Array.from({ length: 16 }, (_, i) => i * 10),
        [1, 4, 4, 1],
      )
      const sum = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4].map((v, i) => v + i * 10)
      close(kernels.upsampleAdd(low, skip), sum)
      const weights = tf.tensor4d(
        Array.from({ length: 16 }, (_, i) => i),
        [1, 4, 4, 1],
      )
      const [dLow, dSkip] = tf.grads((l, s) =>
        tf.sum(tf.mul(kernels.upsampleAdd(l as Tensor4D, s as Tensor4D), weights)),
      )([low, skip])
      close(dLow!, [0 + 1 + 4 + 5, 2 + 3 + 6 + 7, 8 + 9 + 12 + 13, 10 + 11 + 14 + 15])
      close(
        dSkip!,
        Array.from({ length: 16 }, (_, i) => i),
      )
    })
  })
})
