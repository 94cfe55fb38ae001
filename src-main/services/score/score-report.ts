import { DEFAULT_CATEGORY } from '../../contract/words.ts'
import { categoryOf, openCategories } from '../../core/categories.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { reportOn } from '../../core/metric/report.ts'
import type { Report, ReportImage } from '../../core/metric/report.ts'
import type { Store } from '../../store/store.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, storedImage } from '../machinery/project.ts'
import { listRows } from '../images/rows.ts'
import { scoreOfImage } from './image-score.ts'

/** Reports on the current run of a project, over the images that have a score. */
export function reportRun(project: Project): Report {
  const { store } = project
  const run = currentRun(project)
  return reportOn(
    listRows(project).flatMap(({ id, height }) => {
      if (run === null || height === null || !scoreOfImage(project, storedImage(project, id))) return []
      const prediction = store.predictions.masks(run, id).map(parseRle)
      return [{ ...namedTruth(store, id), prediction, height }]
    }),
  )
}

/** What of an image counts as object, with the names of its categories; none where all of the project are of one. */
export function namedTruth(store: Store, image: number): Pick<ReportImage, 'truth' | 'categories'> {
  const all = store.categories.all()
  const counted = store.truth.counted(image)
  const truth = counted.map(({ rle }) => parseRle(rle))
  if (openCategories(all).length < 2) return { truth }
  return {
    truth,
    categories: counted.map(
      ({ category }) => categoryOf(all, category ?? undefined)?.name ?? DEFAULT_CATEGORY,
    ),
  }
}
