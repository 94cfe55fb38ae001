import type { ImageDetail } from '../../contract/wire.ts'
import { tilesOfImage } from '../images/pixels.ts'
import { existingRow } from '../images/rows.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, storedImage } from '../machinery/project.ts'
import { scoreOfImage } from '../score/image-score.ts'
import { prepareScore } from '../score/preparing.ts'
import { stepsOf } from './annotate.ts'

/** Everything about one image that its view needs. @throws DrydockError `not_found` */
export async function getImage(project: Project, id: number): Promise<ImageDetail> {
  const tiles = await tilesOfImage(project, id)
  const { store } = project
  const detail = store.read(() => {
    const image = storedImage(project, id)
    const run = currentRun(project)
    const reached = run !== null && store.runs.image(run, id) !== null
    return {
      row: existingRow(project, id),
      tiles,
      truth: store.truth.of(id),
      uncounted: store.categories.uncounted(),
      predictions: reached ? store.predictions.of(run, id) : null,
      score: scoreOfImage(project, image),
      ...stepsOf(project, image),
    }
  })
  prepareScore(project, detail.row)
  return detail
}
