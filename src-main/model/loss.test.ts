import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { normal, randomFrom, wholeBetween } from '../core/random.ts'
import type { LossOptions } from './loss.ts'
import { semiConvLoss } from './loss.ts'
import { BACKENDS, tf, use } from './test-backends.ts'

const FORMS = ['dense', 'segment'] as const

/** Eq. 5 by plain loops in double precision. */
function byLoops(
  labels: number[],
  embeddings: number[],
  [batch, pixels, channels]: [number, number, number],
  { reduction = 'sum', background = 0 }: LossOptions,
): number {
  let sum = 0
  let instances = 0
  for (let b = 0; b < batch; b++) {
    const groups = Map.groupBy(
      Array.from({ length: pixels }, (_, p) => b * pixels + p),
      (p) => labels[p]!,
    )
    for (const [label, members] of groups) {
      if (label === background) continue
      instances++
      const mean = Array.from(
        { length: channels },
        (_, c) => members.reduce((total, p) => total + embeddings[p * channels + c]!, 0) / members.length,
      )
      const lengths = members.map((p) => Math.hypot(...mean.map((m, c) => embeddings[p * channels + c]! - m)))
      sum += lengths.reduce((total, length) => total + length, 0) / members.length
    }
  }
  if (reduction === 'image-mean') return sum / batch
  return reduction === 'instance-mean' ? sum / Math.max(1, instances) : sum
}

function scene(seed: number, shape: [number, number, number, number], highest: number) {
  const random = randomFrom(seed)
  const [batch, height, width, channels] = shape
  const labels = Array.from({ length: batch * height * width }, () =>
    random() < 0.4 ? 0 : wholeBetween(random, 1, highest),
  )
  const embeddings = Array.from({ length: labels.length * channels }, () => Math.fround(5 * normal(random)))
  return { labels, embeddings }
}

function run(
  labels: number[],
  embeddings: number[],
  shape: [number, number, number, number],
  options: LossOptions,
): { value: number; gradient: number[] } {
  const [value, gradient] = tf.tidy(() => {
    const ids: Tensor3D = tf.tensor3d(labels, [shape[0], shape[1], shape[2]], 'int32')
    const result = tf.valueAndGrad((psi) => semiConvLoss(tf, ids, psi as Tensor4D, options))(
      tf.tensor4d(embeddings, shape),
    )
    return [[...result.value.dataSync()], [...result.grad.dataSync()]] as unknown as [number[], number[]]
  })
  return { value: value[0]!, gradient }
}

describe.each(BACKENDS)('semi-convolutional loss on %s', (backend) => {
  beforeAll(() => use(backend))

  it.each(FORMS)('%s: value and gradient are those of plain loops and central differences', (form) => {
    const shape: [number, number, number, number] = [2, 4, 5, 3]
    const { labels, embeddings } = scene(3, shape, 4)
    const size: [number, number, number] = [2, 20, 3]
    for (const reduction of ['sum', 'image-mean', 'instance-mean'] as const) {
      for (const background of [0, 2, null]) {
        const options = { reduction, background, form }
        const { value, gradient } = run(labels, embeddings, shape, options)
        expect(value).toBeCloseTo(byLoops(labels, embeddings, size, options), 4)
        for (let i = 0; i < embeddings.length; i += 7) {
          const moved = (by: number): number =>
            byLoops(labels, embeddings.with(i, embeddings[i]! + by), size, options)
          expect(gradient[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 4)
        }
      }
    }
  })

  it('both forms are equal on many random scenes, 10,000 px from the origin too', () => {
    for (let seed = 0; seed < 6; seed++) {
      const shape: [number, number, number, number] = [2, 6, 7, 2 + (seed % 3)]
      const { labels, embeddings } = scene(seed, shape, 1 + 3 * seed)
      const far = embeddings.map((v) => v + (seed % 2) * 10_000)
      const dense = run(labels, far, shape, { form: 'dense' })
      const segment = run(labels, far, shape, { form: 'segment' })
      expect(Math.abs(dense.value - segment.value)).toBeLessThan(2e-3)
      dense.gradient.forEach((g, i) => expect(Math.abs(g - segment.gradient[i]!)).toBeLessThan(2e-3))
    }
  })

  it.each(FORMS)('%s: nothing to measure gives 0, never NaN', (form) => {
    const empty = run([0, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2], { form })
    expect(empty).toEqual({ value: 0, gradient: [0, 0, 0, 0, 0, 0, 0, 0] })
    const onePixel = run([0, 9, 0, 0], [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2], { form })
    expect(onePixel).toEqual({ value: 0, gradient: [0, 0, 0, 0, 0, 0, 0, 0] })
    const allEqual = run([1, 1, 2, 2], [3, 3, 3, 3, 7, 7, 7, 7], [1, 2, 2, 2], { form })
    expect(allEqual).toEqual({ value: 0, gradient: [0, 0, 0, 0, 0, 0, 0, 0] })
  })

  it('a background far away or undefined has no influence', () => {
    const { value, gradient } = run([1, 1, 0, 0], [0, 0, 6, 8, NaN, NaN, Infinity, 1e30], [1, 1, 4, 2], {})
    expect(value).toBeCloseTo(5, 5)
    expect(gradient.slice(4)).toEqual([0, 0, 0, 0])
  })

  it('leaves no tensor behind', () => {
    const { labels, embeddings } = scene(1, [1, 8, 8, 2], 5)
    run(labels, embeddings, [1, 8, 8, 2], {})
    const before = tf.memory().numTensors
    for (let i = 0; i < 20; i++) for (const form of FORMS) run(labels, embeddings, [1, 8, 8, 2], { form })
    expect(tf.memory().numTensors).toBe(before)
  })

  // plain JavaScript, which does not train, has no memory but the collector's
  it.skipIf(backend === 'cpu')('keeps neither tensors nor memory over 1,000 steps', () => {
    const { labels, embeddings } = scene(2, [2, 64, 64, 2], 12)
    const ids: Tensor3D = tf.tensor3d(labels, [2, 64, 64], 'int32')
    const psi = tf.tensor4d(embeddings, [2, 64, 64, 2])
    const gradient = tf.valueAndGrad((x) => semiConvLoss(tf, ids, x as Tensor4D, { form: 'segment' }))
    const steps = (n: number): void => {
      for (let i = 0; i < n; i++) tf.tidy(() => void gradient(psi).grad.dataSync())
    }
    steps(200) // what is made once
    const [tensors, rss] = [tf.memory().numTensors, process.memoryUsage.rss()]
    steps(1000)
    expect(tf.memory().numTensors).toBe(tensors)
    // a gradient of 64 KiB that each step kept would be 62 MiB
    expect(process.memoryUsage.rss() - rss).toBeLessThan(48 * 2 ** 20)
    tf.dispose([ids, psi])
  })
})

describe('the segment form', () => {
  it('needs the same memory for 200 instances as for one', async () => {
    await use('cpu')
    const bytes = async (instances: number): Promise<number> => {
      const labels = Array.from({ length: 64 * 64 }, (_, i) => 1 + (i % instances))
      const profile = await tf.profile(() => {
        run(labels, new Array<number>(64 * 64 * 2).fill(1), [1, 64, 64, 2], { form: 'segment' })
        return tf.scalar(0)
      })
      return profile.peakBytes
    }
    const [one, many] = [await bytes(1), await bytes(200)]
    expect(many / one).toBeLessThan(1.1)
  })
})
