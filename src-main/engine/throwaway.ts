import { spawn } from 'node:child_process'
import { z } from 'zod'
import type { Candidate } from './load.ts'

/** What the throw-away process is asked. */
export interface ProbeOrder {
  candidate: Candidate
  /** also time a convolution */
  timed: boolean
  /** it ends itself after this time, whatever happens */
  limitMs: number
}

const probeReport = z.discriminatedUnion('passed', [
  z.object({ passed: z.literal(true), onGpu: z.boolean(), convolutionMs: z.number().nullable() }),
  z.object({ passed: z.literal(false), reason: z.string() }),
])
/** What the throw-away process tells. */
export type ProbeReport = z.infer<typeof probeReport>

const STDERR_KEPT = 2_000

/**
 * Probes a backend in a process of its own, with this one's Node and environment, and waits until that process is gone
 * (libtensorflow holds all of a GPU's memory while it runs).
 * @param entry file of the process
 * @returns its report; a crash, a hang or an end without an answer is one that did not pass
 */
export function probeApart(order: ProbeOrder, entry: string): Promise<ProbeReport> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=DEP0051',
      entry,
      JSON.stringify({ ...order, limitMs: order.limitMs + 1000 }),
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], windowsHide: true },
  )
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  return new Promise((resolve) => {
    let report: ProbeReport | null = null
    let stderr = ''
    const settle = (end: ProbeReport): void => {
      process.off('exit', kill)
      clearTimeout(patience)
      resolve(report ?? end)
    }
    const patience = setTimeout(() => {
      report = { passed: false, reason: `no answer in ${order.limitMs / 1000} s` }
      kill()
    }, order.limitMs)
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_KEPT)
    })
    child.once('message', (message) => {
      const parsed = probeReport.safeParse(message)
      report ??= parsed.success ? parsed.data : { passed: false, reason: 'an answer of unknown form' }
      // What it does on its way out no longer matters.
      kill()
    })
    child.once('error', (error) =>
      settle({ passed: false, reason: `its probe did not start: ${error.message}` }),
    )
    child.once('close', (code, signal) => settle({ passed: false, reason: howItEnded(code, signal, stderr) }))
  })
}

function howItEnded(code: number | null, signal: string | null, stderr: string): string {
  const how = signal === null ? `it ended without an answer (code ${code})` : `it crashed (${signal})`
  // The last words of the library or driver, where it had any, say more than the signal.
  const last = stderr.trim().split('\n').at(-1)?.trim()
  return last ? `${how}: ${last}` : how
}
