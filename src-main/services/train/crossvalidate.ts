import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { Engine, ModelFile, TrainOutcome } from '../../contract/engine.ts'
import { DrydockError, toWireError } from '../../contract/errors.ts'
import type { CurvePoint, TrainSettings } from '../../contract/wire.ts'
import { SPARSE_FOREGROUND, underMasks, withForegroundFrom } from '../../core/cluster/sparse.ts'
import { worthOf } from '../../core/tune/worth.ts'
import { writeAirbus } from '../../formats/airbus.ts'
import { decodeImage } from '../../imaging/decode.ts'
import { writeWhole } from '../../whole-file.ts'
import { WAYS, chooseForFold, chosen, instancesOf, untouched } from './crossvalidate-choice.ts'
import type { Seen, Way } from './crossvalidate-choice.ts'
import { planFolds, takeFolder } from './crossvalidate-plan.ts'
import type { Fold, NamedSource } from './crossvalidate-plan.ts'
import { TILE } from '../predict/infer.ts'
import { readModelFolder } from '../predict/model-files.ts'
import type { ModelFolder } from '../predict/model-files.ts'
import { endTraining, trainModel } from './train.ts'
import { trainDefaults } from './train-defaults.ts'
import type { TrainSource } from './train-plan.ts'

export interface CrossValidation {
  images: readonly NamedSource[]
  /** what every fold trains on besides; nothing is scored or chosen on it, and copies of `images` are left out */
  also: readonly TrainSource[]
  /** the version that every fold starts from */
  from: ModelFolder & { folder: string }
  /** folder of the results; finished folds in it are not made again */
  out: string
  folds: number
  seed: number
  /** predictions are averaged over the four flips */
  flips: boolean
  /** how each fold trains; null: it does not, and its post-processing is chosen on all images of the other folds */
  training: Omit<TrainSettings, 'from' | 'name' | 'size'> | null
  /** settings that each fold tries in the place of those of `training`, and chooses among on its inner part; none: nothing is tried */
  tries?: readonly TriedSettings[]
  /** each fold chooses by short folds of its own, so that it trains on all that it learns from; else by a third that it leaves out */
  outOfFold?: boolean
  /** learn from as many as if so many images were labelled; null: all */
  labelled?: number | null
}

/** Settings that folds may try. */
export type TriedSettings = Partial<
  Pick<
    TrainSettings,
    | 'learningRate'
    | 'embeddingWeight'
    | 'lossUnit'
    | 'sizeExponent'
    | 'falseAlarmShare'
    | 'syntheticShare'
    | 'batch'
    | 'crop'
    | 'magnify'
    | 'steps'
  >
>

const foldResult = chosen.extend({
  training: z
    .object({
      ...{ steps: z.number().int(), seconds: z.number(), bestStep: z.number().int() },
      /** which of the tried settings it chose; absent where none were tried */
      chosen: z.record(z.string(), z.unknown()).optional(),
    })
    .nullable(),
  held: z.array(z.string()),
})
export type FoldResult = z.infer<typeof foldResult>

interface Hooks {
  engine: Engine
  signal: AbortSignal
  onProgress: (line: { fold: number; doing: string }) => void
  onPoint: (fold: number, point: CurvePoint) => void
}

/**
 * Predicts each image by a model that has not seen it: for each fold a version is trained on the other folds, part of which
 * chooses its best step and its post-processing, and predicts the fold. Finished folds, and the checkpoint of the one at
 * work, are kept in `out`, so that the same call goes on where it was cancelled.
 * @returns by fold; the masks lie in `foldFile`s
 * @throws DrydockError `nothing_to_do`, `bad_input`, `cancelled`, and as `trainModel`, `decodeImage` and the engine do
 */
