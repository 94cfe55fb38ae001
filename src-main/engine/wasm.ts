import type * as wasmBackend from '@tensorflow/tfjs-backend-wasm'
import { createRequire } from 'node:module'
import os from 'node:os'
import { dirname, join, sep } from 'node:path'
import type { Tf } from '../model/tf.ts'

/** WebAssembly with SIMD and threads in Node, which tfjs does not start by itself. */

const cjs = createRequire(import.meta.url)
const NAME = '@tensorflow/tfjs-backend-wasm'

type WasmPackage = typeof wasmBackend

/** Registers the backend and starts it; the caller checks which one tfjs has taken. */
export async function startWasm(tf: Tf): Promise<void> {
  const wasm = cjs(NAME) as WasmPackage
  const dist = dirname(cjs.resolve(NAME))
  wasm.setWasmPaths(dist + sep)
  const threads = os.availableParallelism()
  tf.env().set('WASM_HAS_SIMD_SUPPORT', true)
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1)
  wasm.setThreadsCount(threads)
  await withStartableWorkers(join(dist, '..', 'wasm-out', 'tfjs-backend-wasm-threaded-simd'), () =>
    tf.setBackend('wasm'),
  )
}

/** Threads that WebAssembly computes on. */
export function wasmThreads(tf: Tf): number {
  return tf.env().getBool('WASM_HAS_MULTITHREAD_SUPPORT') ? (cjs(NAME) as WasmPackage).getThreadsCount() : 1
}

/**
 * tfjs hands its threads their code as blob URLs, from which Node's workers do not start. While `start` runs, such
 * a URL is a module that runs the same code, as the package holds it: a text in `.worker.js`, the rest in `.js`.
 * The build takes at most half of the cores that `os.cpus` counts, so that counts each twice meanwhile.
 * @param script path of the package's threaded build, without `.js` and `.worker.js`
 */
async function withStartableWorkers(script: string, start: () => Promise<unknown>): Promise<void> {
  const [main, worker] = [JSON.stringify(`${script}.js`), JSON.stringify(`${script}.worker.js`)]
  const code = `
    import { createRequire } from 'node:module'
    const require = createRequire(${worker})
    const code = require(${worker}).wasmWorkerContents.replaceAll('\\n', '\\\\n')
    URL.createObjectURL = () => ${main}
    URL.revokeObjectURL = () => {}
    new Function('require', '__filename', code)(require, ${worker})`
  const { cpus } = os
  const { createObjectURL } = URL
  const url: unknown = new URL(`data:text/javascript,${encodeURIComponent(code)}`)
  URL.createObjectURL = () => url as string
  os.cpus = () => [...cpus(), ...cpus()]
  try {
    await start()
  } finally {
    URL.createObjectURL = createObjectURL
    os.cpus = cpus
  }
}
