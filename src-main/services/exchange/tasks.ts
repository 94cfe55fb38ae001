import type { LabelFormatId } from '../../contract/label-formats.ts'
import { matchLabels } from './label-reading.ts'
import type { LabelTarget, ReadLabels } from './label-reading.ts'

interface LabelsWanted {
  file: string
  targets: LabelTarget[]
  /** null: what it looks like */
  format: LabelFormatId | null
}

/** What the worker threads do with label files. */
export const exchangeTasks = {
  matchLabels: ({ file, targets, format }: LabelsWanted): Promise<ReadLabels> =>
    matchLabels(file, targets, format),
}

type ExchangeTasks = typeof exchangeTasks

declare module '../machinery/workers.ts' {
  interface Tasks extends ExchangeTasks {}
}
