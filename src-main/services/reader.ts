import { once } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { DrydockError, toWireError } from '../contract/errors.ts'
import { openToRead } from '../store/store.ts'
import { exchangeReads } from './exchange/reads.ts'
import { imageReads } from './images/reads.ts'
import type { Emit, ReadAnswer, ReadMessage, Reads } from './machinery/readers.ts'
import { predictReads } from './predict/reads.ts'
import { scoreReads } from './score/reads.ts'
import { trainReads } from './train/reads.ts'

/** All reads of the reader threads: each room declares its own. A room that is left out here does not compile. */
const reads: Reads = { ...imageReads, ...scoreReads, ...predictReads, ...trainReads, ...exchangeReads }

/** What the pool calls. Failures travel as values, since an error's class does not cross threads. */
export default async function answer({ name, file, input, port }: ReadMessage): Promise<ReadAnswer> {
  try {
    // a connection for each read: a few milliseconds, and none is left on a project that is closed
    const store = openToRead(file)
    try {
      const read = reads[name] as (store: unknown, input: unknown, emit: Emit<unknown>) => unknown
      return { value: await read(store, input, (part) => hand(port, part)) }
    } finally {
      store.close()
    }
  } catch (error) {
    return { error: toWireError(error) }
  } finally {
    port?.close()
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
