import type { Architecture, Engine, TrainOutcome, TrainRequest } from '../../contract/engine.ts'
import { DrydockError } from '../../contract/errors.ts'
import type { CurvePoint } from '../../contract/wire.ts'
import { decodeImage } from '../../imaging/decode.ts'
import type { ModelFolder } from '../predict/model-files.ts'
import { trainData } from './train-data.ts'
import type { Skipped } from './train-batches.ts'
import type { TrainPlan, TrainSource, ValidationWindow } from './train-plan.ts'
import { furtherWindows, validationWindows } from './train-plan.ts'
import { CLUSTER } from './train-defaults.ts'
import type { TrainOptions } from './train-options.ts'

/** How one run of the engine differs from what a training's settings say. */
export interface Limits {
  steps: number | null
  stopAfter: number | null
  patience: number | null
  seconds: number | null
  validateEvery: number
  keepSnapshots: boolean
  keepLast: boolean
  /** false: nothing is validated on, not even synthetic scenes */
  validates: boolean
}

export interface OnceHooks {
  engine: Engine
  signal?: AbortSignal | undefined
  onPoint: (point: CurvePoint) => void
  /** once, before the first step: how many images are validated on */
  onBegin?: (validationImages: number) => void
}

/**
 * One run of the engine on the images of `options`, into its folder. @throws as `Engine.train`
 * @param parent the version started from; null: from scratch
 */
export async function trainOnce(
  options: Omit<TrainOptions, 'origin'>,
  parent: ModelFolder | null,
  architecture: Architecture,
  limits: Limits,
  { engine, signal, onPoint, onBegin }: OnceHooks,
): Promise<{ outcome: TrainOutcome; skipped: Skipped[] }> {
  const { settings, out } = options
  const synthetic = { share: settings.syntheticShare, scenes: options.syntheticScenes }
  const [validation, unreadable] = await readableOnly(inOrder(options.validation), (images) =>
    validationWindows({ validation: images, synthetic }),
  )
  const [further, unreadableToo] = await readableOnly(inOrder(unseenBy(parent, options)), (images) =>
    furtherWindows({ further: images }),
  )
  const plan: TrainPlan = {
    ...{ sources: options.train, validation, further, synthetic, seed: settings.seed },
    ...{ batch: settings.batch, crop: settings.crop, magnify: settings.magnify },
    ...{ sizeExponent: settings.sizeExponent, falseAlarmShare: settings.falseAlarmShare },
  }
  const data = trainData(plan)
  const windows = validationWindows(plan).filter((window) => window.kind === 'image')
  const marked = windows.length
  const on = {
    images: new Set(windows.map(({ source }) => source)).size,
    ...{ synthetic: data.validationImages - marked, outOfFold: false },
  }
  const validationImages = limits.validates ? data.validationImages : 0
  onBegin?.(validationImages)
  const request: TrainRequest = {
    ...{ fromFolder: options.from, architecture, outFolder: out, resume: options.resume },
    ...{
      steps: limits.steps,
      stopAfter: limits.stopAfter,
      patience: limits.patience,
      seconds: limits.seconds,
    },
    ...{
      keepSnapshots: limits.keepSnapshots,
      keepLast: limits.keepLast,
      validateEvery: limits.validateEvery,
    },
    ...{ batch: settings.batch, crop: settings.crop, learningRate: settings.learningRate },
    weights: { bce: 2, dice: 1, embedding: settings.embeddingWeight, centre: settings.embeddingWeight },
    lossUnit: settings.lossUnit,
    validationImages,
    pairedImages: limits.validates ? marked : 0,
    furtherImages: limits.validates ? data.furtherImages : 0,
    trainedImages: data.trainedImages,
    cluster: parent?.model.cluster ?? CLUSTER,
    seed: settings.seed,
  }
  try {
    const outcome = await engine.train(request, {
      ...(signal ? { signal } : {}),
      batch: (step) => data.batch(step),
      validation: (index) => data.validation(index),
      onPoint: (point) => onPoint(point.kind === 'validation' ? { ...point, on } : point),
      onFalseAlarms: (alarms) => data.falseAlarms(alarms),
    })
    const skipped = new Map(
      [...unreadable, ...unreadableToo, ...data.skipped()].map((one) => [one.file, one]),
    )
    return { outcome, skipped: [...skipped.values()] }
  } finally {
    await data.close()
  }
}

/** By content: in an order that says nothing of the images, and is the same for each training on them. */
function inOrder(images: readonly TrainSource[]): TrainSource[] {
  return [...images].sort((a, b) => (a.content < b.content ? -1 : 1))
}

/** The checked images that the version started from was not trained on; none where there is no such version. */
function unseenBy(
  parent: ModelFolder | null,
  { train, checked = train }: Pick<TrainOptions, 'train' | 'checked'>,
): TrainSource[] {
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
