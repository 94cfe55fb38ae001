import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import type { BackendName } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import type { BackendInfo } from '../contract/wire.ts'
import type { Tf } from '../model/tf.ts'
import { probe } from './probe.ts'
import { startWasm, wasmThreads } from './wasm.ts'

/** A tfjs backend that is loaded and has passed its probe. */
export interface Backend {
  tf: Tf
  name: BackendName
  info: BackendInfo
}

const ORDER: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu']

// not named `require`: the bundler declares that itself
const cjs = createRequire(import.meta.url)

/**
 * Loads the best backend that passes its probe, or the forced one; never another one than it says.
 * @param forced backend that must be taken
 * @throws DrydockError internal, where none works (or the forced one does not)
 */
export async function chooseBackend(forced: BackendName | null): Promise<Backend> {
  const passedOver: BackendInfo['passedOver'] = []
  for (const name of forced ? [forced] : ORDER) {
    try {
      const tf = await load(name)
      await probe(tf, name)
      return { tf, name, info: describe(tf, name, forced !== null, passedOver) }
    } catch (error) {
      passedOver.push({ name, reason: reasonOf(error) })
    }
  }
  if (forced) {
    throw new DrydockError(
      'internal',
      `The tfjs backend that was asked for, ${forced}, does not work on this machine (${passedOver.map(({ reason }) => reason).join()}). Choose another one, or leave the choice to Drydock.`,
      { passedOver },
    )
  }
  const reasons = passedOver.map(({ name, reason }) => `${name}: ${reason}`).join(' ')
  throw new DrydockError(
    'internal',
    `No tfjs backend works on this machine. ${reasons} Run "npm run setup" and try again.`,
    { passedOver },
  )
}

async function load(name: BackendName): Promise<Tf> {
  const tf =
    name === 'tensorflow' ? (cjs('@tensorflow/tfjs-node-gpu') as Tf) : (cjs('@tensorflow/tfjs') as Tf)
  if (name === 'wasm') await startWasm(tf)
  else await tf.setBackend(name)
  // tfjs falls back silently when a backend does not start.
  if (tf.getBackend() !== name) throw new Error(`tfjs started "${tf.getBackend()}" instead`)
  await tf.ready()
  return tf
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? message).trim()
}

/** Whether libtensorflow has a GPU that it computes on. */
function onGpu(tf: Tf): boolean {
  const backend: object = tf.backend()
  return 'isUsingGpuDevice' in backend && backend.isUsingGpuDevice === true
}

function threadsOf(tf: Tf, name: BackendName): number {
  if (name === 'cpu') return 1
  if (name === 'tensorflow') return Number(process.env['TF_NUM_INTRAOP_THREADS']) || availableParallelism()
  return wasmThreads(tf)
}

function describe(
  tf: Tf,
  name: BackendName,
  forced: boolean,
  passedOver: BackendInfo['passedOver'],
): BackendInfo {
  const gpu = name === 'tensorflow' && onGpu(tf)
  const best: Record<BackendName, string> = {
    tensorflow: gpu
      ? 'libtensorflow found a GPU that it computes on.'
      : 'libtensorflow is there and passed its probe; it found no GPU.',
    wasm: 'The best of those that work here: WebAssembly passed its probe.',
    cpu: 'The only one that works here; it is slow, and does not train.',
  }
  return {
    name,
    device: gpu ? 'GPU' : name === 'cpu' ? 'JavaScript' : 'CPU',
    threads: threadsOf(tf, name),
    why: forced ? 'Asked for by setting or flag.' : best[name],
    passedOver,
    trains: name !== 'cpu',
    versions: {
      tfjs: tf.version['tfjs-core'],
      ...(name === 'tensorflow' ? { libtensorflow: libraryVersion(tf) } : {}),
      node: process.versions.node,
    },
  }
}

/** Version of the library as tfjs-node's binding tells it. */
function libraryVersion(tf: Tf): string {
  const backend: object = tf.backend()
  if (!('binding' in backend)) return 'unknown'
  const binding = backend.binding as { TF_Version?: unknown }
  return typeof binding.TF_Version === 'string' ? binding.TF_Version : 'unknown'
}
