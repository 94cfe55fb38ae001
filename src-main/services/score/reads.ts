import type { Store } from '../../store/store.ts'

/** What the reader threads do for scores. */
export const scoreReads = {
  /** finished images that a run has reached, whose score is missing or older than their truth */
  'score.stale': (store: Store, { run }: { run: number }): number[] =>
    store.read(() => store.scores.stale(run)),
}

type ScoreReads = typeof scoreReads

declare module '../machinery/readers.ts' {
  interface Reads extends ScoreReads {}
}
