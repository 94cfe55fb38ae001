import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { BackendName } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import type { BackendInfo } from '../contract/wire.ts'
import { entry, userCache } from '../locations.ts'
import type { Tf } from '../model/tf.ts'
import { decideGpu, gpuState, inMs } from './gpu.ts'
import type { GpuState } from './gpu.ts'
import { load, onGpu, titleOf } from './load.ts'
import type { Candidate } from './load.ts'
import { probe } from './probe.ts'
import { ProbeMemory, probeKey } from './probe-memory.ts'
import type { Pass } from './probe-memory.ts'
import { probeApart } from './throwaway.ts'
import type { ProbeReport } from './throwaway.ts'
import { wasmThreads } from './wasm.ts'

/** A tfjs backend that is loaded and has passed its probe. */
export interface Backend {
  tf: Tf
  name: BackendName
  info: BackendInfo
}

/** How candidates are probed; tests give their own. */
export interface Probing {
  /** file of the throw-away process */
  entry: string
  /** how long that process may take */
  limitMs: number
  /** file in which passes are remembered */
  memory: string
  gpu: GpuState
}

const ORDER: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu']
const LIMIT_MS = 60_000

/**
 * Loads the best backend that passes its probe, or the forced one; never another one than it says. Each is probed in a
 * throw-away process first, unless it passed on this very machine before.
 * @param forced backend that must be taken
 * @throws DrydockError internal, where none works (or the forced one does not)
 */
export async function chooseBackend(
  forced: BackendName | null,
  probing: Probing = {
    entry: entry('probe'),
    limitMs: LIMIT_MS,
    memory: join(userCache, 'probes.json'),
    gpu: gpuState(),
  },
): Promise<Backend> {
  const passedOver: BackendInfo['passedOver'] = []
  const memory = new ProbeMemory(probing.memory)
  const passOf = throwAwayProbes(probing)
  for (const candidate of candidates(forced, probing.gpu)) {
    const { name, device } = candidate
    const key = probeKey(candidate)
    try {
      if (device === 'GPU' && probing.gpu === 'no build') {
        throw new Error('its libraries are not here: "npm run setup -- --gpu" fetches them (some GB)')
      }
      const pass = (await memory.take(candidate, key)) ?? (await passOf(candidate))
      const tf = await load(candidate)
      // Loaded for the one device, the library stays there for as long as the process lives.
      if (onGpu(tf) !== (device === 'GPU')) throw new Error(`here it computes on the ${other(device)}`)
      await probe(tf, name)
      await memory.keep(candidate, key, pass)
      return { tf, name, info: describeBackend(tf, candidate, pass, forced !== null, passedOver) }
    } catch (error) {
      passedOver.push({ name: titleOf(candidate), reason: reasonOf(error) })
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

/** What is tried, best first: libtensorflow on a GPU only where there is a card. */
function candidates(forced: BackendName | null, gpu: GpuState): Candidate[] {
  return (forced ? [forced] : ORDER).flatMap((name): Candidate[] =>
    name === 'tensorflow' && gpu !== 'none'
      ? [
          { name, device: 'GPU' },
          { name, device: 'CPU' },
        ]
      : [{ name, device: 'CPU' }],
  )
}

/** Probes candidates apart, each once: the processor's is also what the GPU's is compared with. */
function throwAwayProbes({ entry: file, limitMs, gpu }: Probing): (candidate: Candidate) => Promise<Pass> {
  const reports = new Map<string, Promise<ProbeReport>>()
  const ask = (candidate: Candidate): Promise<ProbeReport> => {
    const timed = candidate.name === 'tensorflow' && gpu === 'ready'
    const report = reports.get(titleOf(candidate)) ?? probeApart({ candidate, timed, limitMs }, file)
    reports.set(titleOf(candidate), report)
    return report
  }
  return async (candidate) => {
    const report = await ask(candidate)
    if (candidate.device === 'GPU') {
      const decision = decideGpu(report, report.passed ? await ask({ ...candidate, device: 'CPU' }) : null)
      if ('notBecause' in decision) throw new Error(decision.notBecause)
      return { convolutionMs: decision }
    }
    if (!report.passed) throw new Error(report.reason)
    return { convolutionMs: null }
  }
}

function other(device: Candidate['device']): string {
  return device === 'GPU' ? 'processor' : 'GPU'
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return (message.split('\n')[0] ?? message).trim()
}

function threadsOf(tf: Tf, name: BackendName): number {
  if (name === 'cpu') return 1
  if (name === 'tensorflow') return Number(process.env['TF_NUM_INTRAOP_THREADS']) || availableParallelism()
  return wasmThreads(tf)
}

function describeBackend(
  tf: Tf,
  { name, device }: Candidate,
  { convolutionMs }: Pass,
  forced: boolean,
  passedOver: BackendInfo['passedOver'],
): BackendInfo {
  const best: Record<BackendName, string> = {
    tensorflow: convolutionMs
      ? `A convolution took ${inMs(convolutionMs.gpu)} on the GPU, ${inMs(convolutionMs.cpu)} on the processor.`
      : 'libtensorflow is there and passed its probe; it computes on the processor.',
    wasm: 'The best of those that work here: WebAssembly passed its probe.',
    cpu: 'The only one that works here; it is slow, and does not train.',
  }
  return {
    name,
    device: name === 'cpu' ? 'JavaScript' : device,
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
