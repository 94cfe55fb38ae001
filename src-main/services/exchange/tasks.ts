import { matchLabels } from './label-reading.ts'
import type { LabelTarget, ReadLabels } from './label-reading.ts'

/** What the worker threads do with label files. */
export const exchangeTasks = {
  matchLabels: ({ file, targets }: { file: string; targets: LabelTarget[] }): Promise<ReadLabels> =>
    matchLabels(file, targets),
}

type ExchangeTasks = typeof exchangeTasks

declare module '../machinery/workers.ts' {
  interface Tasks extends ExchangeTasks {}
}
