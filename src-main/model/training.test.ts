import type { Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { IGNORED_LABEL, LOSS_UNITS } from '../contract/words.ts'
import type { Architecture, ModelFile, TrainBatch } from '../contract/engine.ts'
import { normal, randomFrom } from '../core/random.ts'
import { batchTensors } from './batch.ts'
import { kernelsFor } from './kernels.ts'
import { semiConvLoss } from './loss.ts'
import { mixedLoss } from './mixed-loss.ts'
import { decayMask, freshWeights, unpackHead } from './network.ts'
import { adamW, disposeState, freshState, scheduleOf } from './optimizer.ts'
import { averageDecayAt, learningRateAt } from './schedule.ts'
import { addCoordinates } from './semi-conv.ts'
import { BACKENDS, tf, use } from './test-backends.ts'
import { stepOf } from './training.ts'

const SMALL: Architecture = {
  family: 'fast-unet',
  levels: [4, 6],
  embedding: 2,
  offsetScale: 5,
  coordinates: 'pixel',
}
const NORMALISE: ModelFile['normalise'] = { mean: [0.3, 0.3, 0.3], std: [0.2, 0.2, 0.2] }
const WEIGHTS = { bce: 2, dice: 1, embedding: 0.5, centre: 0.5 }

/** Two images of 16 x 16 with two bright boxes that touch, and one without a ship. */
function boxes(): TrainBatch {
  const crop = 16
  const labels = new Uint16Array(3 * crop * crop)
  const random = randomFrom(2)
  for (let image = 0; image < 2; image++)
    for (let y = 3; y < 9; y++)
      for (let x = 2 + image; x < 12; x++) labels[(image * crop + y) * crop + x] = x < 7 ? 1 : 2
  const images = new Uint8Array(labels.length * 3)
  labels.forEach((label, i) => images.fill(40 + 20 * random() + (label ? 140 : 0), 3 * i, 3 * i + 3))
  return { images, labels, batch: 3, crop }
}

describe.each(BACKENDS)('training on %s', (backend) => {
  beforeAll(() => use(backend))

  it('the mixed loss is 2 BCE + dice + 0.5 (eq. 5 + centres) in units of the ships’ size, of the unpacked output, and so is its gradient', () => {
    const { labels, batch, crop } = boxes()
    const random = randomFrom(5)
    const half = crop / 2
    const draw = (channels: number): Float32Array =>
      Float32Array.from({ length: batch * half * half * channels }, () => normal(random))
    const [z, o] = [draw(4), draw(8)]
    /** Lengths of the instances' mean offsets, as the mean over images. */
    const centres = (offsets: ArrayLike<number>): number => {
      const sums = new Map<string, [number, number, number]>()
      labels.forEach((label, i) => {
        if (label === 0) return
        const key = `${Math.floor(i / crop ** 2)} ${label}`
        const [x, y, n] = sums.get(key) ?? [0, 0, 0]
        sums.set(key, [x + offsets[2 * i]!, y + offsets[2 * i + 1]!, n + 1])
      })
      return [...sums.values()].reduce((sum, [x, y, n]) => sum + Math.hypot(x, y) / n, 0) / batch
    }
    const loss = (logits: Float32Array, offsets: Float32Array): number =>
      tf.tidy(() => {
        const [packedZ, packedO]: Tensor4D[] = [
          tf.tensor4d(logits, [batch, half, half, 4]),
          tf.tensor4d(offsets, [batch, half, half, 8]),
        ] as [Tensor4D, Tensor4D]
        const flat = unpackHead(tf, packedZ).dataSync()
        let [bce, both, sizes] = [0, 0, 0]
        labels.forEach((label, i) => {
          const [t, p] = [label ? 1 : 0, 1 / (1 + Math.exp(-flat[i]!))]
          // ships of 24 and 30 px: each pixel counts the most there is, 3
          bce -= (t ? 3 * Math.log(p) : Math.log(1 - p)) / labels.length
          both += t * p
          sizes += t + p
        })
        const ids: Tensor3D = tf.tensor3d(Int32Array.from(labels), [batch, crop, crop], 'int32')
        const embeddings = addCoordinates(tf, unpackHead(tf, packedO), {
          coordinates: 'pixel',
          origin: [0, 0],
          wholeSize: null,
        })
        const eq5 = semiConvLoss(tf, ids, embeddings, { reduction: 'image-mean' }).dataSync()[0]!
        const unpacked = unpackHead(tf, packedO).dataSync()
        // distances of ships this small are counted in units of 6 px
        return 2 * bce + 1 - (2 * both + 1) / (sizes + 1) + (0.5 * (eq5 + centres(unpacked))) / 6
      })
    const { value, grads } = tf.valueAndGrads((logits, offsets) => {
      const output = { logits: logits as Tensor4D, offsets: offsets as Tensor4D }
      return mixedLoss(tf, output, batchTensors(tf, boxes(), SMALL, 'pixel'), WEIGHTS, 'pixel').value
    })([tf.tensor4d(z, [batch, half, half, 4]), tf.tensor4d(o, [batch, half, half, 8])])
    expect(value.dataSync()[0]).toBeCloseTo(loss(z, o), 4)
    const [dz, dOffsets] = grads.map((g) => g.dataSync())
    // A pixel near a corner of each box, where both parts have a slope.
    for (const i of [0, 4 * (2 * half + 2), 4 * (3 * half + 4) + 1]) {
      const moved = (by: number): number => loss(z.with(i, z[i]! + by), o)
      expect(dz![i]).toBeCloseTo((moved(0.05) - moved(-0.05)) / 0.1, 3)
      const shifted = (by: number): number => loss(z, o.with(2 * i, o[2 * i]! + by))
      expect(dOffsets![2 * i]).toBeCloseTo((shifted(0.05) - shifted(-0.05)) / 0.1, 3)
    }
  })

  it.each(LOSS_UNITS)(
    'pixels that are not to be learnt from are in no part of the loss and have no slope, %ss counted',
    (lossUnit) => {
      const batch = boxes()
      const { crop } = batch
      const ignored = (i: number): boolean => i % crop >= 12 || Math.floor(i / crop ** 2) === 2
      const labels = batch.labels.map((label, i) => (ignored(i) ? IGNORED_LABEL : label))
      const tensors = batchTensors(tf, { ...batch, labels }, SMALL, lossUnit)
      const random = randomFrom(8)
      const [z, o] = [4, 8].map((n) => Float32Array.from({ length: 3 * 64 * n }, () => normal(random)))
      const at = (logits: Float32Array) =>
        tf.valueAndGrads((a, b) => {
          const output = { logits: a as Tensor4D, offsets: b as Tensor4D }
          return mixedLoss(tf, output, tensors, WEIGHTS, 'pixel').value
        })([tf.tensor4d(logits, [3, 8, 8, 4]), tf.tensor4d(o!, [3, 8, 8, 8])])
      const { value, grads } = at(z!)
      // which of the packed logits they are
      const places = unpackHead(tf, tf.tensor4d(Float32Array.from(z!.keys()), [3, 8, 8, 4])).dataSync()
      const slopes = grads[0]!.dataSync()
      places.forEach((place, i) => {
        if (ignored(i)) expect(slopes[place]).toBe(0)
        else expect(slopes[place]).not.toBe(0)
      })
      const other = Float32Array.from(z!)
      places.forEach((place, i) => (ignored(i) ? (other[place] = 9) : 0))
      expect(at(other).value.dataSync()[0]).toBeCloseTo(value.dataSync()[0]!, 6)
    },
  )

  it('is the same in normalised coordinates, value and gradient, on crops of any size', () => {
    const random = randomFrom(9)
    const [batch, crop] = [2, 64]
    const labels = new Uint16Array(batch * crop * crop)
    for (let y = 10; y < 22; y++) labels.fill(1, y * crop + 8, y * crop + 50)
    for (let y = 30; y < 40; y++) labels.fill(2, y * crop + 20, y * crop + 36)
    const images = new Uint8Array(3 * labels.length)
    const values = (length: number) => Float32Array.from({ length }, () => 6 * normal(random))
    const [z, o] = [values(batch * 32 * 32 * 4), values(batch * 32 * 32 * 8)]
    const [pixel, normalized] = (['pixel', 'normalized'] as const).map((coordinates) => {
      const { value, grads } = tf.valueAndGrads((logits, offsets) => {
        const output = { logits: logits as Tensor4D, offsets: offsets as Tensor4D }
        const tensors = batchTensors(tf, { images, labels, batch, crop }, { ...SMALL, coordinates }, 'ship')
        return mixedLoss(tf, output, tensors, WEIGHTS, coordinates).value
      })([tf.tensor4d(z, [batch, 32, 32, 4]), tf.tensor4d(o, [batch, 32, 32, 8])])
      return { value: value.dataSync()[0]!, gradient: grads[1]!.dataSync() }
    })
    expect(normalized!.value).toBeCloseTo(pixel!.value, 4)
    normalized!.gradient.forEach((slope, i) => expect(slope).toBeCloseTo(pixel!.gradient[i]!, 6))
    expect(Math.max(...pixel!.gradient.map(Math.abs))).toBeGreaterThan(1e-4)
  })

  it('learns a batch by heart, keeps its tensors, and is the same a second time', () => {
    const lossUnit = backend === 'wasm' ? 'ship' : 'pixel'
    const run = (steps: number): { losses: number[]; tensors: number[]; weights: number[] } => {
      const mask: Tensor1D = tf.tensor1d(decayMask(SMALL))
      const step = stepOf(tf, kernelsFor(tf), {
        architecture: SMALL,
        normalise: NORMALISE,
        ...{ lossWeights: WEIGHTS, lossUnit },
        decayMask: mask,
        clipNorm: 5,
      })
      let state = freshState(tf, freshWeights(SMALL, 1))
      const [losses, tensors]: [number[], number[]] = [[], []]
      for (let i = 0; i < steps; i++) {
        const schedule = { learningRate: 0.01, weightDecay: 0.01, averageDecay: 0.9 }
        const { state: next, figures } = step(state, boxes(), schedule)
        state = next!
        losses.push(figures.loss)
        tensors.push(tf.memory().numTensors)
      }
      const weights = [...state.weights.dataSync()]
      disposeState(state)
      mask.dispose()
      return { losses, tensors, weights }
    }
    const steps = backend === 'cpu' ? 4 : 40
    const before = tf.memory().numTensors
    const first = run(steps)
    expect(tf.memory().numTensors).toBe(before)
    expect(new Set(first.tensors).size).toBe(1)
    expect(first.losses.every(Number.isFinite)).toBe(true)
    expect(first.losses.at(-1)).toBeLessThan(first.losses[0]! * (backend === 'cpu' ? 1 : 0.5))
    expect(run(steps)).toEqual(first)
  })

  it('a step whose loss is not a number changes nothing', () => {
    const mask: Tensor1D = tf.tensor1d(decayMask(SMALL))
    const loss = { lossWeights: WEIGHTS, lossUnit: 'ship' as const }
    const options = { architecture: SMALL, normalise: NORMALISE, ...loss, clipNorm: 5 }
    const step = stepOf(tf, kernelsFor(tf), { ...options, decayMask: mask })
    const weights = freshWeights(SMALL, 1)
    weights[0] = NaN
    const state = freshState(tf, weights)
    const before = tf.memory().numTensors
    const schedule = { learningRate: 0.01, weightDecay: 0.01, averageDecay: 0.9 }
    expect(step(state, boxes(), schedule).state).toBeNull()
    expect(tf.memory().numTensors).toBe(before)
    expect([...state.average.dataSync()]).toEqual([...weights])
    disposeState(state)
    mask.dispose()
  })
})

describe('AdamW', () => {
  beforeAll(() => use(BACKENDS[0]!))

  it('does what the paper says, with clipping, decay on masked weights, and the average', () => {
    const options = { learningRate: 0.1, weightDecay: 0.2, averageDecay: 0.5 }
    const clipNorm = 2
    const decays = [1, 0, 1]
    const weights = [1, -2, 0.5]
    const [m, v, average] = [[0, 0, 0], [0, 0, 0], [...weights]]
    let state = freshState(tf, Float32Array.from(weights))
    const decayMask: Tensor1D = tf.tensor1d(decays)
    for (let step = 1; step <= 12; step++) {
      const gradient = [3 * Math.sin(step), -1, 0.5 * step]
      const norm = Math.hypot(...gradient)
      const clip = Math.min(1, clipNorm / norm)
      gradient.forEach((raw, i) => {
        const g = raw * clip
        m[i] = 0.9 * m[i]! + 0.1 * g
        v[i] = 0.999 * v[i]! + 0.001 * g * g
        const update = m[i] / (1 - 0.9 ** step) / (Math.sqrt(v[i] / (1 - 0.999 ** step)) + 1e-8)
        weights[i]! -= options.learningRate * (update + options.weightDecay * decays[i]! * weights[i]!)
        const keep = Math.min(options.averageDecay, (1 + step) / (10 + step))
        average[i] = keep * average[i]! + (1 - keep) * weights[i]!
      })
      const next = tf.tidy(() => ({
        ...adamW(
          tf,
          state,
          tf.tensor1d(gradient),
          tf.scalar(norm),
          tf.tensor1d(scheduleOf(state.step, options)),
          decayMask,
          clipNorm,
        ),
      }))
      disposeState(state)
      state = { ...next, step }
    }
    state.weights.dataSync().forEach((w, i) => expect(w).toBeCloseTo(weights[i]!, 4))
    state.average.dataSync().forEach((w, i) => expect(w).toBeCloseTo(average[i]!, 4))
    expect(state.step).toBe(12)
    disposeState(state)
  })
})

describe('the learning rate', () => {
  it('rises, falls as a half cosine, and ends at a hundredth', () => {
    expect(learningRateAt(1, 0, 0)).toBeLessThan(0.01)
    // of a timed training a share is done before anything is known of its steps
    expect(learningRateAt(1, 0, 0.02)).toBeLessThan(0.01)
    expect(learningRateAt(1, 1000, 0.1)).toBeCloseTo(0.01 + 0.99 * 0.5 * (1 + Math.cos(0.1 * Math.PI)), 6)
    expect(learningRateAt(1, 5000, 0.5)).toBeCloseTo(0.505, 6)
    expect(learningRateAt(1, 10_000, 1)).toBeCloseTo(0.01, 6)
  })

  it('averages over a short training without much of where it began, and over 500 steps of a long one', () => {
    const kept = (steps: number): number =>
      Array.from({ length: steps }, (_, step) => averageDecayAt(step)).reduce((a, b) => a * b, 1)
    expect(kept(50)).toBeLessThan(0.001)
    expect(averageDecayAt(100_000)).toBe(0.998)
  })

  it('depends on step and share alone, so that a resumed training goes on as it would have', () => {
    const rates = Array.from({ length: 100 }, (_, step) => learningRateAt(0.002, step, step / 100))
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.002)
    expect(rates.indexOf(Math.max(...rates))).toBeLessThan(10)
  })
})