export async function crossValidate(wanted: CrossValidation, hooks: Hooks): Promise<FoldResult[]> {
  const { labelled = null, tries = [], outOfFold = false } = wanted
  const folds = planFolds(wanted.images, wanted.folds, wanted.seed, { inner: !outOfFold, labelled })
  const scored = new Set(wanted.images.map(({ content }) => content))
  const scenes = new Set(wanted.images.map(({ group }) => group))
  const also = wanted.also.filter(({ content, group }) => !scored.has(content) && !scenes.has(group))
  await takeFolder(wanted.out, {
    model: wanted.from.id,
    ...{ flips: wanted.flips, seed: wanted.seed, training: wanted.training },
    ...(labelled !== null && { labelled }),
    ...(outOfFold && { outOfFold }),
    ...(tries.length > 0 && { tries }),
    also: also.map(({ content }) => content).sort(),
    folds: folds.map(({ held }) => held.map(({ name, content }) => `${name} ${content}`).sort()),
  })
  const seen = new Inferences(wanted, hooks)
  const results: FoldResult[] = []
  try {
    for (const fold of folds) {
      const known = await readResult(wanted.out, fold.number)
      results.push(known ?? (await runFold({ ...wanted, also }, fold, seen, hooks)))
    }
  } catch (error) {
    if (toWireError(error).code !== 'cancelled') throw error
    throw new DrydockError(
      'cancelled',
      'Cancelled. Finished folds and the last checkpoint are kept; the same command goes on from there.',
    )
  }
  return results
}

/** Where a fold's masks lie, as an Airbus CSV. */
export function foldFile(out: string, fold: number, way: Way): string {
  return join(out, `fold-${fold}`, `${way}.csv`)
}

const resultFile = (out: string, fold: number): string => join(out, `fold-${fold}`, 'fold.json')

async function readResult(out: string, fold: number): Promise<FoldResult | null> {
  const text = await readFile(resultFile(out, fold), 'utf8').catch(() => null)
  if (text === null) return null
  return foldResult.parse(JSON.parse(text))
}

async function runFold(
  wanted: CrossValidation,
  fold: Fold,
  seen: Inferences,
  hooks: Hooks,
): Promise<FoldResult> {
  const { out } = wanted
  const { folder: start, model: begun } = wanted.from
  const trained = await trainFold(wanted, fold, hooks)
  const between = async (): Promise<void> => {
    hooks.signal.throwIfAborted()
    hooks.onProgress({ fold: fold.number, doing: 'choosing post-processing' })
    // lets a signal in
    await setImmediate()
  }
  // The version that the fold starts from has seen none of its images: it chooses on three times as many as are left after training.
  const learning = await seen.of(start, [...fold.train, ...fold.inner], fold.number)
  let choice = await chooseForFold(untouched(begun), learning, between)
  if (trained && wanted.outOfFold) {
    choice = { ...untouched(trained.model), separation: choice.separation, chosenOn: fold.train.length }
  } else if (trained && choice.chosenOn === 0) choice = untouched(trained.model)
  else if (trained) {
    const inner = await seen.of(trained.folder, fold.inner, fold.number)
    choice = await chooseForFold(choice, inner, between, { stays: true })
  }
  const held = await seen.of(trained?.folder ?? start, fold.held, fold.number)
  for (const way of WAYS) {
    const rows = held.map((image) => [image.name, instancesOf(image, way, choice)] as const)
    await writeText(foldFile(out, fold.number, way), [...writeAirbus(rows)].join(''))
  }
  const result: FoldResult = {
    ...choice,
    training: trained?.training ?? null,
    held: fold.held.map(({ name }) => name),
  }
  await writeText(resultFile(out, fold.number), `${JSON.stringify(result, null, 2)}\n`)
  return result
}

interface TrainedFold {
  folder: string
  model: ModelFile
  training: NonNullable<FoldResult['training']>
}

const trainedFile = foldResult.shape.training.unwrap()

