import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type {
  BackendName,
  Engine,
  InferRequest,
  SparseInference,
  TrainOutcome,
  TrainRequest,
  VerifyFinding,
} from '../../contract/engine.ts'
import type { EngineMessage, HostMessage } from '../../contract/engine-messages.ts'
import { DrydockError, fromWireError, toWireError } from '../../contract/errors.ts'
import type { BackendInfo } from '../../contract/wire.ts'
import { Pulse } from '../../core/pulse.ts'
import { engineEnvironment, entry, nodeBinary } from '../../locations.ts'
import { deathOf, oomKills } from './engine-death.ts'
import { RestAfterFailures } from './rest-after-failures.ts'

const CANCEL_PATIENCE_MS = 5_000
const STOP_PATIENCE_MS = 3_000
const STDERR_KEPT = 4_000

/** The engine is asked this often whether it lives, while it works. */
const PULSE_MS = 5_000
/** It counts as hung after ten times its longest step so far, at least after this. */
const HUNG_AFTER_MS = 60_000
/** Plain JavaScript may take minutes for one tile. */
const HUNG_AFTER_SLOW_MS = 600_000

export interface EngineOptions {
  /** forces a backend; without it the engine takes the best that passes its probe */
  backend?: BackendName
  /** what a person has chosen, asked at each start; `backend` and DRYDOCK_BACKEND in the environment win over it */
  chosen?: () => BackendName | null
  /** leaves the window its frames: lower priority for the whole process */
  lowPriority?: boolean
  /** file of the process; default: the engine's own */
  entry?: string
  /** how often it is asked for a sign of life, and how long that may take at least, in ms */
  pulse?: { every: number; hungAfter: number }
}

/** What a call listens to besides its result. */
interface Listeners {
  onProgress?: Parameters<Engine['infer']>[1]['onProgress']
  train?: Parameters<Engine['train']>[1]
}

interface OpenCall extends Listeners {
  resolve: (value: unknown) => void
  reject: (error: Error) => void
  /** set once the host has asked to cancel: kills an engine that does not answer */
  patience: NodeJS.Timeout | null
}

interface Running {
  child: ChildProcess
  calls: Map<number, OpenCall>
  stderr: string
  oomKillsBefore: number
  /** set when the host killed the engine because a cancelled call did not end */
  killedFor: Set<number>
  /** it gets no new call: it is to be renewed, or memory ran out in it, and what libtensorflow left is not to be relied on */
  retired: boolean
  pulse: Pulse
  backend: BackendName | null
  /** how long it had not answered when it was ended for that, in ms */
  hungFor: number | null
  ended: Promise<void>
}

/**
 * An engine process behind the typed port. Started at the first call, and again at the first call after it died or
 * ran out of memory.
 * A call open when the engine dies rejects with `engine_died` (`engine_no_memory` where the system or the
 * allocator says so), whichever of the ways of dying the channel reports first. An engine that does not answer between two
 * steps for too long is ended; its calls reject with `engine_hung`.
 */
export function startEngine(options: EngineOptions = {}): Engine {
  let running: Running | null = null
  let nextId = 1
  const rest = new RestAfterFailures()
  const { every = PULSE_MS, hungAfter = HUNG_AFTER_MS } = options.pulse ?? {}

  function start(): Running {
    const child = spawn(
      nodeBinary(),
      [
        '--disable-warning=ExperimentalWarning',
        '--disable-warning=DEP0051',
        options.entry ?? entry('engine'),
      ],
      {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        serialization: 'advanced',
        windowsHide: true,
        env: { ...process.env, ...engineEnvironment(), ...forcedBackend(options) },
      },
    )
    const calls = new Map<number, OpenCall>()
    const ended = new Promise<void>((resolve) => {
      const end = (code: number | null, signal: string | null): void => {
        if (running === started) running = null
        clearInterval(beat)
        // one that the host has ended says nothing of how the next will start
        const byHost = started.retired || started.killedFor.size > 0
        if (started.backend === null && !byHost) rest.failed()
        for (const id of [...calls.keys()]) settle(started, id, { error: whyDied(started, id, code, signal) })
        resolve()
      }
      child.once('error', () => end(null, null))
      child.once('close', end)
    })
    const started: Running = {
      child,
      calls,
      stderr: '',
      oomKillsBefore: oomKills(),
      killedFor: new Set(),
      retired: false,
      pulse: new Pulse(every, (longest) =>
        Math.max(started.backend === 'cpu' ? HUNG_AFTER_SLOW_MS : hungAfter, 10 * longest),
      ),
      backend: null,
      hungFor: null,
      ended,
    }
    const beat = setInterval(() => feel(started), every)
    beat.unref()
    child.stderr?.on('data', (chunk: Buffer) => {
      started.stderr = (started.stderr + chunk.toString('utf8')).slice(-STDERR_KEPT)
    })
    child.on('message', (raw) => {
      const message = raw as EngineMessage
      if (message.kind === 'alive' && message.backend !== null) rest.worked()
      receive(started, message)
    })
    if (options.lowPriority && child.pid !== undefined) lowerPriority(child.pid)
    return started
  }

  async function call<T>(
    message: { [K in HostMessage as K['kind']]: Omit<K, 'id'> }['info' | 'infer' | 'train' | 'verify'],
    listeners: Listeners,
    signal?: AbortSignal,
    spared = false,
  ): Promise<T> {
    while (!running && rest.left() > 0 && !signal?.aborted) {
      await pause(rest.left(), undefined, signal ? { signal } : {}).catch(() => undefined)
    }
    if (signal?.aborted) throw cancelled()
    if (!running || running.retired) running = start()
    const engine = running
    const id = nextId++
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => (spared ? leave(engine, id) : cancel(engine, id))
      const done = (): void => signal?.removeEventListener('abort', abort)
      engine.calls.set(id, {
        ...listeners,
        patience: null,
        resolve: (value) => {
          done()
          resolve(value as T)
        },
        reject: (error) => {
          done()
          reject(error)
        },
      })
      signal?.addEventListener('abort', abort)
      send(engine, { ...message, id })
    })
  }

  return {
    info: () => call<BackendInfo>({ kind: 'info' }, {}),
    infer: (input: InferRequest, { signal, onProgress, spared }) =>
      call<SparseInference>({ kind: 'infer', input }, onProgress ? { onProgress } : {}, signal, spared),
    train: (input: TrainRequest, train) =>
      call<TrainOutcome>({ kind: 'train', input }, { train }, train.signal),
    verify: (input, { signal }) => call<VerifyFinding[]>({ kind: 'verify', input }, {}, signal),
    renew() {
      if (!running) return
      running.retired = true
      if (running.calls.size === 0) running.child.kill('SIGKILL')
    },
    async stop() {
      const engine = running
      if (!engine) return
      engine.retired = true
      send(engine, { kind: 'stop' })
      const kill = setTimeout(() => engine.child.kill('SIGKILL'), STOP_PATIENCE_MS)
      await engine.ended
      clearTimeout(kill)
    },
  }
}

