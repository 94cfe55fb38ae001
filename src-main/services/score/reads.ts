import type { PackedTable } from '../../core/metric/score-table.ts'
import type { Store } from '../../store/store.ts'
import { scoredNow, tableOf } from './image-table.ts'
import type { Scored } from './score-tables.ts'

/** What the reader threads do for scores. */
export const scoreReads = {
  /** finished images that a run has reached, whose score is missing or older than their truth */
  'score.stale': (store: Store, { run }: { run: number }): number[] =>
    store.read(() => store.scores.stale(run)),

  /** what an image's score is made of, and of which of its states; null where the current run has not reached it */
  'score.table': (
    store: Store,
    { image }: { image: number },
  ): { scored: Scored; table: PackedTable } | null =>
    store.read(() => {
      const scored = scoredNow({ store }, image)
      return scored && { scored, table: tableOf({ store }, scored.run, image).pack() }
    }),
}

type ScoreReads = typeof scoreReads

declare module '../machinery/readers.ts' {
  interface Reads extends ScoreReads {}
}
