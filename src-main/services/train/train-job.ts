import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import { trainSettings } from '../../contract/wire.ts'
import type { CurvePoint, TrainPreview, TrainSettings } from '../../contract/wire.ts'
import { parseRle } from '../../core/mask/rle.ts'
import type { ListedImage } from '../../store/images.ts'
import type { JobControl, JobOutcome } from '../machinery/jobs.ts'
import { addModel, usableModel } from '../predict/models.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, imageFile, summaryOf } from '../machinery/project.ts'
import { canResume, trainDefaults, trainModel } from './train.ts'
import { readCurve } from './train-card.ts'
import type { TrainedModel, TrainOptions } from './train.ts'
import type { TrainSource } from './train-plan.ts'
import { selectForTraining } from './train-selection.ts'

/** What a training job is started with, and goes on with. */
const kept = z.object({
  settings: trainSettings,
  /** its folder's name: the id of the job that began it */
  folder: z.uuid(),
})

/** What a training would use, and what it would leave out and why. */
export function trainingPreview(project: Project): TrainPreview {
  return selectForTraining(project.store.images.listed(null)).preview
}

/** Settings that suit this project: a fine-tuning of the current model. */
export function trainingDefaults(project: Project): TrainSettings {
  const { name, currentModel } = summaryOf(project)
  const trained = project.store.models.all().filter(({ kind }) => kind === 'trained').length
  return trainDefaults(currentModel, `${name.slice(0, 60)} ${trained + 1}`)
}

/**
 * Starts a training on the finished images of the train split, as a job. Its result is a new model version.
 * @returns the job's id
 * @throws DrydockError `nothing_to_do` (the preview's refusal), `not_found` (no such model), `read_only`
 */
export async function startTraining(project: Project, settings: TrainSettings): Promise<string> {
  assertWritable(project)
  const { refusal } = trainingPreview(project)
  if (refusal !== null) throw new DrydockError('nothing_to_do', refusal)
  if (settings.from !== null) await usableModel(project, settings.from)
  return start(project, settings, null)
}

/**
 * Goes on from the last checkpoint of a training that was interrupted, cancelled or failed, as a new job.
 * @throws DrydockError `not_found` where there is no such training, or nothing left of it
 */
export async function resumeTraining(project: Project, job: string): Promise<string> {
  assertWritable(project)
  const before = project.store.jobs.get(job)
  if (!before?.settings || !canResumeTraining(project, job)) {
    throw new DrydockError('not_found', 'Nothing is left of this training to go on from. Start a new one.')
  }
  const { settings, folder: name } = kept.parse(JSON.parse(before.settings))
  return start(project, settings, name)
}

/** Whether a training that was interrupted, cancelled or failed left a checkpoint. */
export function canResumeTraining(project: Project, job: string): boolean {
  const state = project.store.jobs.get(job)?.state ?? ''
  const folder = folderOf(project, job)
  return ['interrupted', 'cancelled', 'failed'].includes(state) && folder !== null && canResume(folder)
}

/** The curve of a training so far. @throws DrydockError `not_found` */
export function trainingCurve(project: Project, job: string): Promise<CurvePoint[]> {
  const folder = folderOf(project, job)
  if (folder === null) throw new DrydockError('not_found', 'There is no such training in this project.')
  return readCurve(folder)
}

/** Where a training job's checkpoint and log lie; null where it is no training. */
function folderOf(project: Project, job: string): string | null {
  const stored = project.store.jobs.get(job)
  if (stored?.kind !== 'train' || stored.settings === null) return null
  return trainingFolder(project, kept.parse(JSON.parse(stored.settings)).folder)
}

function trainingFolder(project: Project, name: string): string {
  return join(project.folder, 'training', name)
}

function start(project: Project, settings: TrainSettings, resumed: string | null): Promise<string> {
  const timed = settings.minutes !== null
  const plan = (id: string) => ({
    kind: 'train' as const,
    title: `Training ${settings.name}`,
    unit: timed ? 'seconds' : 'steps',
    total: timed ? (settings.minutes ?? 0) * 60 : (settings.steps ?? 0),
    lane: 'train',
    settings: JSON.stringify({ settings, folder: resumed ?? id }),
  })
  return project.jobs.start(plan, (control) =>
    train(project, settings, trainingFolder(project, resumed ?? control.id), resumed !== null, control),
  )
}

async function train(
  project: Project,
  settings: TrainSettings,
  out: string,
  resume: boolean,
  { id, signal, progress }: JobControl,
): Promise<JobOutcome> {
  const options = await optionsOf(project, settings, out, resume)
  const timed = settings.minutes !== null
  try {
    const trained = await trainModel(options, {
      engine: project.shared.engine,
      signal,
      onPlan: ({ steps }) => {
        if (!timed && steps !== null) progress(0, steps)
      },
      onPoint: (point) => {
        progress(timed ? point.seconds : point.step)
        project.events.emit({ type: 'curve', job: id, points: [point] })
      },
    })
    const model = await addModel(project, out, { kind: 'trained', copy: true, note: '' })
    if (!trained.outcome.cancelled) await keepOnlyLog(out)
    return { summary: summaryOfTraining(options, trained), model, partial: trained.outcome.cancelled }
  } catch (error) {
    // the best weights until then are a version too
    if (
      error instanceof DrydockError &&
      error.code === 'training_diverged' &&
      existsSync(join(out, 'model.json'))
    ) {
      await addModel(project, out, { kind: 'trained', copy: true, note: error.message })
    }
    throw error
  }
}

async function optionsOf(
  project: Project,
  settings: TrainSettings,
  out: string,
  resume: boolean,
): Promise<TrainOptions> {
  const selection = selectForTraining(project.store.images.listed(null))
  const train = selection.train.map((image) => sourceOf(project, image))
  const from = settings.from === null ? null : (await usableModel(project, settings.from)).folder
  const { name } = summaryOf(project)
  return {
    train,
    validation: selection.validation.map((image) => sourceOf(project, image)),
    from,
    out,
    resume,
    settings,
    syntheticScenes: null,
    origin: {
      data: `${train.length} finished images of the project ${name}`,
      licence: 'that of the images and of the model it started from',
      credits: [],
      reproduce: `drydock train --project ${JSON.stringify(name)} --seed ${settings.seed}`,
    },
  }
}

/** Only images that the selection took come here: their content is known. */
function sourceOf(project: Project, image: ListedImage): TrainSource {
  const { width, height, sha256 } = image
  if (width === null || height === null || sha256 === null) {
    throw new DrydockError('internal', `${image.path} was to be trained on before it was read.`)
  }
  const truth = project.store.truth.masks(image.id).map(parseRle)
  return { file: imageFile(project, image), width, height, truth, content: sha256 }
}

/** The version lies in `models` now; of a finished training only the curve is looked at again. */
async function keepOnlyLog(out: string): Promise<void> {
  for (const name of await readdir(out)) {
    if (!name.endsWith('.jsonl')) await rm(join(out, name), { recursive: true, force: true })
  }
}

function summaryOfTraining({ train }: TrainOptions, { outcome, skipped }: TrainedModel): string {
  const f2 = outcome.validation?.f2WithShips ?? outcome.validation?.f2
  const parts = [
    `Trained ${outcome.steps} steps on ${train.length} ${train.length === 1 ? 'image' : 'images'}`,
  ]
  if (skipped.length > 0) parts.push(`${skipped.length} could not be read and were left out`)
  if (f2 !== undefined) parts.push(`validation F2 ${f2.toFixed(3)}`)
  return `${parts.join(', ')}.`
}
