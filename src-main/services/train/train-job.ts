import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { DrydockError } from '../../contract/errors.ts'
import { trainSettings } from '../../contract/wire.ts'
import type { CurvePoint, TrainPreview, TrainSettings } from '../../contract/wire.ts'
import type { JobContext, JobHandler, JobOutcome } from '../machinery/job-handlers.ts'
import { SNAPSHOTS } from '../../contract/engine.ts'
import { gainOf } from './gain.ts'
import { fewSteps, isFew } from './few-labels.ts'
import type { HeldOut } from './few-labels.ts'
import { trainCommand } from './train-command.ts'
import { knownBy, unseenStart } from './unseen-start.ts'
import { addHeldOutRun } from './held-out-run.ts'
import { addModel, usableModel } from '../predict/models.ts'
import { lookForSimilar, settleGroups } from '../images/similar.ts'
import { freezeSplits } from '../images/split.ts'
import type { Project } from '../machinery/project.ts'
import { assertWritable, summaryOf } from '../machinery/project.ts'
import { canResume, trainModel } from './train.ts'
import { trainDefaults } from './train-defaults.ts'
import { readCurve } from './train-card.ts'
import type { TrainedModel } from './train.ts'
import type { TrainOptions } from './train-options.ts'
import type { TrainSource } from './train-plan.ts'

const trainPayload = z.object({
  settings: trainSettings,
  /** name of its folder, where checkpoint and log lie */
  folder: z.uuid(),
})

/** A training on the finished images of the train split, from its last checkpoint where there is one. */
export const trainJob: JobHandler<z.infer<typeof trainPayload>> = {
  kind: 'train',
  version: 1,
  payload: trainPayload,
  run: (context, { settings, folder }) => train(settings, trainingFolder(context.project, folder), context),
  resumable: (project, { folder }) => canResume(trainingFolder(project, folder)),
}

/** What a training would use, and what it would leave out and why. */
export async function trainingPreview(project: Project): Promise<TrainPreview> {
  const { unsettled, ...preview } = await project.reads.run('train.preview', null)
  if (unsettled) await lookForSimilar(project)
  const turns = preview.validates === 'folds' ? await project.reads.run('train.turns', null) : []
  return { ...preview, known: await knownBy(project, turns) }
}

/**
 * Settings that suit this project: a fine-tuning of the current model, or, where images take turns in being left out, of the nearest one before it that
 * does not know them: what has learnt from an image cannot be validated on it.
 */
export async function trainingDefaults(project: Project): Promise<TrainSettings> {
  const { name, currentModel } = summaryOf(project)
  const turns = await project.reads.run('train.turns', null)
  const from = currentModel === null || turns.length === 0 ? null : await unseenStart(project, turns)
  const trained = project.store.models.all().filter(({ kind }) => kind === 'trained').length
  return trainDefaults(from ?? currentModel, `${name.slice(0, 60)} ${trained + 1}`)
}

/**
 * Starts a training on the finished images of the train split, as a job. Its result is a new model version.
 * @returns the job's id
 * @throws DrydockError `nothing_to_do` (the preview's refusal), `not_found` (no such model), `read_only`
 */
export async function startTraining(project: Project, settings: TrainSettings): Promise<string> {
  assertWritable(project)
  await settleGroups(project)
  const { refusal, validates } = await trainingPreview(project)
  if (refusal !== null) throw new DrydockError('nothing_to_do', refusal)
  if (settings.from !== null) await usableModel(project, settings.from)
  await freezeSplits(project)
  const few = validates === 'folds' && settings.from !== null
  const timed = settings.minutes !== null && !few
  const steps = few ? fewSteps({ settings }) : (settings.steps ?? 0)
  return project.jobs.start(
    trainJob,
    { settings, folder: randomUUID() },
    {
      title: `Training ${settings.name}`,
      unit: timed ? 'seconds' : 'steps',
      total: timed ? (settings.minutes ?? 0) * 60 : steps,
      lane: 'train',
    },
  )
}

/** The curve of a training so far. @throws DrydockError `not_found` */
export function trainingCurve(project: Project, job: string): Promise<CurvePoint[]> {
  return readCurve(trainingOf(project, job).folder)
}