/** What makes an engine take one backend and no other. */
function forcedBackend({ backend, chosen }: EngineOptions): Record<string, string> {
  if (backend) return { DRYDOCK_BACKEND: backend }
  const choice = process.env['DRYDOCK_BACKEND'] ? null : chosen?.()
  return choice ? { DRYDOCK_BACKEND: choice } : {}
}

/** A failed send needs no answer of its own: the channel is gone, and `close` follows and ends every open call. */
function send(engine: Running, message: HostMessage): void {
  if (!engine.child.connected) return
  engine.child.send(message, () => undefined)
}

function settle(engine: Running, id: number, outcome: { value: unknown } | { error: Error }): void {
  const open = engine.calls.get(id)
  if (!open) return
  engine.calls.delete(id)
  if (open.patience) clearTimeout(open.patience)
  if ('error' in outcome) open.reject(outcome.error)
  else open.resolve(outcome.value)
  if (engine.retired && engine.calls.size === 0) engine.child.kill('SIGKILL')
}

function cancel(engine: Running, id: number): void {
  const open = engine.calls.get(id)
  if (!open || open.patience) return
  send(engine, { kind: 'cancel', id })
  open.patience = setTimeout(() => {
    engine.killedFor.add(id)
    engine.child.kill('SIGKILL')
  }, CANCEL_PATIENCE_MS)
}

/** Asks a call to end and does not wait for it; what still comes of it is dropped. */
function leave(engine: Running, id: number): void {
  send(engine, { kind: 'cancel', id })
  settle(engine, id, { error: cancelled() })
}

/** Asks an engine that works whether it lives, and ends one that has not said so for too long. */
function feel(engine: Running): void {
  if (engine.calls.size === 0) return engine.pulse.rest()
  switch (engine.pulse.tick(performance.now())) {
    case 'ask':
      return send(engine, { kind: 'ping' })
    case 'silent':
      engine.hungFor ??= engine.pulse.waited
      engine.child.kill('SIGKILL')
      return
    case 'wait':
      return
  }
}

function receive(engine: Running, message: EngineMessage): void {
  if (message.kind === 'alive') {
    engine.backend = message.backend
    return engine.pulse.answered(performance.now())
  }
  const open = engine.calls.get(message.id)
  if (!open) return
  switch (message.kind) {
    case 'result':
      return settle(engine, message.id, { value: message.value })
    case 'failed': {
      const error = fromWireError(message.error)
      if (error.code === 'engine_no_memory') engine.retired = true
      return settle(engine, message.id, { error })
    }
    case 'progress':
      return open.onProgress?.(message.progress)
    case 'point':
      return open.train?.onPoint(message.point)
    case 'false alarms':
      return open.train?.onFalseAlarms?.(message.alarms)
    case 'pull':
      void answerPull(engine, message.id, open, message.what, message.index)
  }
}

async function answerPull(
  engine: Running,
  id: number,
  open: OpenCall,
  what: 'batch' | 'validation',
  index: number,
): Promise<void> {
  if (!open.train) return
  try {
    if (what === 'batch') send(engine, { kind: 'batch', id, index, batch: await open.train.batch(index) })
    else send(engine, { kind: 'validation', id, index, image: await open.train.validation(index) })
  } catch (error) {
    send(engine, { kind: 'pull-failed', id, error: toWireError(error) })
  }
}

function whyDied(engine: Running, id: number, exitCode: number | null, signal: string | null): DrydockError {
  if (engine.killedFor.has(id)) return cancelled()
  if (engine.hungFor !== null) {
    const minutes = Math.max(1, Math.round(engine.hungFor / 60_000))
    return new DrydockError(
      'engine_hung',
      `The engine did not answer for ${minutes} min, so it was ended. All that was finished before is kept. Start the work again; the engine restarts by itself.`,
      { ms: engine.hungFor },
    )
  }
  const oomKilled = signal === 'SIGKILL' && oomKills() > engine.oomKillsBefore
  return deathOf({ exitCode, signal, stderr: engine.stderr }, oomKilled)
}

function cancelled(): DrydockError {
  return new DrydockError('cancelled', 'Cancelled.')
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // The process runs at normal priority where the system refuses.
  }
}
