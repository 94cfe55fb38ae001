import type { Size } from '../core/mask/rle.ts'
import { parseRle } from '../core/mask/rle.ts'
import { reportOn } from '../core/metric/report.ts'
import type { Report } from '../core/metric/report.ts'
import { readWholeLabels } from './label-files.ts'
import type { Project } from './project.ts'
import { currentRun, storedImage } from './project.ts'
import { listRows, scoreOfImage } from './rows.ts'

/**
 * Reports on one label file against another; an image that only the truth has counts as predicted empty.
 * @param size of every image
 * @throws DrydockError as `scoreFiles`, which says what is wrong with the pair of files
 */
export async function reportFiles(truthFile: string, predictionFile: string, size: Size): Promise<Report> {
  const truth = await readWholeLabels(truthFile, size)
  const prediction = await readWholeLabels(predictionFile, size)
  return reportOn(
    Array.from(truth.images, ([image, instances]) => ({
      truth: instances.map(({ rle }) => rle),
      prediction: (prediction.images.get(image) ?? []).map(({ rle }) => rle),
      height: size.height,
    })),
  )
}

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
