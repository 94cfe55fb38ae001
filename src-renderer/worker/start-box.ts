import type { Thread } from './thread.ts'

/** Starts the thread that looks into smart boxes. */
export function startBoxThread(): Thread {
  return new Worker(new URL('./box.ts', import.meta.url), { type: 'module' })
}
