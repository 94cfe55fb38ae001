import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { modelFile } from '../contract/engine.ts'
import type {
  Architecture,
  BackendName,
  Engine,
  ModelFile,
  RgbImage,
  TrainBatch,
  TrainRequest,
} from '../contract/engine.ts'
import type { CurvePoint } from '../contract/wire.ts'
import { labelMapToRles } from '../core/mask/rle.ts'
import { between, randomFrom, seedFrom } from '../core/random.ts'
import { startEngine } from '../services/machinery/engine-client.ts'
import { TEST_CLUSTER } from './model.ts'
import { descendants } from './processes.ts'

/** Small trainings in real engines, on 32 px scenes: each takes a second. Folder and engines go when the tests of the file have ended. */

const SMALL: Architecture = {
  family: 'fast-unet',
  levels: [8, 12],
  embedding: 2,
  offsetScale: 5,
  coordinates: 'pixel',
}
export const CROP = 32

export const scratch = mkdtempSync(join(tmpdir(), 'drydock-engine-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** One engine a backend for all tests: starting one takes longer than most of them. */
const engines = new Map<BackendName | null, Engine>()
afterAll(() => Promise.all([...engines.values()].map((engine) => engine.stop())))

export function engineOn(backend: BackendName | null): Engine {
  const engine = engines.get(backend) ?? startEngine(backend ? { backend } : {})
  engines.set(backend, engine)
  return engine
}

export const hasLibrary = ((): boolean => {
  try {
    const addon = createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json')
    return existsSync(join(addon, '..', 'lib', 'napi-v8', 'tfjs_binding.node'))
  } catch {
    return false
  }
})()
export const BACKENDS: BackendName[] = hasLibrary ? ['tensorflow', 'wasm', 'cpu'] : ['wasm', 'cpu']
export const TRAINS = BACKENDS[0]!

/** Dark water with one or two bright boxes. */
export function scene(seed: number, side = CROP): { image: RgbImage; labels: Uint16Array } {
  const random = randomFrom(seed)
  const labels = new Uint16Array(side * side)
  const data = Uint8Array.from({ length: side * side * 3 }, () => between(random, 30, 70))
  for (let label = 1; label <= 2; label++) {
    const [x, y] = [Math.floor(between(random, 0, side - 9)), Math.floor(between(random, 0, side - 7))]
    for (let row = y; row < y + 6; row++)
      for (let column = x; column < x + 8; column++) {
        labels[row * side + column] = label
        data.fill(220, 3 * (row * side + column), 3 * (row * side + column) + 3)
      }
  }
  return { image: { width: side, height: side, data }, labels }
}

function batchOf(seed: number, step: number): TrainBatch {
  const crops = [0, 1, 2].map((i) => scene(seedFrom(seed, step, i)))
  return {
    images: Uint8Array.from(crops.flatMap(({ image }) => [...image.data])),
    labels: Uint16Array.from(crops.flatMap(({ labels }) => [...labels])),
    batch: crops.length,
    crop: CROP,
  }
}

export function request(out: string, more: Partial<TrainRequest> = {}): TrainRequest {
  return {
    fromFolder: null,
    architecture: SMALL,
    outFolder: join(scratch, out),
    resume: false,
    steps: 30,
    stopAfter: null,
    patience: null,
    keepSnapshots: false,
    keepLast: false,
    seconds: null,
    batch: 3,
    crop: CROP,
    learningRate: 0.01,
    weights: { bce: 2, dice: 1, embedding: 0.5, centre: 0.5 },
    lossUnit: 'pixel',
    validateEvery: 10,
    validationImages: 2,
    pairedImages: 0,
    furtherImages: 0,
    trainedImages: 0,
    cluster: TEST_CLUSTER,
    seed: 5,
    ...more,
  }
}

export function modelOf(out: string): ModelFile {
  return modelFile.parse(JSON.parse(readFileSync(join(scratch, out, 'model.json'), 'utf8')))
}

interface Host {
  points: CurvePoint[]
  options: Parameters<Engine['train']>[1]
}

export function host(signal?: AbortSignal, onStep?: (step: number) => void): Host {
  const points: CurvePoint[] = []
  return {
    points,
    options: {
      ...(signal ? { signal } : {}),
      batch: async (step) => {
        onStep?.(step)
        return batchOf(5, step)
      },
      validation: async (index) => {
        const { image, labels } = scene(900 + index)
        return { image, truth: labelMapToRles(labels, CROP, CROP), ignored: [] }
      },
      onPoint: (point) => points.push(point),
    },
  }
}

export const fileOf = (out: string, name: string): Buffer => readFileSync(join(scratch, out, name))
export const weightsOf = (out: string): Buffer => fileOf(out, 'weights.bin')

/** Every engine that this process has started. */
export function enginePids(): number[] {
  return descendants(process.pid, join('engine', 'main'))
}

export function killEngines(): void {
  for (const pid of enginePids()) process.kill(pid, 'SIGKILL')
}
