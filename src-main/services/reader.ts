import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { DrydockError, toWireError } from '../contract/errors.ts'
import { openToRead } from '../store/store.ts'
import { imageReads } from './images/reads.ts'
import { clearingAway } from './machinery/clear-away.ts'
import { stepBack } from './machinery/step-back.ts'
import type { Emit, ReadAnswer, ReadMessage, ReadName, Reads } from './machinery/readers.ts'

/** A room's name stands before the names of its reads. */
type Room = ReadName extends `${infer R}.${string}` ? R : never
type ReadsOf<R extends string> = Pick<Reads, Extract<ReadName, `${R}.${string}`>>

/**
 * The rooms, each of which declares its own reads. But for the list, which every window asks for, a room is loaded at the first of them: a list
 * need not wait for all that reads label files.
 * A room or a read that is left out here does not compile.
 */
const rooms: { [R in Room]: () => Promise<ReadsOf<R>> } = {
  images: () => Promise.resolve(imageReads),
  annotate: async () => (await import('./annotate/reads.ts')).annotateReads,
  score: async () => (await import('./score/reads.ts')).scoreReads,
  predict: async () => (await import('./predict/reads.ts')).predictReads,
  train: async () => (await import('./train/reads.ts')).trainReads,
  review: async () => (await import('./review/reads.ts')).reviewReads,
  exchange: async () => (await import('./exchange/reads.ts')).exchangeReads,
}

type AnyRead = (store: unknown, input: unknown, emit: Emit<unknown>) => unknown

async function readOf(name: ReadName): Promise<AnyRead> {
  const reads: Partial<Reads> = await rooms[name.slice(0, name.indexOf('.')) as Room]()
  return reads[name] as AnyRead
}

stepBack()
const clearAway = clearingAway()

/** What the pool calls. Failures travel as values, since an error's class does not cross threads. */
export default async function answer({ name, file, input, port }: ReadMessage): Promise<ReadAnswer> {
  try {
    const read = await readOf(name)
    // a connection for each read: a few milliseconds, and none is left on a project that is closed
    const store = openToRead(file)
    try {
      return { value: await read(store, input, (part) => hand(port, part)) }
    } finally {
      store.close()
    }
  } catch (error) {
    return { error: toWireError(error) }
  } finally {
    port?.close()
    // once the answer is on its way
    setImmediate(() => void clearAway())
  }
}

/** Hands over a part, and waits until it is taken: what is made faster than it can be used does not pile up. */
async function hand(port: MessagePort | null, part: unknown): Promise<void> {
  if (!port) return
  const taken = once(port, 'message')
  port.postMessage(part)
  const answer: unknown = (await taken)[0]
  if (answer === 'stop') throw new DrydockError('cancelled', 'Nobody waits for this any more.')
}
