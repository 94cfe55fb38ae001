import type { StoredImage } from '../../store/images.ts'
import { usableModel } from './models.ts'
import { predictOne } from './predict.ts'
import type { Extending } from './predict.ts'
import { seenPixels } from '../images/rows.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, isFinished } from '../machinery/project.ts'

/** So many of the images that come next are predicted before anyone asks. */
const AHEAD = 3

/**
 * Sees to it that the next few images to do are predicted when a person comes to them: in the current run, with its own
 * model, settings and flips. It is quiet: no job, no message, and it gives way to every prediction that a person starts. Does
 * nothing where no model has predicted for this project yet.
 * @param upcoming the images after the open one, in the order of the list
 */
export function predictAhead(project: Project, upcoming: readonly number[]): void {
  project.ahead.want(project, imagesAhead(project, upcoming), predictQuietly)
}

/** Those among the next few to do that the current run has not reached. */
function imagesAhead(project: Project, upcoming: readonly number[]): number[] {
  const run = currentModelRun(project)
  if (project.readOnly || !run) return []
  const { images, runs } = project.store
  return upcoming
    .flatMap((id) => images.get(id) ?? [])
    .filter((image) => !isFinished(image) && image.leftOut === null && isReadable(image))
    .slice(0, AHEAD)
    .filter((image) => runs.image(run.id, image.id)?.sha256 !== seenPixels(image))
    .map(({ id }) => id)
}

/** The run is looked up anew for each image: a person may have chosen another one meanwhile. */
async function predictQuietly(project: Project, id: number, signal: AbortSignal): Promise<void> {
  const run = currentModelRun(project)
  if (!run || isPredicting(project)) return
  const { id: number, settings, flips } = run
  const model = await usableModel(project, run.model)
  signal.throwIfAborted()
  const what = await predictOne(project, { run: number, model, settings, flips }, id, signal, true)
  if (what !== 'predicted') return
  project.events.emit({ type: 'run-grew', run: number, images: project.store.runs.size(number) })
}

function currentModelRun(
  project: Project,
): (Pick<Extending, 'settings' | 'flips'> & { id: number; model: string }) | null {
  const current = currentRun(project)
  const run = current === null ? null : project.store.runs.get(current)
  if (!run || run.model === null || run.settings === null) return null
  return { id: run.id, model: run.model, settings: run.settings, flips: run.flips }
}

function isPredicting({ jobs }: Project): boolean {
  return jobs.running().some(({ kind }) => kind === 'predict')
}

function isReadable({ fileState }: StoredImage): boolean {
  return fileState !== 'missing' && fileState !== 'unreadable'
}
