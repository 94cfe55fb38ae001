import { createRequire } from 'node:module'
import type { BackendName } from '../contract/engine.ts'
import type { Tf } from '../model/tf.ts'
import { startWasm } from './wasm.ts'

/** A backend and what it is to compute on; libtensorflow is two candidates where there is a GPU. */
export interface Candidate {
  name: BackendName
  device: 'GPU' | 'CPU'
}

// not named `require`: the bundler declares that itself
const cjs = createRequire(import.meta.url)

/** What a person reads: `wasm`, `tensorflow on GPU`. */
export function titleOf({ name, device }: Candidate): string {
  return device === 'GPU' ? `${name} on GPU` : name
}

/**
 * Starts a backend in this process, where none has been started before; on the processor no GPU is touched.
 * @throws Error where it does not start: tfjs by itself falls back silently
 */
export async function load({ name, device }: Candidate): Promise<Tf> {
  // CUDA reads this when it is loaded, so it holds for the whole process.
  if (name === 'tensorflow' && device === 'CPU') process.env['CUDA_VISIBLE_DEVICES'] = '-1'
  const tf =
    name === 'tensorflow' ? (cjs('@tensorflow/tfjs-node-gpu') as Tf) : (cjs('@tensorflow/tfjs') as Tf)
  if (name === 'wasm') await startWasm(tf)
  else await tf.setBackend(name)
  if (tf.getBackend() !== name) throw new Error(`tfjs started "${tf.getBackend()}" instead`)
  await tf.ready()
  return tf
}

/** Whether libtensorflow has a GPU that it computes on. */
export function onGpu(tf: Tf): boolean {
  const backend: object = tf.backend()
  return 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true
}
