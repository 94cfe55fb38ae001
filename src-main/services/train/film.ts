import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SNAPSHOTS, snapshotFolder } from '../../contract/engine.ts'
import type { ModelCard } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { FilmFrame } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { writeWhole } from '../../whole-file.ts'
import { ensureContent } from '../images/content.ts'
import { seenPixels } from '../images/rows.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, imageFile, isFinished } from '../machinery/project.ts'
import { ensureInference } from '../predict/infer.ts'
import { readModelFile, readModelFolder } from '../predict/model-files.ts'
import { addModel, usableModel } from '../predict/models.ts'
import { readCurve } from './train-card.ts'
import { trainingOf } from './train-job.ts'

/** How a training saw an image as it learnt: its snapshots, and what each of them makes of the image. */

/** Longest side of a frame's foreground, in px. */
const SIDE = 384

/** Steps of a training whose weights are kept, in their order. Those of the last training alone are. */
export async function filmSteps(project: Project, job: string): Promise<number[]> {
  const names = await readdir(join(trainingOf(project, job).folder, SNAPSHOTS)).catch(() => [])
  return names
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b)
}

/** What the weights of one step make of an image. @throws DrydockError `not_found` where that step is not kept */
export async function filmFrame(
  project: Project,
  { job, step, image: id }: { job: string; step: number; image: number },
  signal?: AbortSignal,
): Promise<FilmFrame> {
  const folder = snapshotFolder(trainingOf(project, job).folder, step)
  const model = await readSnapshot(folder)
  const image = await ensureContent(project, id)
  const wanted = {
    ...{ file: imageFile(project, image), pixels: seenPixels(image), mapping: image.mapping },
    ...{ model: { id: `${job} ${step}`, folder }, flips: false, cache: project.cache },
  }
  const file = await ensureInference(project.shared, wanted, signal)
  const truth = isFinished(image) ? project.store.truth.masks(id).map(parseRle) : null
  const how = { settings: model.cluster, calibration: model.calibration ?? null }
  const frame = await project.shared.workers.run('filmFrame', { file, ...how, truth, side: SIDE }, signal)
  return { step, ...frame }
}

/**
 * Keeps the weights of a step as a version, named after its training and the step.
 * @returns its id
 * @throws DrydockError `not_found`, `read_only`
 */
export async function keepStep(
  project: Project,
  { job, step }: { job: string; step: number },
): Promise<string> {
  assertWritable(project)
  const { settings, folder } = trainingOf(project, job)
  const snapshot = snapshotFolder(folder, step)
  await readSnapshot(snapshot)
  const parent =
    settings.from === null ? null : await readModelFolder((await usableModel(project, settings.from)).folder)
  const { train } = await project.reads.run('train.sources', null)
  const points = await readCurve(folder)
  const at = points.find((point) => point.kind === 'validation' && point.step === step)
  const card: ModelCard = {
    ...{
      name: nameOfStep(settings.name, step),
      createdAt: new Date().toISOString(),
      parent: parent?.id ?? null,
    },
    licence: 'that of the images and of the model it started from',
    credits: parent?.card.credits ?? [],
    data: `${train.length} finished images of the project`,
    reproduce: `a step of ${settings.name}, kept by hand`,
    settings: { ...settings },
    // all that the project's training may have seen by then, and all that its ancestors have
    trainedOn: [
      ...new Set([...(parent?.card.trainedOn ?? []), ...train.map(({ content }) => content)]),
    ].sort(),
    ...{ steps: step, seconds: Math.round(at?.seconds ?? 0) },
    validation: at?.f2 == null ? null : { f2: at.f2, f2WithShips: at.f2WithShips, images: 0 },
    curve: points.filter((point) => point.step <= step).map(({ step, loss, f2 }) => ({ step, loss, f2 })),
    limits: `Step ${step} of ${settings.name}, kept by hand: not compared with the version it started from.`,
  }
  const kept = `${snapshot}.kept`
  try {
    await mkdir(kept, { recursive: true })
    for (const part of ['model.json', 'weights.bin']) await copyFile(join(snapshot, part), join(kept, part))
    await writeWhole(join(kept, 'card.json'), `${JSON.stringify(card, null, 2)}\n`)
    return await addModel(project, kept, { kind: 'trained', copy: true, note: '' })
  } finally {
    await rm(kept, { recursive: true, force: true })
  }
}

/** @returns at most 80 characters */
function nameOfStep(training: string, step: number): string {
  const end = `, step ${step}`
  return training.slice(0, 80 - end.length) + end
}

async function readSnapshot(folder: string) {
  const model = await readModelFile(folder).catch(() => null)
  if (model) return model
  throw new DrydockError(
    'not_found',
    'The weights of this step are not kept any more: a project keeps those of its last training. Train again to look at them.',
  )
}
