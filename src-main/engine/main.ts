import { hostMessage } from '../contract/engine-messages.ts'
import type { EngineMessage, HostMessage } from '../contract/engine-messages.ts'
import type { BackendName, SparseInference, TrainBatch, ValidationImage } from '../contract/engine.ts'
import { DrydockError, noMemory, tellsNoMemory, toWireError } from '../contract/errors.ts'
import type { Backend } from './backends.ts'
import { chooseBackend } from './backends.ts'
import { ModelShelf } from './model-shelf.ts'
import { train } from './train.ts'
import { verifyCases } from './verify.ts'
import { predict } from '../model/predict.ts'

/**
 * The engine process: chooses a backend at the first request, then answers requests that come over IPC. All of
 * tfjs is synchronous; long work gives way after every step and tile, so that requests of people are answered
 * in between.
 */

type Request = Extract<HostMessage, { kind: 'info' | 'infer' | 'train' | 'verify' }>
/** An engine without a backend tells all calls so before it ends, in ms. */
const EXIT_AFTER_MS = 200

type Pulled = { batch: TrainBatch; validation: ValidationImage }

interface Waiting {
  resolve: (value: TrainBatch | ValidationImage) => void
  reject: (error: Error) => void
}

/** The engine, as long as its process lives. */
class Engine {
  readonly #cancelled = new Set<number>()
  readonly #open = new Set<number>()
  /** what a training has asked the host for, by `call/what/index` */
  readonly #waiting = new Map<string, Waiting>()
  readonly #shelf = new ModelShelf()
  #backend: Promise<Backend> | null = null
  /** the one in use, once it is chosen */
  #chosen: BackendName | null = null

  /** The backend, chosen at the first call. */
  #theBackend(): Promise<Backend> {
    this.#backend ??= chooseBackend(forcedBackend()).then(
      (found) => {
        this.#chosen = found.name
        send({ kind: 'alive', backend: this.#chosen })
        return found
      },
      (error: unknown) => {
        // what candidates have loaded stays in this process: the next try gets another one
        setTimeout(() => process.exit(1), EXIT_AFTER_MS)
        throw error
      },
    )
    return this.#backend
  }

  #throwIfCancelled(id: number): void {
    if (this.#cancelled.has(id)) throw new DrydockError('cancelled', 'Cancelled.')
  }

  #pull<What extends keyof Pulled>(id: number, what: What, index: number): Promise<Pulled[What]> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(`${id}/${what}/${index}`, { resolve: resolve as Waiting['resolve'], reject })
      send({ kind: 'pull', id, what, index })
    })
  }

  #deliver(id: number, what: keyof Pulled, index: number, value: TrainBatch | ValidationImage): void {
    const key = `${id}/${what}/${index}`
    this.#waiting.get(key)?.resolve(value)
    this.#waiting.delete(key)
  }

  /** Ends all that a training waits for. */
  #failPulls(id: number, error: Error): void {
    for (const [key, { reject }] of this.#waiting) {
      if (!key.startsWith(`${id}/`)) continue
      this.#waiting.delete(key)
      reject(error)
    }
  }

  async #infer(request: Extract<Request, { kind: 'infer' }>): Promise<SparseInference> {
    const { tf } = await this.#theBackend()
    const { modelFolder, image, flips, tile, keepFrom } = request.input
    return this.#shelf.use(tf, modelFolder, async ({ kernels, network }) => {
      this.#throwIfCancelled(request.id)
      return predict(tf, kernels, network, image, {
        flips,
        tile,
        keepFrom,
        between: async (progress) => {
          send({ kind: 'progress', id: request.id, progress })
          await pause()
          this.#throwIfCancelled(request.id)
        },
      })
    })
  }

  async #answer(request: Request): Promise<Extract<EngineMessage, { kind: 'result' }>['value']> {
    const { id } = request
    switch (request.kind) {
      case 'info':
        return (await this.#theBackend()).info
      case 'infer':
        return this.#infer(request)
      case 'verify':
        return verifyCases(await this.#theBackend(), request.input, async () => {
          await pause()
          this.#throwIfCancelled(id)
        })
      case 'train':
        return train(await this.#theBackend(), request.input, {
          batch: (step) => this.#pull(id, 'batch', step),
          validation: (index) => this.#pull(id, 'validation', index),
          point: (point) => send({ kind: 'point', id, point }),
          falseAlarms: (alarms) => send({ kind: 'false alarms', id, alarms }),
          cancelled: () => this.#cancelled.has(id),
          pause,
        })
    }
  }

  async #handle(request: Request): Promise<void> {
    this.#open.add(request.id)
    try {
      send({ kind: 'result', id: request.id, value: await this.#answer(request) })
    } catch (error) {
      send({ kind: 'failed', id: request.id, error: toWireError(plain(error)) })
    } finally {
      this.#failPulls(request.id, new DrydockError('cancelled', 'Cancelled.'))
      this.#open.delete(request.id)
      this.#cancelled.delete(request.id)
    }
  }

  /** A message of the host. */
  receive(raw: unknown): void {
    const parsed = hostMessage.safeParse(raw)
    if (!parsed.success) return this.#refuse(raw, parsed.error.issues[0]?.message ?? 'unknown form')
    const message = parsed.data
    switch (message.kind) {
      case 'cancel':
        if (this.#open.has(message.id)) this.#cancelled.add(message.id)
        return
      case 'batch':
        return this.#deliver(message.id, 'batch', message.index, message.batch)
      case 'validation':
        return this.#deliver(message.id, 'validation', message.index, message.image)
      case 'pull-failed':
        return this.#failPulls(
          message.id,
          new DrydockError(message.error.code, message.error.message, message.error.data),
        )
      case 'ping':
        return send({ kind: 'alive', backend: this.#chosen })
      case 'stop':
        return process.exit(0)
      default:
        void this.#handle(message)
    }
  }

  /** A message of another form ends the call that it belongs to, where it names one. */
  #refuse(raw: unknown, why: string): void {
    if (typeof raw !== 'object' || raw === null || !('id' in raw) || typeof raw.id !== 'number') return
    const error = new DrydockError(
      'bad_input',
      `The engine was asked in a form that it does not know: ${why}.`,
    )
    this.#failPulls(raw.id, error)
    if (!this.#open.has(raw.id)) send({ kind: 'failed', id: raw.id, error: toWireError(error) })
  }
}

function forcedBackend(): BackendName | null {
  const name = process.env['DRYDOCK_BACKEND']
  if (!name) return null
  if (name === 'tensorflow' || name === 'wasm' || name === 'cpu') return name
  throw new DrydockError(
    'bad_input',
    `DRYDOCK_BACKEND is "${name}". Set it to tensorflow, wasm or cpu, or leave it out.`,
  )
}

function send(message: EngineMessage): void {
  if (process.connected) process.send?.(message)
}

/** Lets messages in that have come meanwhile. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A library that gets no memory says so in many ways where it does not end the process. */
function plain(error: unknown): unknown {
  if (error instanceof DrydockError || !(error instanceof Error)) return error
  return tellsNoMemory(error.message) ? noMemory({ detail: error.message }, error) : error
}

const engine = new Engine()
process.on('message', (message) => engine.receive(message))
process.on('disconnect', () => process.exit(0))
// Ctrl+C in a terminal reaches every process of its group; the host decides what ends, and keeps what is done.
process.on('SIGINT', () => undefined)