/** A training job: what it was asked, and where its checkpoint, log and snapshots lie. @throws DrydockError `not_found` */
export function trainingOf(project: Project, job: string): { settings: TrainSettings; folder: string } {
  const stored = project.store.jobs.get(job)
  if (stored?.kind !== trainJob.kind || stored.version !== trainJob.version) {
    throw new DrydockError('not_found', 'There is no such training in this project.')
  }
  const { settings, folder } = trainPayload.parse(JSON.parse(stored.payload))
  return { settings, folder: trainingFolder(project, folder) }
}

function trainingFolder(project: Project, name: string): string {
  return join(project.folder, 'training', name)
}

async function train(
  settings: TrainSettings,
  out: string,
  { id, project, signal, progress }: JobContext,
): Promise<JobOutcome> {
  const options = await optionsOf(project, settings, out)
  const few = isFew(options)
  const timed = settings.minutes !== null && !few
  await forgetSnapshots(project, out)
  let heldOut: HeldOut[] = []
  try {
    const trained = await trainModel(options, {
      engine: project.shared.engine,
      signal,
      onPlan: ({ steps }) => {
        if (!timed && steps !== null) progress(0, steps)
      },
      onStep: (done) => progress(done, fewSteps(options)),
      choose: (on) => project.shared.workers.run('chooseOutOfFold', on, signal),
      onOutOfFold: (images) => (heldOut = images),
      onPoint: (point) => {
        if (!few) progress(timed ? point.seconds : point.step)
        project.events.emit({ type: 'curve', job: id, points: [point] })
      },
    })
    const model = await addModel(project, out, { kind: 'trained', copy: true, note: '' })
    if (!trained.outcome.cancelled) {
      await addHeldOutRun(project, { name: settings.name, model, images: heldOut })
      await keepOnlyLog(out)
    }
    return {
      summary: summaryOfTraining(options, trained, model !== settings.from),
      model,
      partial: trained.outcome.cancelled,
    }
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

async function optionsOf(project: Project, settings: TrainSettings, out: string): Promise<TrainOptions> {
  const { train, validation } = await project.reads.run('train.sources', null)
  await noteTrained(project, train)
  const from = settings.from === null ? null : (await usableModel(project, settings.from)).folder
  const { name } = summaryOf(project)
  return {
    train,
    validation,
    from,
    out,
    resume: canResume(out),
    settings,
    snapshots: true,
    syntheticScenes: null,
    origin: {
      data: `${train.length} finished images of the project ${name}`,
      licence: 'that of the images and of the model it started from',
      credits: [],
      reproduce: trainCommand(basename(project.folder), settings),
    },
  }
}

/** Before the first step: what was learnt from is never taken for unseen again. */
async function noteTrained(project: Project, train: readonly TrainSource[]): Promise<void> {
  const at = new Date().toISOString()
  await project.store.inBatches(train, ({ content }) => project.store.similar.noteTrained(content, at))
}

/** Snapshots are those of the last training alone: they are large, and of earlier ones nobody looks at the film. */
async function forgetSnapshots(project: Project, out: string): Promise<void> {
  const trainings = join(project.folder, 'training')
  for (const name of await readdir(trainings).catch(() => [])) {
    if (join(trainings, name) === out) continue
    await rm(join(trainings, name, SNAPSHOTS), { recursive: true, force: true })
  }
}

/** The version lies in `models` now; of a finished training only the curve and the snapshots are looked at again. */
async function keepOnlyLog(out: string): Promise<void> {
  for (const name of await readdir(out)) {
    if (!name.endsWith('.jsonl') && name !== SNAPSHOTS)
      await rm(join(out, name), { recursive: true, force: true })
  }
}

function summaryOfTraining(
  { train }: TrainOptions,
  { outcome, skipped }: TrainedModel,
  isNew: boolean,
): string {
  const { f2, f2WithShips } = outcome.validation ?? { f2: null, f2WithShips: null }
  const parts = [
    `Trained ${outcome.steps} ${outcome.steps === 1 ? 'step' : 'steps'} on ${train.length} ${train.length === 1 ? 'image' : 'images'}`,
  ]
  if (skipped.length > 0) parts.push(`${skipped.length} could not be read and were left out`)
  if (f2 !== null) parts.push(`validation F2 ${f2.toFixed(3)}`)
  if (f2WithShips !== null) parts.push(`${f2WithShips.toFixed(3)} over images with ships`)
  return [`${parts.join(', ')}.`, gainOf(outcome, isNew)].join(' ').trimEnd()
}
