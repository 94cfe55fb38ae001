import type { ScoreTable } from '../../core/metric/score-table.ts'

/** So many images are being edited at once, in several windows; of others the tables are made again when they are needed. */
const KEPT = 4

/** One state of one image's truth and predictions, as far as its score goes. */
export interface Scored {
  run: number
  image: number
  /** when the run has reached the image: another number for other predictions */
  reached: number
  /** which categories count */
  epoch: number
  /** gesture of the edit that the truth is the outcome of; null: none yet */
  after: string | null
}

/**
 * The tables of the images that are being edited. Each is known by the edit that it is the outcome of, not by a revision: what a transaction
 * that failed has left here is found by no later one, since its edit is in no history.
 */
export class ScoreTables {
  readonly #held = new Map<string, { scored: Scored; table: ScoreTable }>()

  /** The table of exactly this state; null where it is not held. */
  of(scored: Scored): ScoreTable | null {
    const held = this.#held.get(nameOf(scored))
    return held && sameState(held.scored, scored) ? held.table : null
  }

  /** Holds a table in the place of that of another state of the image; null: none. */
  put(scored: Scored, table: ScoreTable | null): void {
    const name = nameOf(scored)
    this.#held.delete(name)
    if (table === null) return
    this.#held.set(name, { scored, table })
    for (const old of [...this.#held.keys()].slice(0, -KEPT)) this.#held.delete(old)
  }
}

/** Whether both are the same state of the same image. */
export function sameState(a: Scored, b: Scored): boolean {
  return nameOf(a) === nameOf(b) && a.reached === b.reached && a.epoch === b.epoch && a.after === b.after
}

function nameOf({ run, image }: Scored): string {
  return `${run} ${image}`
}

/** An open project's tables; ask its belongings for them. */
export function newScoreTables(): ScoreTables {
  return new ScoreTables()
}
