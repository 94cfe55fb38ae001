import type { Architecture, BackendName, ModelFile } from '../contract/engine.ts'
import { randomFrom } from '../core/random.ts'
import { freshWeights } from '../model/network.ts'
import { predict } from '../model/predict.ts'
import { chooseBackend } from './backends.ts'
import { fastKernels } from './fast-kernels.ts'

/** Prediction of one image with the base network on every backend that is here as the engine predicts, after a warm-up. */

const BASE: Architecture = {
  family: 'fast-unet',
  levels: [16, 32, 64, 80, 80],
  embedding: 2,
  offsetScale: 5,
  coordinates: 'pixel',
}
const NORMALISE: ModelFile['normalise'] = { mean: [0.3, 0.3, 0.3], std: [0.2, 0.2, 0.2] }

/** Plain JavaScript gets a small image, once: it takes as long as it takes. */
const PLAN: Record<BackendName, { side: number; rounds: number }> = {
  tensorflow: { side: 768, rounds: 15 },
  wasm: { side: 768, rounds: 5 },
  cpu: { side: 128, rounds: 1 },
}

const rows = []
for (const name of ['tensorflow', 'wasm', 'cpu'] as const) {
  const { side, rounds } = PLAN[name]
  try {
    const { tf, info } = await chooseBackend(name)
    const network = {
      architecture: BASE,
      normalise: NORMALISE,
      weights: tf.tensor1d(freshWeights(BASE, 1)),
    }
    const random = randomFrom(3)
    const data = Uint8Array.from({ length: side * side * 3 }, () => 256 * random())
    const kernels = fastKernels(tf)
    const times: number[] = []
    for (let round = 0; round < rounds + 1; round++) {
      const start = performance.now()
      await predict(tf, kernels, network, { width: side, height: side, data }, { flips: false, tile: side })
      if (round > 0 || rounds === 1) times.push(performance.now() - start)
    }
    network.weights.dispose()
    const fastest = Math.min(...times)
    rows.push({
      backend: `${name} (${info.device}, ${info.threads} threads)`,
      image: `${side} x ${side}`,
      'fastest ms': Math.round(fastest),
      'ms a megapixel': Math.round((fastest * 1e6) / (side * side)),
    })
  } catch (error) {
    rows.push({ backend: name, image: error instanceof Error ? error.message : String(error) })
  }
}
console.table(rows)
// WebAssembly's threads would keep the process alive.
process.exit()
