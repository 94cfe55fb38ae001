import type { PackedDetail } from '../../contract/wire.ts'
import { packDetail } from '../../core/packed-detail.ts'
import type { Store } from '../../store/store.ts'
import { tilesOfImage } from '../images/pixels.ts'
import { existingRow } from '../images/rows.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, storedImage } from '../machinery/project.ts'
import { scoreOfImage } from '../score/image-score.ts'
import { hasMany, prepareScore } from '../score/preparing.ts'
import { stepsOf } from './annotate.ts'

/** What is stored of an image. */
export type StoredDetail = Omit<PackedDetail, 'tiles'>

/** Everything about one image that its view needs. @throws DrydockError `not_found` */
export async function getImage(project: Project, id: number): Promise<PackedDetail> {
  const tiles = await tilesOfImage(project, id)
  // few are read at once, sooner than a thread could be asked
  const stored = hasMany(existingRow(project, id))
    ? await project.reads.run('annotate.image', { image: id }, { turn: 'first' })
    : storedDetail(project.store, id)
  prepareScore(project, stored.row)
  return { ...stored, tiles }
}

/** What is stored of an image, of one moment. @throws DrydockError `not_found` */
export function storedDetail(store: Store, id: number): StoredDetail {
  const project = { store }
  return store.read(() => {
    const image = storedImage(project, id)
    const run = currentRun(project)
    const reached = run !== null && store.runs.image(run, id) !== null
    return packDetail({
      row: existingRow(project, id),
      truth: store.truth.of(id),
      uncounted: store.categories.uncounted(),
      predictions: reached ? store.predictions.of(run, id) : null,
      score: scoreOfImage(project, image),
      ...stepsOf(project, image),
    })
  })
}
