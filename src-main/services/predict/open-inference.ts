import { existsSync } from 'node:fs'
import { inferenceUrl } from '../../contract/channels.ts'
import type { ImageInference } from '../../contract/wire.ts'
import { ensureContent } from '../images/content.ts'
import { contentOf, seenPixels } from '../images/rows.ts'
import type { Project } from '../machinery/project.ts'
import { currentRun, flipsChosen, imageFile } from '../machinery/project.ts'
import { ensureInference, inferenceFile, inferenceKey } from './infer.ts'
import { usableModel } from './models.ts'

/**
 * The inference of the image on the screen, in the cache, and what instances are made of it by: of the current run's version,
 * settings and flips where that is a model's, else of those that the next prediction takes.
 * @param make made now where it is not there; false: only where the current run has looked at these pixels, or it is there by chance
 * @param signal the window has left the image; what it waits for ends without harm to an engine that trains
 * @returns null where it is not there and is not to be made
 * @throws DrydockError `not_found` (image, model), and as `ensureInference` does
 */
export async function openInference(
  project: Project,
  { image: id, make }: { image: number; make: boolean },
  signal?: AbortSignal,
): Promise<ImageInference | null> {
  const { store, cache, shared } = project
  const current = currentRun(project)
  const run = current === null ? null : store.runs.get(current)
  if (!make && run?.model == null && store.meta.get('current_model') === null) return null
  const image = await ensureContent(project, id)
  const model = await usableModel(project, run?.model ?? null)
  const pixels = seenPixels(image)
  const wanted = {
    ...{ file: imageFile(project, image), pixels, mapping: image.mapping, model, cache, quiet: true },
    flips: run?.model == null ? flipsChosen(project) : run.flips,
  }
  const key = inferenceKey(wanted)
  const reached = run?.model != null && store.runs.image(run.id, id)?.sha256 === pixels
  if (!make && !reached && !existsSync(inferenceFile(cache, key))) return null
  await ensureInference(shared, wanted, signal)
  const draft = reached ? store.drafts.get(run.id, id) : null
  return {
    url: inferenceUrl(project.id, id, contentOf(image), key),
    key,
    run: reached ? run.id : null,
    settings: draft?.settings ?? run?.settings ?? model.model.cluster,
    changes: draft?.changes ?? [],
    calibration: model.model.calibration ?? null,
  }
}
