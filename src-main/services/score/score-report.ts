import { parseRle } from '../../core/mask/rle.ts'
import { reportOn } from '../../core/metric/report.ts'
import type { Report } from '../../core/metric/report.ts'
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
      const truth = store.truth.masks(id).map(parseRle)
      return [{ truth, prediction: store.predictions.masks(run, id).map(parseRle), height }]
    }),
  )
}
