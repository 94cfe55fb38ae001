import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Architecture, TrainOutcome } from '../../contract/engine.ts'
import { snapshotFolder } from '../../contract/engine.ts'
import { curvePoint } from '../../contract/wire.ts'
import type { CurvePoint } from '../../contract/wire.ts'
import { clusterInference } from '../../core/cluster/cluster.ts'
import type { Clustering } from '../../core/cluster/clustering.ts'
import { foldsOf } from '../../core/sampling/folds.ts'
import type { TuneImage } from '../../core/tune/candidates.ts'
import { keptOf } from '../../core/tune/kept.ts'
import { chooseOutOfFold } from '../../core/tune/out-of-fold.ts'
import type { ChooseOn, OutOfFold } from '../../core/tune/out-of-fold.ts'
import { decodeImage } from '../../imaging/decode.ts'
import { writeWhole } from '../../whole-file.ts'
import { TILE } from '../predict/infer.ts'
import type { ModelFolder } from '../predict/model-files.ts'
import type { Skipped } from './train-batches.ts'
import { readCurve } from './train-card.ts'
import { trainOnce } from './train-once.ts'
import type { Limits, OnceHooks } from './train-once.ts'
import type { TrainSource } from './train-plan.ts'
import { canFold } from './train-selection.ts'
import type { TrainOptions } from './train-options.ts'

/** Folds, steps of each and of the training after them, and steps between validations, where there is no image to validate on. */
const [FOLDS, STEPS, EVERY] = [3, 120, 20]

/** A fold is not validated more often than this: a look at all that it leaves out takes as long as some steps. */
const MOST_VALIDATIONS = 8

/** Folder in the training's own with what its folds have come to; gone when its version is kept. */
export const FOLDS_FOLDER = 'folds'

/** Whether a fine-tuning has nothing to validate on but what it learns from, and images enough to leave some out in turn. */
export function isFew({
  train,
  checked = train,
  validation,
  from,
}: Pick<TrainOptions, 'train' | 'checked' | 'validation' | 'from'>): boolean {
  return (
    from !== null &&
    validation.length === 0 &&
    canFold(checked.map(({ group, truth }) => ({ group, ships: truth.length })))
  )
}

/**
 * Images that folds leave out in turn: those that the version started from has not learnt from, for a fold that starts from it would be validated on what it
 * knows. Where they are too few, all, and it is said of how many that is so.
 */
export function turnsOf(
  { train, checked = train }: Pick<TrainOptions, 'train' | 'checked'>,
  { card }: Pick<ModelFolder, 'card'>,
): { images: TrainSource[]; known: number } {
  const seen = new Set(card.trainedOn)
  const unseen = checked.filter(({ content }) => !seen.has(content))
  const enough = canFold(unseen.map(({ group, truth }) => ({ group, ships: truth.length })))
  return enough
    ? { images: unseen, known: 0 }
    : { images: [...checked], known: checked.length - unseen.length }
}

/** Steps of all folds and of the training after them, at most. */
export function fewSteps({ settings }: Pick<TrainOptions, 'settings'>): number {
  return (FOLDS + 1) * stepsOf(settings)
}

function stepsOf({ steps }: TrainOptions['settings']): number {
  return steps === null ? STEPS : Math.min(steps, 10 * STEPS)
}

/** What a training on few labels is watched by, and where its choice is made: default is here, which blocks for a while. */
export interface FewHooks extends OnceHooks {
  /** steps taken in folds and after them */
  onStep?: ((done: number) => void) | undefined
  choose?: ((on: ChooseOn) => Promise<OutOfFold>) | undefined
  /** what each image has by weights that have not seen it, once it is known */
  onOutOfFold?: ((images: HeldOut[]) => void) | undefined
}

/** An image, and what weights that have not seen it found in it. */
export interface HeldOut {
  content: string
  instances: Clustering['instances']
}

const foldFile = z.object({ points: z.array(curvePoint), images: z.number().int() })

interface Fold {
  folder: string
  held: TrainSource[]
  points: CurvePoint[]
}

/**
 * Trains on few images: short folds, each without some of them, say after which step it is best to stop, how instances are to be made, and what is
 * gained, on images that the weights have not seen (out of fold); then one training on all of them ends at that step.
 * @returns as the engine's, with what the folds validated as
 */
