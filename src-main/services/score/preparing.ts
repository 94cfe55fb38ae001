import { DrydockError } from '../../contract/errors.ts'
import type { ImageRow } from '../../contract/wire.ts'
import { ScoreTable } from '../../core/metric/score-table.ts'
import type { Project } from '../machinery/project.ts'
import { scoredNow } from './image-table.ts'
import { newScoreTables, sameState } from './score-tables.ts'

/** With fewer instances, true and predicted together, the first gesture waits for its score hardly longer than the second. */
const MANY = 400

/**
 * Prepares, in a reader thread, what the gestures on an image that has been opened are scored by, so that the first of them is saved as
 * quickly as the second. What comes too late is not used.
 */
export function prepareScore(project: Project, row: ImageRow): void {
  if (project.readOnly || row.predictionCount === null || !hasMany(row)) return
  project.belongings.of(newPreparing).want(project, row.id)
}

/** Whether an image has so many instances that looking at all of them is for a thread of its own. */
export function hasMany({ truthCount, predictionCount }: ImageRow): boolean {
  return truthCount + (predictionCount ?? 0) >= MANY
}

/** One image at a time; of those that are opened meanwhile only the last is still looked at. */
class Preparing {
  #next: number | null = null
  #underWay = false

  want(project: Project, image: number): void {
    this.#next = image
    if (!this.#underWay) void this.#run(project)
  }

  async #run(project: Project): Promise<void> {
    this.#underWay = true
    while (this.#next !== null) {
      const image = this.#next
      this.#next = null
      await prepare(project, image).catch((error: unknown) => {
        // the project is being closed
        if (error instanceof DrydockError && error.code === 'cancelled') return
        project.shared.log(`the score of image ${image} could not be prepared: ${String(error)}`)
      })
    }
    this.#underWay = false
  }
}

/** An open project's preparing; ask its belongings for it. */
function newPreparing(): Preparing {
  return new Preparing()
}

async function prepare(project: Project, image: number): Promise<void> {
  const tables = project.belongings.of(newScoreTables)
  const before = scoredNow(project, image)
  if (before === null || tables.of(before)) return
  const prepared = await project.reads.run('score.table', { image })
  const now = scoredNow(project, image)
  // a gesture has made its own meanwhile, or the image is predicted anew
  if (prepared === null || now === null || !sameState(prepared.scored, now)) return
  tables.put(now, ScoreTable.unpack(prepared.table))
}