/** The version of a fold; null where none is trained. One that was trained before is taken, one that was begun is gone on with. */
async function trainFold(wanted: CrossValidation, fold: Fold, hooks: Hooks): Promise<TrainedFold | null> {
  if (wanted.training === null) return null
  const place = join(wanted.out, `fold-${fold.number}`)
  const [folder, file] = [join(place, 'model'), join(place, 'trained.json')]
  const before = await readFile(file, 'utf8').catch(() => null)
  if (before !== null) {
    return { folder, ...(await readModelFolder(folder)), training: trainedFile.parse(JSON.parse(before)) }
  }
  const tries = wanted.tries ?? []
  const outcomes: TrainOutcome[] = []
  for (const [i, settings] of tries.entries()) {
    outcomes.push(await trainIn(join(place, `try-${i + 1}`), wanted, fold, settings, hooks))
  }
  // on the inner part, which neither trains nor scores
  const best = outcomes.reduce(
    (most, outcome, i) => (validatedWorth(outcome) > validatedWorth(outcomes[most]) ? i : most),
    0,
  )
  if (tries.length > 0) await cp(join(place, `try-${best + 1}`), folder, { recursive: true })
  const { steps, seconds, bestStep } = outcomes[best] ?? (await trainIn(folder, wanted, fold, {}, hooks))
  const training = { steps, seconds, bestStep, ...(tries[best] && { chosen: { ...tries[best] } }) }
  await writeText(file, JSON.stringify(training))
  await endTraining(folder)
  for (const i of tries.keys()) await endTraining(join(place, `try-${i + 1}`))
  return { folder, ...(await readModelFolder(folder)), training }
}

function validatedWorth(outcome: TrainOutcome | undefined): number {
  return outcome?.validation ? worthOf(outcome.validation) : 0
}

/** Trains on a fold's part in a folder; a training there that was cancelled goes on. */
async function trainIn(
  out: string,
  wanted: CrossValidation,
  fold: Fold,
  tried: TriedSettings,
  hooks: Hooks,
): Promise<TrainOutcome> {
  const { outcome } = await trainModel(
    {
      train: [...fold.train, ...wanted.also],
      checked: fold.train,
      validation: fold.inner,
      from: wanted.from.folder,
      ...{ out, resume: true },
      settings: {
        ...trainDefaults(wanted.from.id, `Fold ${fold.number} of ${wanted.folds}`),
        ...wanted.training,
        ...tried,
      },
      syntheticScenes: null,
      origin: {
        data: `${fold.train.length} images of a cross-validation with ${wanted.folds} folds, ${wanted.also.length} besides, and synthetic scenes`,
        licence: 'that of the images and of the model it started from',
        credits: [],
        reproduce: 'drydock crossvalidate',
      },
    },
    { engine: hooks.engine, signal: hooks.signal, onPoint: (point) => hooks.onPoint(fold.number, point) },
  )
  if (outcome.cancelled) hooks.signal.throwIfAborted()
  return outcome
}

/** Inferences of the version that all folds start from, each image looked at once, and of the one at work. */
class Inferences {
  private readonly wanted: CrossValidation
  private readonly hooks: Hooks
  private readonly known = new Map<string, Map<string, Seen>>()

  constructor(wanted: CrossValidation, hooks: Hooks) {
    this.wanted = wanted
    this.hooks = hooks
  }

  async of(folder: string, images: readonly NamedSource[], fold: number): Promise<Seen[]> {
    for (const other of this.known.keys()) {
      if (other !== folder && other !== this.wanted.from.folder) this.known.delete(other)
    }
    const ofFolder = this.known.get(folder) ?? new Map<string, Seen>()
    this.known.set(folder, ofFolder)
    const seen: Seen[] = []
    for (const [i, image] of images.entries()) {
      this.hooks.signal.throwIfAborted()
      this.hooks.onProgress({ fold, doing: `image ${i + 1} of ${images.length}` })
      const known = ofFolder.get(image.name) ?? (await this.look(folder, image))
      ofFolder.set(image.name, known)
      seen.push(known)
    }
    return seen
  }

  private async look(modelFolder: string, { file, name, truth, ignored }: NamedSource): Promise<Seen> {
    const { engine, signal } = this.hooks
    const image = await decodeImage(file)
    const { flips } = this.wanted
    // of every pixel, since the truth's need not be foreground to the network
    const whole = await engine.infer({ modelFolder, image, flips, tile: TILE, keepFrom: 0 }, { signal })
    return {
      ...{ name, truth, ignored },
      inference: withForegroundFrom(whole, SPARSE_FOREGROUND),
      underTruth: underMasks(whole, truth),
    }
  }
}

function writeText(file: string, text: string): Promise<void> {
  return writeWhole(file, text)
}