export async function trainFew(
  options: TrainOptions,
  parent: ModelFolder,
  architecture: Architecture,
  { choose = chooseOutOfFold, onOutOfFold, ...hooks }: FewHooks,
): Promise<{ outcome: TrainOutcome; skipped: Skipped[] }> {
  const { train, settings, out } = options
  const { images: checked } = turnsOf(options, parent)
  const steps = stepsOf(settings)
  const share = settings.minutes === null ? null : (settings.minutes * 60) / (FOLDS + 1)
  const limits: Limits = {
    ...{ steps, stopAfter: null, patience: null, seconds: share },
    ...{ keepSnapshots: true, keepLast: false, validates: true },
    validateEvery: Math.min(settings.validateEvery, Math.max(EVERY, Math.ceil(steps / MOST_VALIDATIONS))),
  }
  const folds: Fold[] = []
  // what nobody has checked, or the start knows, is trained on in every fold, and tells nothing
  for (const [i, held] of foldsOf(checked, FOLDS, settings.seed).entries()) {
    if (held.length === 0 || held.length === checked.length) continue
    const folder = join(out, FOLDS_FOLDER, String(i + 1))
    const rest = {
      ...options,
      train: train.filter((source) => !held.includes(source)),
      validation: held,
      checked: [],
    }
    const onStep = (step: number): void => hooks.onStep?.(i * steps + step)
    const points = await foldPoints(
      { ...rest, out: folder, resume: true },
      { parent, architecture, limits },
      { ...hooks, onStep },
    )
    if (points === null) return cancelledIn(options, parent, architecture, limits, hooks)
    folds.push({ folder, held, points })
  }
  const curve = outOfFold(folds)
  const scores = curve.flatMap(({ step, f2, f2WithShips }) =>
    f2 === null ? [] : [{ step, f2, f2WithShips }],
  )
  const start = scores.find(({ step }) => step === 0) ?? null
  const later = scores.filter(({ step }) => step > 0)
  const best = later[keptOf(later, start)]?.step ?? 0
  const looked = await lookOutOfFold(folds, best, options.from!, hooks)
  const { cluster, calibration = null, operatingPoints = null } = parent.model
  const chosen = await choose({ ...looked, old: { cluster, calibration, operatingPoints } })
  onOutOfFold?.(heldOutBy(folds, looked.seen, parent, chosen))
  const tell = beside(curve, await readCurve(out), hooks.onPoint)
  const { outcome, skipped } = await trainOnce(
    { ...options, checked: [] },
    parent,
    architecture,
    { ...limits, stopAfter: best, validates: false, keepSnapshots: options.snapshots ?? false },
    {
      ...hooks,
      onPoint: (point) => {
        tell(point.step, point.seconds)
        hooks.onStep?.(FOLDS * steps + point.step)
        hooks.onPoint(point)
      },
    },
  )
  tell(null, outcome.seconds)
  if (outcome.cancelled) return { outcome, skipped }
  await setPostProcessing(out, chosen)
  const at = curve.find(({ step }) => step === best)
  return {
    skipped,
    outcome: {
      ...outcome,
      ...{
        bestStep: best,
        startF2: start?.f2 ?? null,
        postProcessing: chosen.note,
        paired: chosen.paired,
        reliability: chosen.reliability,
      },
      validation: { f2: at?.f2 ?? 0, f2WithShips: at?.f2WithShips ?? null, images: checked.length },
    },
  }
}

/**
 * What the folds gave, told of beside the loss of the training after them, step by step.
 * @param logged what was told of it before: a training that goes on tells again only of what comes after the step from which it does
 * @returns to be called before each point of the loss, with its step, and at the end, with null
 */
function beside(
  curve: readonly CurvePoint[],
  logged: readonly CurvePoint[],
  tell: (point: CurvePoint) => void,
): (step: number | null, seconds: number) => void {
  const known = new Set(logged.filter(({ kind }) => kind === 'validation').map(({ step }) => step))
  const left = [...curve]
  return (step, seconds) => {
    while (left[0] && (step === null || left[0].step < step)) {
      const point = left.shift()!
      if (!known.has(point.step)) tell({ ...point, seconds })
    }
    if (step !== null) known.clear()
  }
}

/** What each step validated as; null: cancelled. A fold that has come to its end is not trained again. */
async function foldPoints(
  options: TrainOptions,
  { parent, architecture, limits }: { parent: ModelFolder; architecture: Architecture; limits: Limits },
  hooks: OnceHooks & { onStep: (step: number) => void },
): Promise<CurvePoint[] | null> {
  const file = join(options.out, 'fold.json')
  const known = await readFile(file, 'utf8').catch(() => null)
  if (known !== null) return foldFile.parse(JSON.parse(known)).points
  const points: CurvePoint[] = []
  const { outcome } = await trainOnce(options, parent, architecture, limits, {
    ...hooks,
    onPoint: (point) => {
      hooks.onStep(point.step)
      if (point.kind === 'validation') points.push(point)
    },
  })
  if (outcome.cancelled) return null
  await writeWhole(file, JSON.stringify({ points, images: options.validation.length }))
  return points
}

