import { constants, getPriority, setPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'

/**
 * Lets the thread that saves gestures go before the one that calls this, where both want a processor. Only Linux has priorities of threads; elsewhere
 * the call would be about the whole process, so it does nothing.
 */
export function stepBack(): void {
  if (isMainThread || process.platform !== 'linux') return
  try {
    setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL))
  } catch {
    // it runs at normal priority where the system refuses
  }
}
