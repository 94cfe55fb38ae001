import { Worker } from 'node:worker_threads'
import { load, onGpu } from './load.ts'
import type { Candidate } from './load.ts'
import { probe, timeConvolution } from './probe.ts'
import type { ProbeOrder, ProbeReport } from './throwaway.ts'

/**
 * The throw-away process: starts one backend, probes it, tells what came of it and is ended. Whatever a bad library or
 * driver does here, it does to nobody else.
 */

const order = JSON.parse(process.argv[2] ?? '') as ProbeOrder

// Hung in native code it would outlive an engine that was killed: a thread of its own ends it in any case.
const end = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${order.limitMs})`
new Worker(end, { eval: true }).unref()
process.on('disconnect', () => process.exit(0))

async function reportProbe(candidate: Candidate): Promise<ProbeReport> {
  try {
    const tf = await load(candidate)
    await probe(tf, candidate.name)
    return { passed: true, onGpu: onGpu(tf), convolutionMs: order.timed ? timeConvolution(tf) : null }
  } catch (error) {
    return { passed: false, reason: error instanceof Error ? error.message : String(error) }
  }
}

process.send?.(await reportProbe(order.candidate))
