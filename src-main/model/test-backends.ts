import type * as wasmBackend from '@tensorflow/tfjs-backend-wasm'
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import type { BackendName } from '../contract/engine.ts'
import type { Tf } from './tf.ts'

/** For tests: all backends of this machine in one process. */

const cjs = createRequire(import.meta.url)

function load(): { tf: Tf; names: BackendName[] } {
  const wasm = cjs('@tensorflow/tfjs-backend-wasm') as typeof wasmBackend
  wasm.setWasmPaths(dirname(cjs.resolve('@tensorflow/tfjs-backend-wasm')) + sep)
  try {
    return { tf: cjs('@tensorflow/tfjs-node-gpu') as Tf, names: ['tensorflow', 'wasm', 'cpu'] }
  } catch (error) {
    console.warn(`Not tested on libtensorflow: ${error instanceof Error ? error.message : String(error)}`)
    return { tf: cjs('@tensorflow/tfjs') as Tf, names: ['wasm', 'cpu'] }
  }
}

/** tfjs, and the backends to test on, best first. */
export const { tf, names: BACKENDS } = load()

/** Switches to a backend and makes sure that it is the one in use. */
export async function use(name: BackendName): Promise<void> {
  await tf.setBackend(name)
  if (tf.getBackend() !== name) throw new Error(`tfjs took ${tf.getBackend()} instead of ${name}`)
}
