import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKPOINT_FILE, snapshotFolder } from '../contract/engine.ts'
import type { Engine, RgbImage, SparseInference } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import { lightOf } from '../core/cluster/light.ts'
import { toFloat16 } from '../core/float16.ts'
import { componentsOf } from '../core/mask/components.ts'
import { fromPredicate, pixelsOf } from '../core/mask/rle.ts'

/** What a test can see and steer of the engine. */
export interface TestEngine extends Engine {
  /** how often it was renewed */
  readonly renewals: number
  /** how often an image was looked at */
  readonly inferences: number
  /** how often of those with flips */
  readonly flipped: number
  /** called before each answer with the number of the inference, from 1, and what cancels it; may wait or throw */
  before: (inference: number, signal: AbortSignal | undefined) => Promise<void> | void
}

/** What an engine that dies in mid-work rejects with. */
export function engineDied(): DrydockError {
  return new DrydockError('engine_died', 'The engine process ended in the middle of the work.')
}

/**
 * An engine without tfjs: bright pixels are ships, each connected part one; its training copies the model. A ship's pixels
 * have foreground 250 of 255, with flips 251.
 */
export function testEngine(): TestEngine {
  let inferences = 0
  let flipped = 0
  let renewals = 0
  return {
    get renewals() {
      return renewals
    },
    renew: () => void renewals++,
    get inferences() {
      return inferences
    },
    get flipped() {
      return flipped
    },
    before: () => undefined,
    async info() {
      return {
        name: 'cpu',
        device: 'JavaScript',
        threads: 1,
        why: 'It is the engine of the tests.',
        passedOver: [],
        trains: true,
        versions: {},
      }
    },
    async infer({ image, flips }, { signal }) {
      if (flips) flipped++
      await this.before(++inferences, signal)
      signal?.throwIfAborted()
      return brightPixels(image, flips ? 251 : 250)
    },
    async train({ fromFolder, outFolder, steps, keepSnapshots }, { batch, onPoint, signal }) {
      if (fromFolder === null) throw new DrydockError('not_found', 'This engine only copies.')
      const total = steps ?? 3
      let step = 0
      while (step < total && !signal?.aborted) {
        await batch(step++)
        onPoint({
          ...{ step, kind: 'train', loss: 1 / step, parts: {}, f2: null, f2WithShips: null },
          ...{ seconds: step, learningRate: 0.001 },
        })
      }
      await mkdir(outFolder, { recursive: true })
      await copyFile(join(fromFolder, 'model.json'), join(outFolder, 'model.json'))
      await writeFile(
        join(outFolder, 'weights.bin'),
        new Uint8Array(new Float32Array([step, 0, 0, 0]).buffer),
      )
      if (keepSnapshots) {
        const kept = snapshotFolder(outFolder, step)
        await mkdir(kept, { recursive: true })
        await copyFile(join(outFolder, 'model.json'), join(kept, 'model.json'))
        await writeFile(join(kept, 'weights.bin'), new Uint8Array(new Float32Array([step, 1, 0, 0]).buffer))
      }
      const cancelled = signal?.aborted ?? false
      await writeFile(join(outFolder, CHECKPOINT_FILE), '')
      const postProcessing = 'Kept from the version it started from.'
      return {
        ...{ steps: step, seconds: step, bestStep: step, startF2: null, paired: null },
        ...{ validation: null, postProcessing, reliability: null, cancelled },
      }
    },
    verify: async () => [],
    stop: async () => undefined,
  }
}

function brightPixels(image: RgbImage, probability: number): SparseInference {
  const { width, height, data } = image
  const size = { width, height }
  const bright = fromPredicate(size, (x, y) => data[(y * width + x) * 3]! > 128)
  const centres = new Map<number, { x: number; y: number }>()
  for (const ship of componentsOf(bright, height, 8)) {
    const pixels = pixelsOf(ship, size)
    const sum = pixels.reduce((s, p) => ({ x: s.x + (p % width), y: s.y + Math.floor(p / width) }), {
      x: 0,
      y: 0,
    })
    for (const pixel of pixels) centres.set(pixel, { x: sum.x / pixels.length, y: sum.y / pixels.length })
  }
  const index = Uint32Array.from(centres.keys()).sort()
  const offset = new Uint16Array(index.length * 2)
  index.forEach((pixel, k) => {
    const { x, y } = centres.get(pixel)!
    offset[2 * k] = toFloat16(x - (pixel % width))
    offset[2 * k + 1] = toFloat16(y - Math.floor(pixel / width))
  })
  const foreground = new Uint8Array(index.length).fill(probability)
  return {
    width,
    height,
    channels: 2,
    index,
    offset,
    foreground,
    light: lightOf(image, { index, foreground }),
  }
}