/** A training that is cancelled in its folds leaves the version that it starts from, and a checkpoint of step 0. */
function cancelledIn(
  options: TrainOptions,
  parent: ModelFolder,
  architecture: Architecture,
  limits: Limits,
  hooks: OnceHooks,
): ReturnType<typeof trainOnce> {
  return trainOnce({ ...options, checked: [] }, parent, architecture, { ...limits, validates: false }, hooks)
}

/** The validations of all folds together, at the steps that all of them have. */
function outOfFold(folds: readonly Fold[]): CurvePoint[] {
  const steps = folds[0]?.points.map(({ step }) => step) ?? []
  return steps.flatMap((step) => {
    const points = folds.map((fold) => ({ fold, point: fold.points.find((one) => one.step === step) }))
    if (points.some(({ point }) => !point)) return []
    const mean = (
      of: (point: CurvePoint) => number | null,
      weight: (fold: Fold) => number,
    ): number | null => {
      const known = points.filter(({ fold, point }) => of(point!) !== null && weight(fold) > 0)
      const all = known.reduce((sum, { fold }) => sum + weight(fold), 0)
      return all === 0
        ? null
        : known.reduce((sum, { fold, point }) => sum + of(point!)! * weight(fold), 0) / all
    }
    const shipped = ({ held }: Fold): number => held.filter(({ truth }) => truth.length > 0).length
    const found = [0, 1, 2, 3].map((i) => ({
      ships: points.reduce((sum, { point }) => sum + (point!.found?.[i]?.ships ?? 0), 0),
      found: points.reduce((sum, { point }) => sum + (point!.found?.[i]?.found ?? 0), 0),
    }))
    const f2 = mean(
      (point) => point.f2,
      ({ held }) => held.length,
    )
    const f2WithShips = mean((point) => point.f2WithShips, shipped)
    const images = folds.reduce((sum, { held }) => sum + held.length, 0)
    const on = { images, synthetic: 0, outOfFold: true }
    return [{ ...points[0]!.point!, f2, f2WithShips, found, on }]
  })
}

/** What is chosen on, of each image by weights that have not seen it, and by the version started from. */
async function lookOutOfFold(
  folds: readonly Fold[],
  step: number,
  from: string,
  hooks: OnceHooks,
): Promise<{ seen: TuneImage[]; before: TuneImage[] }> {
  const seen: TuneImage[] = []
  const before: TuneImage[] = []
  for (const { folder, held } of folds) {
    for (const source of held) {
      seen.push(await look(step === 0 ? from : snapshotFolder(folder, step), source, hooks))
      before.push(await look(from, source, hooks))
    }
  }
  return { seen, before }
}

/** Without the images that the version started from was trained on: every fold begins with it. */
function heldOutBy(
  folds: readonly Fold[],
  seen: readonly TuneImage[],
  { card }: ModelFolder,
  { cluster, calibration }: OutOfFold,
): HeldOut[] {
  const known = new Set(card.trainedOn)
  return folds
    .flatMap(({ held }) => held)
    .flatMap(({ content }, i) =>
      known.has(content)
        ? []
        : [{ content, instances: clusterInference(seen[i]!.inference, cluster, calibration).instances }],
    )
}

async function look(
  modelFolder: string,
  { file, mapping, truth, ignored }: TrainSource,
  { engine, signal }: OnceHooks,
): Promise<TuneImage> {
  const image = await decodeImage(file, { mapping })
  const inference = await engine.infer(
    { modelFolder, image, flips: false, tile: TILE },
    signal ? { signal } : {},
  )
  return { inference, truth, ignored }
}

async function setPostProcessing(
  out: string,
  { cluster, calibration, operatingPoints }: Omit<OutOfFold, 'note' | 'paired' | 'reliability'>,
): Promise<void> {
  const file = join(out, 'model.json')
  const {
    calibration: _,
    operatingPoints: __,
    ...model
  } = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')))
  const chosen = {
    ...model,
    cluster,
    ...(calibration && { calibration }),
    ...(operatingPoints && { operatingPoints }),
  }
  await writeWhole(file, JSON.stringify(chosen))
}
