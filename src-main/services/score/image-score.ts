import type { ImageScore } from '../../contract/wire.ts'
import type { StoredImage } from '../../store/images.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, isFinished } from '../machinery/project.ts'

/** F2 of an image against the current run; null where it has no truth, no prediction, or was not scored yet. */
export function scoreOfImage(project: Pick<Project, 'store'>, image: StoredImage): ImageScore | null {
  const run = currentRun(project)
  if (run === null || !isFinished(image) || !project.store.runs.image(run, image.id)) return null
  const score = project.store.scores.get(run, image.id)
  return (
    score && {
      run,
      f2: score.f2,
      thresholds: [...score.thresholds],
      ignoringF2: score.ignoringF2,
      truthRevision: score.truthRevision,
      stale: score.truthRevision < image.truthRevision,
    }
  )
}
