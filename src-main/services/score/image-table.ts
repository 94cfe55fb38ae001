import type { TruthInstance } from '../../contract/wire.ts'
import { countsAsObject } from '../../core/edit/state.ts'
import { parseRle } from '../../core/mask/rle.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { ScoreTable } from '../../core/metric/score-table.ts'
import { currentRun } from '../machinery/project.ts'
import type { Project } from '../machinery/project.ts'
import type { Scored } from './score-tables.ts'

/** Also in a reader thread, where all of it is of one moment. */
type Lent = Pick<Project, 'store'>

/** The state that an image is in now, against the current run; null where that has not reached it. */
export function scoredNow({ store }: Lent, id: number): Scored | null {
  const run = currentRun({ store })
  const reached = run === null ? null : store.runs.reached(run, id)
  const image = store.images.get(id)
  if (run === null || reached === null || image === null) return null
  return {
    run,
    image: id,
    reached,
    epoch: store.categories.epoch(),
    after: store.edits.gestureAt(id, image.revision),
  }
}

/** What the score of an image is made of, from all of its masks as they are stored. */
export function tableOf({ store }: Lent, run: number, id: number): ScoreTable {
  const uncounted = store.categories.uncounted()
  return ScoreTable.of(store.predictions.masks(run, id).map(parseRle)).with(
    store.truth.of(id).map((instance) => [instance.id, maskOf(instance, uncounted)]),
  )
}

/**
 * The mask that counts in a score; null: none does.
 * @param instance null: it is not there
 * @param uncounted categories that do not count
 */
export function maskOf(instance: TruthInstance | null, uncounted: readonly string[]): Rle | null {
  return instance && countsAsObject(instance, uncounted) ? parseRle(instance.rle) : null
}
