import { existsSync } from 'node:fs'
import { appendFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKPOINT_FILE, leftBehind } from '../../contract/engine.ts'
import type { Engine, ModelCard, TrainOutcome } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { CurvePoint, TrainSettings } from '../../contract/wire.ts'
import { readModelFolder } from '../predict/model-files.ts'
import { FOLDS_FOLDER, isFew, trainFew, turnsOf } from './few-labels.ts'
import type { FewHooks } from './few-labels.ts'
import { forgetImages, LOG, noteImages, writeCard } from './train-card.ts'
import { architectureOf } from './train-defaults.ts'
import type { Skipped } from './train-batches.ts'
import { trainOnce } from './train-once.ts'
import type { Limits } from './train-once.ts'
import type { TrainOptions } from './train-options.ts'
import type { TrainSource } from './train-plan.ts'
import { cropsOf } from './train-plan.ts'
import { refusalOf } from './train-selection.ts'

/** Steps of an epoch where nothing but synthetic scenes is trained on. */
const SYNTHETIC_EPOCH = 100

export interface TrainedModel {
  /** SHA-256 of the new version, its folder's name in a project */
  id: string
  folder: string
  card: ModelCard
  outcome: TrainOutcome
  /** images that could not be read on the way and were left out */
  skipped: Skipped[]
}

/** A training whose version is kept where it belongs: nothing is left to go on from. */
export async function endTraining(out: string): Promise<void> {
  await rm(join(out, FOLDS_FOLDER), { recursive: true, force: true })
  await rm(join(out, CHECKPOINT_FILE), { force: true })
  await forgetImages(out)
}

/** Whether a training in this folder can go on. */
export function canResume(out: string): boolean {
  return existsSync(join(out, CHECKPOINT_FILE)) || existsSync(join(out, FOLDS_FOLDER))
}

/** The share of crops that are synthetic where `scenes` scenes are mixed with marked images. */
export function syntheticShareOf(scenes: number, train: readonly TrainSource[], crop: number): number {
  const marked = cropsOf(train, crop)
  return scenes + marked === 0 ? 0 : scenes / (scenes + marked)
}

/** Steps in which every image, and the synthetic share beside, is seen about once. */
export function stepsOfEpoch(
  train: readonly TrainSource[],
  { crop, batch, syntheticShare }: Pick<TrainSettings, 'crop' | 'batch' | 'syntheticShare'>,
): number {
  const marked = cropsOf(train, crop)
  if (marked === 0 || syntheticShare >= 1) return SYNTHETIC_EPOCH
  return Math.max(1, Math.ceil(marked / (1 - syntheticShare) / batch))
}

/**
 * Trains a model version: data, steps, validation, then model.json, weights.bin and card.json in `out`. Cancelling
 * keeps the best weights so far as a version and a checkpoint beside them, from which `resume` goes on; so does one that comes to its end,
 * until {@link endTraining}.
 * @throws DrydockError `nothing_to_do` (no image, no ship), `no_training_backend`, `training_diverged` (the
 *   best weights until then are kept in `out`), `engine_died`, `engine_no_memory`, `disk_full`, `model_incompatible`
 */
export async function trainModel(
  options: TrainOptions,
  {
    engine,
    signal,
    onPoint,
    onPlan,
    onStep,
    choose,
    onOutOfFold,
  }: {
    engine: Engine
    signal?: AbortSignal
    onPoint?: (point: CurvePoint) => void
    /** steps taken in folds and after them, where few labels are trained on */
    onStep?: (done: number) => void
    /** where the choice of a training on few labels is made */
    choose?: FewHooks['choose']
    /** and what each of its images has by weights that have not seen it */
    onOutOfFold?: FewHooks['onOutOfFold']
    /** once, before the first step: how many steps (null where time decides) and how many are validated on */
    onPlan?: (plan: { steps: number | null; validationImages: number }) => void
  },
): Promise<TrainedModel> {
  const { settings, out } = options
  refuseTooLittle(options)
  const info = await engine.info()
  if (!info.trains) {
    throw new DrydockError(
      'no_training_backend',
      `This machine computes with ${info.name}, which predicts but does not train here. Run "npm run setup" so that libtensorflow is there, then train again.`,
      { backend: info.name, passedOver: info.passedOver },
    )
  }
  const parent = options.from === null ? null : await readModelFolder(options.from)
  await mkdir(out, { recursive: true })
  const log = join(out, LOG)
  if (!options.resume) {
    await rm(log, { force: true })
    await rm(join(out, FOLDS_FOLDER), { recursive: true, force: true })
  }
  const steps =
    settings.steps ??
    (settings.epochs === null ? null : settings.epochs * stepsOfEpoch(options.train, settings))
  let written = Promise.resolve()
  const note = (point: CurvePoint): void => {
    // a point that cannot be written is a gap in a curve, and no reason to lose the training
    written = written.then(() => appendFile(log, `${JSON.stringify(point)}\n`)).catch(() => undefined)
    onPoint?.(point)
  }
  const architecture = parent?.model.architecture ?? architectureOf(settings.size, settings.coordinates)
  const few = parent !== null && isFew(options)
  const hooks = {
    ...{ engine, signal, onPoint: note },
    onBegin: (validationImages: number) => onPlan?.({ steps: few ? null : steps, validationImages }),
  }
  const limits: Limits = {
    ...{ steps, stopAfter: null, patience: settings.patience, validateEvery: settings.validateEvery },
    ...{
      seconds: settings.minutes === null ? null : settings.minutes * 60,
      keepSnapshots: options.snapshots ?? false,
      keepLast: options.keepLast ?? false,
      validates: true,
    },
  }
  try {
    await noteImages(out, options.train, options.resume)
    const { outcome, skipped } = few
      ? await trainFew({ ...options, settings: { ...settings, steps } }, parent, architecture, {
          ...hooks,
          onStep,
          choose,
          onOutOfFold,
        })
      : await trainOnce(options, parent, architecture, limits, hooks)
    await written
    const card = await writeCard(options, parent, outcome, {
      on: few ? 'out of fold' : 'validation',
      known: few ? turnsOf(options, parent).known : 0,
    })
    const { id } = await readModelFolder(out)
    return { id, folder: out, card, outcome, skipped }
  } catch (error) {
    if (error instanceof DrydockError && error.code === 'training_diverged') {
      await written
      const left = leftBehind.safeParse(error.data['left'])
      if (left.success) await writeCard(options, parent, left.data, { on: 'validation', known: 0 })
    }
    throw withAdvice(error, settings)
  }
}

/** What a training that got no memory is told: the setting to make smaller, and to what. */
function withAdvice(error: unknown, { batch, crop }: Pick<TrainSettings, 'batch' | 'crop'>): unknown {
  if (!(error instanceof DrydockError) || error.code !== 'engine_no_memory') return error
  const smaller =
    batch > 1 ? `a batch of ${Math.floor(batch / 2)}` : `a crop of ${Math.max(64, Math.floor(crop / 2))} px`
  return new DrydockError(
    'engine_no_memory',
    `There was not enough memory to train with a batch of ${batch} and a crop of ${crop} px, so the training ended. Its last checkpoint and all model versions are kept. Close other programs, or train with ${smaller}.`,
    { ...error.data },
    error,
  )
}

/** @throws DrydockError `nothing_to_do` */
function refuseTooLittle({ train, settings }: TrainOptions): void {
  if (settings.syntheticShare >= 1) return
  const ships = train.reduce((sum, { truth }) => sum + truth.length, 0)
  const refusal = refusalOf(train.length, ships)
  if (refusal !== null) throw new DrydockError('nothing_to_do', refusal)
}
