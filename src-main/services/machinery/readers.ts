import { MessageChannel } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { DrydockError, fromWireError } from '../../contract/errors.ts'
import type { WireError } from '../../contract/errors.ts'
import { entry } from '../../locations.ts'
import type { Store } from '../../store/store.ts'
import { FIRST, PeopleFirst } from './people-first.ts'
import { THREAD_ARGUMENTS } from './workers.ts'

/** A read that takes longer than this is logged with its name, in ms. */
const SLOW_READ = 250

/**
 * What the reader threads do: whatever grows with the number of images. Each read gets a connection of its own, which cannot write,
 * and one value; it answers with one, and may hand over parts on the way. A room adds its own in its `reads.ts`;
 * `services/reader.ts` puts the table together.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the rooms fill it
export interface Reads {}

export type ReadName = keyof Reads

/** Hands over a part of the answer; resolves when it has been taken. @throws DrydockError `cancelled` where nobody wants more */
export type Emit<P> = (part: P) => Promise<void>

/** One read. Takes its snapshot by `store.read`. */
export type Read<I, O, P = never> = (store: Store, input: I, emit: Emit<P>) => O | Promise<O>

type ReadInput<N extends ReadName> = Reads[N] extends Read<infer I, infer _O, infer _P> ? I : never
type ReadOutput<N extends ReadName> = Reads[N] extends (...input: never[]) => infer O ? Awaited<O> : never
type ReadPart<N extends ReadName> = Reads[N] extends (s: Store, i: never, emit: Emit<infer P>) => unknown
  ? P
  : never

/** What a reader thread is asked. */
export interface ReadMessage {
  name: ReadName
  /** of the database */
  file: string
  input: unknown
  /** for parts; null: there are none */
  port: MessagePort | null
}

export type ReadAnswer = { value: unknown } | { error: WireError }

export interface ReadOptions<P> {
  signal?: AbortSignal
  /** takes the parts one after the other; where it fails the read ends, and fails with it */
  take?: (part: P) => Promise<void> | void
  /** first: somebody waits for it in front of the screen, so it is not behind others that wait for a thread */
  turn?: 'first'
}

/** The kept pool of reader threads. */
export interface Readers {
  run<N extends ReadName>(
    file: string,
    name: N,
    input: ReadInput<N>,
    options?: ReadOptions<ReadPart<N>>,
  ): Promise<ReadOutput<N>>
  close(): Promise<void>
}

/** Starts the pool: up to three threads, so that a list is behind neither an export nor the look at the folder. @param log takes one line for each slow read */
export function startReaders(log: (line: string) => void): Readers {
  const pool = new Piscina<ReadMessage, ReadAnswer>({
    filename: entry('reader'),
    // the look at the folder takes one as soon as a project is open, and its list is waited for
    minThreads: 2,
    maxThreads: 3,
    idleTimeout: 60_000,
    taskQueue: new PeopleFirst(),
    execArgv: THREAD_ARGUMENTS,
    // as in the other pool
    atomics: 'disabled',
  })
  return {
    async run<N extends ReadName>(
      file: string,
      name: N,
      input: ReadInput<N>,
      { signal, take, turn }: ReadOptions<ReadPart<N>> = {},
    ): Promise<ReadOutput<N>> {
      signal?.throwIfAborted()
      const parts = take ? new Parts(take, signal) : null
      const start = performance.now()
      try {
        const message = { name, file, input, port: parts?.theirs ?? null, ...(turn && FIRST) }
        const answer = await pool.run(message, { transferList: parts ? [parts.theirs] : [] })
        parts?.throwIfFailed()
        signal?.throwIfAborted()
        if ('error' in answer) throw fromWireError(answer.error)
        return answer.value as ReadOutput<N>
      } finally {
        parts?.close()
        const took = performance.now() - start
        // one with parts waits for whoever takes them
        if (!parts && took > SLOW_READ) log(`slow read: ${name}, ${took.toFixed(0)} ms`)
      }
    },
    close: () => pool.close({ force: true }),
  }
}

/** Parts of an answer as they come in, each taken before the next is made. */
class Parts<P> {
  readonly theirs: MessagePort
  readonly #ours: MessagePort
  #failure: { error: unknown } | null = null

  constructor(take: (part: P) => Promise<void> | void, signal: AbortSignal | undefined) {
    const { port1, port2 } = new MessageChannel()
    this.#ours = port1
    this.theirs = port2
    port1.on('message', (part: P) => void this.#taken(take, part, signal))
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error
  }

  close(): void {
    this.#ours.close()
  }

  async #taken(take: (part: P) => Promise<void> | void, part: P, signal?: AbortSignal): Promise<void> {
    try {
      signal?.throwIfAborted()
      await take(part)
      signal?.throwIfAborted()
      this.#ours.postMessage('more')
    } catch (error) {
      this.#failure = { error }
      this.#ours.postMessage('stop')
    }
  }
}

/**
 * A signal that aborts with the first of two, until it is let go. `AbortSignal.any` leaves a trace in each of them for as long as they live, and
 * a project may be open for days.
 */
function firstOf(...signals: readonly AbortSignal[]): { signal: AbortSignal; letGo: () => void } {
  const own = new AbortController()
  const letGo = signals.map((signal) => {
    const end = (): void => own.abort(signal.reason)
    if (signal.aborted) end()
    signal.addEventListener('abort', end)
    return () => signal.removeEventListener('abort', end)
  })
  return { signal: own.signal, letGo: () => letGo.forEach((stop) => stop()) }
}

/** The reads of one open project. */
export class ProjectReads {
  readonly #readers: Readers
  readonly #file: string
  readonly #running = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()

  /** @param file of the database */
  constructor(readers: Readers, file: string) {
    this.#readers = readers
    this.#file = file
  }

  /**
   * Runs one read on what has been committed until now.
   * @throws DrydockError as the read does; `cancelled` by the signal, or where the project is being closed
   */
  async run<N extends ReadName>(
    name: N,
    input: ReadInput<N>,
    options: ReadOptions<ReadPart<N>> = {},
  ): Promise<ReadOutput<N>> {
    const { signal: closing } = this.#closing
    closing.throwIfAborted()
    const either = options.signal ? firstOf(options.signal, closing) : { signal: closing, letGo: () => {} }
    const running = this.#readers.run(this.#file, name, input, { ...options, signal: either.signal })
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
      either.letGo()
    }
  }

  /** Ends it: no thread holds the database any more when this resolves. */
  async close(): Promise<void> {
    this.#closing.abort(new DrydockError('cancelled', 'Drydock closes this project.'))
    await Promise.allSettled(this.#running)
  }
}
