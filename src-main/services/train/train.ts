import { existsSync } from 'node:fs'
import { appendFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKPOINT_FILE, leftBehind } from '../../contract/engine.ts'
import type { Architecture, Engine, ModelCard, TrainOutcome, TrainRequest } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { CurvePoint, TrainSettings } from '../../contract/wire.ts'
import type { NetworkSize } from '../../contract/words.ts'
import { DEFAULT_CLUSTER_SETTINGS } from '../../core/cluster/cluster.ts'
import { decodeImage } from '../../imaging/decode.ts'
import type { ModelFolder } from '../predict/model-files.ts'
import { readModelFolder } from '../predict/model-files.ts'
import { forgetImages, LOG, noteImages, writeCard } from './train-card.ts'
import { trainData } from './train-data.ts'
import type { Skipped } from './train-batches.ts'
import type { TrainPlan, TrainSource, ValidationWindow } from './train-plan.ts'
import { cropsOf, furtherWindows, validationWindows } from './train-plan.ts'
import { refusalOf } from './train-selection.ts'

/** Channels of a network from scratch, level by level: 0.6 and 0.2 million weights. Both see up to 236 px around a pixel. */
const LEVELS: Record<NetworkSize, number[]> = { base: [16, 32, 64, 80, 80], small: [8, 16, 32, 48, 48] }

/** The network of a training from scratch. */
export function architectureOf(size: NetworkSize): Architecture {
  return { family: 'fast-unet', levels: LEVELS[size], embedding: 2, offsetScale: 5, coordinates: 'pixel' }
}

/** Instances from embeddings while training validates, and the default for runs of what it makes. */
export const CLUSTER: TrainRequest['cluster'] = {
  ...DEFAULT_CLUSTER_SETTINGS,
  minArea: 8,
  minScore: 0.85,
}

/** Steps of an epoch where nothing but synthetic scenes is trained on. */
const SYNTHETIC_EPOCH = 100

export interface TrainOptions {
  train: TrainSource[]
  validation: TrainSource[]
  /** those of `train` whose masks people have checked, to choose post-processing on; default: all */
  checked?: TrainSource[]
  /** folder of the version to start from; null: from scratch */
  from: string | null
  /** folder of the new version, and of its checkpoint meanwhile */
  out: string
  /** go on from the checkpoint in `out` */
  resume: boolean
  settings: Omit<TrainSettings, 'from'>
  /** number of different synthetic scenes; null = every one is new */
  syntheticScenes: number | null
  /** what the card says of where the data come from and how to make the version again */
  origin: { data: string; licence: string; credits: string[]; reproduce: string }
}

export interface TrainedModel {
  /** SHA-256 of the new version, its folder's name in a project */
  id: string
  folder: string
  card: ModelCard
  outcome: TrainOutcome
  /** images that could not be read on the way and were left out */
  skipped: Skipped[]
}

/**
 * Settings that suit a fine-tuning on a few dozen images (or, from scratch, a long training).
 * @param from id of the version to start from; null: from scratch
 */
export function trainDefaults(from: string | null, name: string): TrainSettings {
  return {
    from,
    size: 'base',
    name,
    epochs: null,
    minutes: from === null ? 30 : 3,
    steps: null,
    batch: 8,
    crop: 256,
    learningRate: from === null ? 2e-3 : 1e-3,
    embeddingWeight: 0.2,
    syntheticShare: from === null ? 0.6 : 0.2,
    magnify: 1.3,
    validateEvery: from === null ? 500 : 50,
    seed: 1,
  }
}

