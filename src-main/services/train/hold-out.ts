import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import type { HoldOutState, PairedScore } from '../../contract/wire.ts'
import type { ImageResult } from '../../core/metric/f2.ts'
import { pairedScoreOf } from '../../core/tune/out-of-fold.ts'
import { freezeSplits } from '../images/split.ts'
import type { JobContext, JobHandler } from '../machinery/job-handlers.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable } from '../machinery/project.ts'
import { TILE } from '../predict/infer.ts'
import { readModelFolder } from '../predict/model-files.ts'
import { modelFolder, usableModel } from '../predict/models.ts'
import type { UsableModel } from '../predict/models.ts'
import type { TrainSource } from './train-plan.ts'

const payload = z.object({ model: z.string(), against: z.string() })

/** Compares a version with another on the hold-out, which counts as a look. */
export const holdOutJob: JobHandler<z.infer<typeof payload>> = {
  kind: 'hold-out',
  version: 1,
  payload,
  run: async (context, { model, against }) => ({ summary: await lookAtHoldOut(context, model, against) }),
}

/**
 * Starts comparing a version with the current one on the hold-out: once, at the end. Every further look makes its figures say less, so each is counted.
 * @returns the job's id
 * @throws DrydockError `nothing_to_do` (no hold-out image, or it is the current one), `not_found`, `read_only`
 */
export async function startHoldOut(project: Project, model: string): Promise<string> {
  assertWritable(project)
  const current = await usableModel(project, null)
  const candidate = await usableModel(project, model)
  if (candidate.id === current.id) {
    throw new DrydockError(
      'nothing_to_do',
      `${candidate.name} is the current version: there is nothing to compare it with. Choose another one.`,
    )
  }
  const { images, leaks } = await holdOutFor(project, [candidate.id, current.id])
  if (images.length === 0) {
    throw new DrydockError(
      'nothing_to_do',
      leaks.length > 0
        ? `One of the two versions was trained on every image of the hold-out, or on images of their scenes, so none is left to compare them on. Finish more images.`
        : 'No finished image is in the hold-out, so there is nothing to compare on. Finish more images; from eight groups of similar images on, some of them are held out.',
    )
  }
  return project.jobs.start(
    holdOutJob,
    { model: candidate.id, against: current.id },
    { title: `${candidate.name} on the hold-out`, unit: 'images', total: images.length, lane: 'hold-out' },
  )
}

/** What there is to compare a version with the current one on, and how often anyone has looked. */
export async function holdOutState(project: Project, model: string): Promise<HoldOutState> {
  const current = project.store.meta.get('current_model')
  const { images, leaks } = await holdOutFor(project, current === null ? [model] : [model, current])
  const withShips = images.filter(({ truth }) => truth.length > 0).length
  return {
    images: images.length,
    withShips,
    leaks: leaks.slice(0, 20),
    leakCount: leaks.length,
    looks: project.store.models.looks(),
  }
}

/** The finished images of the hold-out that none of these versions, or their ancestors, has seen, nor images of their scenes. */
async function holdOutFor(
  project: Project,
  models: readonly string[],
): Promise<{ images: TrainSource[]; leaks: string[] }> {
  const trainedOn = new Set<string>()
  for (const id of models) {
    const { card } = await readModelFolder(modelFolder(project, id))
    for (const content of card.trainedOn) trainedOn.add(content)
  }
  return project.reads.run('train.holdOut', { trainedOn: [...trainedOn] })
}

async function lookAtHoldOut(
  { project, signal, progress }: JobContext,
  model: string,
  against: string,
): Promise<string> {
  await freezeSplits(project)
  const [candidate, current] = [await usableModel(project, model), await usableModel(project, against)]
  const { images } = await holdOutFor(project, [model, against])
  progress(0, images.length)
  const [after, before]: [number[], number[]] = [[], []]
  for (const [i, image] of images.entries()) {
    after.push((await scoreOn(project, candidate, image, signal)).f2)
    before.push((await scoreOn(project, current, image, signal)).f2)
    progress(i + 1)
  }
  const result: PairedScore = { against, on: 'hold-out', ...pairedScoreOf(after, before, images) }
  await project.store.write(() => project.store.models.noteLook(model, result))
  project.events.emit({ type: 'models' })
  const { difference, differenceWithShips } = result
  const signed = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(3)}`
  const text = ({ value, low, high }: typeof difference): string =>
    `${signed(value)} [${signed(low)}, ${signed(high)}]`
  return `${candidate.name} against ${current.name} on ${images.length} hold-out ${images.length === 1 ? 'image' : 'images'}: ${text(difference)}${differenceWithShips ? `, over those with ships ${text(differenceWithShips)}` : ''}.`
}

/** The score of a version on an image, as a run would have it. */
export async function scoreOn(
  project: Pick<Project, 'shared'>,
  { folder, model }: Pick<UsableModel, 'folder' | 'model'>,
  { file, mapping, truth }: Pick<TrainSource, 'file' | 'mapping' | 'truth'>,
  signal: AbortSignal,
): Promise<ImageResult> {
  const { engine, workers } = project.shared
  const image = await workers.run('decode', { file, mapping: mapping ?? null }, signal)
  const inference = await engine.infer({ modelFolder: folder, image, flips: false, tile: TILE }, { signal })
  const how = { settings: model.cluster, calibration: model.calibration ?? null }
  return workers.run('scoreInference', { inference, truth, ...how }, signal)
}
