import { Session } from 'node:inspector/promises'
import { getHeapStatistics } from 'node:v8'

/** A thread that has taken no more than this does not clear away by itself, in bytes. */
const LITTLE = 12_000_000

/** It does where it has taken so many times what it had after the last time. */
const MUCH = 1.15

/** It does so at most this often, in ms: it takes some 30 ms, in which the thread does nothing else. */
const REST = 5_000

/** Of the thread that asks. */
interface Heap {
  /** bytes that it has taken from the system */
  taken(): number
  /** clears its waste away, and gives back what is free then */
  clear(): Promise<void>
}

const ownHeap: Heap = {
  taken: () => getHeapStatistics().total_heap_size,
  async clear() {
    const session = new Session()
    session.connect()
    try {
      await session.post('HeapProfiler.collectGarbage')
    } finally {
      session.disconnect()
    }
  },
}

/**
 * By itself a thread clears away only what it must, and keeps what it has once taken: over a day's work each fills up to several times what it needs.
 * @returns what a thread calls when it has answered: clears away where it has come to hold much
 */
export function clearingAway(
  heap = ownHeap,
  now: () => number = () => performance.now(),
): () => Promise<void> {
  let enough = LITTLE
  let last = -Infinity
  return async () => {
    if (heap.taken() <= enough || now() - last < REST) return
    last = now()
    try {
      await heap.clear()
    } catch {
      // it keeps what it holds where Node does not let it
    }
    enough = Math.max(LITTLE, heap.taken() * MUCH)
  }
}