/** Whether a training in this folder can go on. */
export function canResume(out: string): boolean {
  return existsSync(join(out, CHECKPOINT_FILE))
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
 * keeps the best weights so far as a version and a checkpoint beside them, from which `resume` goes on.
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
  }: {
    engine: Engine
    signal?: AbortSignal
    onPoint?: (point: CurvePoint) => void
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
  if (!options.resume) await rm(log, { force: true })
  const synthetic = { share: settings.syntheticShare, scenes: options.syntheticScenes }
  const [validation, unreadable] = await readableOnly(inOrder(options.validation), (images) =>
    validationWindows({ validation: images, synthetic }),
  )
  const [further, unreadableToo] = await readableOnly(inOrder(unseenBy(parent, options)), (images) =>
    furtherWindows({ further: images }),
  )
  const plan: TrainPlan = {
    sources: options.train,
    validation,
    further,
    synthetic,
    seed: settings.seed,
    batch: settings.batch,
    crop: settings.crop,
    magnify: settings.magnify,
  }
  const steps =
    settings.steps ??
    (settings.epochs === null ? null : settings.epochs * stepsOfEpoch(options.train, settings))
  const data = trainData(plan)
  onPlan?.({ steps, validationImages: data.validationImages })
  let written = Promise.resolve()
  const note = (point: CurvePoint): void => {
    // a point that cannot be written is a gap in a curve, and no reason to lose the training
    written = written.then(() => appendFile(log, `${JSON.stringify(point)}\n`)).catch(() => undefined)
    onPoint?.(point)
  }
  const request: TrainRequest = {
    fromFolder: options.from,
    architecture: parent?.model.architecture ?? architectureOf(settings.size),
    outFolder: out,
    resume: options.resume,
    steps,
    seconds: settings.minutes === null ? null : settings.minutes * 60,
    batch: settings.batch,
    crop: settings.crop,
    learningRate: settings.learningRate,
    weights: { bce: 2, dice: 1, embedding: settings.embeddingWeight, centre: settings.embeddingWeight },
    validateEvery: settings.validateEvery,
    validationImages: data.validationImages,
    furtherImages: data.furtherImages,
    cluster: parent?.model.cluster ?? CLUSTER,
    seed: settings.seed,
  }
  try {
    await noteImages(out, options.train, options.resume)
    const outcome = await engine.train(request, {
      ...(signal ? { signal } : {}),
      batch: (step) => data.batch(step),
      validation: (index) => data.validation(index),
      onPoint: note,
    })
    await written
    const card = await writeCard(options, parent, outcome)
    if (!outcome.cancelled) await forgetImages(out)
    const { id } = await readModelFolder(out)
    const skipped = new Map(
      [...unreadable, ...unreadableToo, ...data.skipped()].map((one) => [one.file, one]),
    )
    return { id, folder: out, card, outcome, skipped: [...skipped.values()] }
  } catch (error) {
    if (error instanceof DrydockError && error.code === 'training_diverged') {
      await written
      const left = leftBehind.safeParse(error.data['left'])
      if (left.success) await writeCard(options, parent, left.data)
    }
    throw withAdvice(error, settings)
  } finally {
    await data.close()
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

/** By content: in an order that says nothing of the images, and is the same for each training on them. */
function inOrder(images: readonly TrainSource[]): TrainSource[] {
  return [...images].sort((a, b) => (a.content < b.content ? -1 : 1))
}

/** The checked images that the version started from was not trained on; none where there is no such version. */
function unseenBy(parent: ModelFolder | null, { train, checked = train }: TrainOptions): TrainSource[] {
  if (parent === null) return []
  const seen = new Set(parent.card.trainedOn)
  return checked.filter(({ content }) => !seen.has(content))
}

/** What is scored must be the same images each time: what cannot be decoded is taken out before the first. */
async function readableOnly(
  images: TrainSource[],
  windowsOf: (images: TrainSource[]) => readonly ValidationWindow[],
): Promise<[TrainSource[], Skipped[]]> {
  const skipped: Skipped[] = []
  const readable = new Set<TrainSource>()
  let kept = images
  for (;;) {
    const broken = new Set<TrainSource>()
    const used = new Set(
      windowsOf(kept).flatMap((window) => (window.kind === 'image' ? [kept[window.source]!] : [])),
    )
    for (const source of used) {
      if (readable.has(source)) continue
      try {
        await decodeImage(source.file, { mapping: source.mapping })
        readable.add(source)
      } catch (error) {
        if (!(error instanceof DrydockError)) throw error
        broken.add(source)
        skipped.push({ file: source.file, reason: error.message })
      }
    }
    if (broken.size === 0) return [kept, skipped]
    kept = kept.filter((source) => !broken.has(source))
  }
}
