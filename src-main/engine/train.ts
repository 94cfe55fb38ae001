import type { Tensor1D } from '@tensorflow/tfjs'
import type { TrainBatch, TrainOutcome, TrainRequest, ValidationImage } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import type { CurvePoint } from '../contract/wire.ts'
import type { TuneImage } from '../core/tune/candidates.ts'
import { isKept } from '../core/tune/kept.ts'
import { writeModel } from '../model/files.ts'
import { decayMask, weightSpecs } from '../model/network.ts'
import type { Network } from '../model/predict.ts'
import type { TrainState } from '../model/optimizer.ts'
import { disposeState } from '../model/optimizer.ts'
import { averageDecayAt, learningRateAt } from '../model/schedule.ts'
import { stepOf } from '../model/training.ts'
import type { Step, StepFigures } from '../model/training.ts'
import type { Tf } from '../model/tf.ts'
import type { Backend } from './backends.ts'
import { BatchesAhead } from './batches-ahead.ts'
import type { Scored } from './checkpoint.ts'
import { removeCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { trainPoint, validationPoint } from './curve-points.ts'
import { fastKernels } from './fast-kernels.ts'
import { trainingDiverged, whereItStopped } from './train-errors.ts'
import { startOf, stateOf } from './train-start.ts'
import type { Start } from './train-start.ts'
import { chooseFirst, choosePostProcessing, withoutFigures } from './tuning.ts'
import type { Choice, PostProcessing } from './tuning.ts'
import { lookAt, validate } from './validation.ts'

const WEIGHT_DECAY = 0.01
const CLIP_NORM = 5
/** steps between two points of the training curve */
const POINT_EVERY = 10

/** What a training needs from outside of the engine. */
export interface TrainPort {
  batch(step: number): Promise<TrainBatch>
  validation(index: number): Promise<ValidationImage>
  point(point: CurvePoint): void
  cancelled(): boolean
  /** lets requests in that people wait for */
  pause(): Promise<void>
}

/**
 * Trains until steps or seconds are used up or the port says cancelled; keeps the last weights that validated within 0.01 of the best.
 * A checkpoint is written at each validation and on cancel; model.json and weights.bin at the end.
 * @throws DrydockError no_training_backend, training_diverged, disk_full, file_broken, model_incompatible
 */
export async function train(backend: Backend, request: TrainRequest, port: TrainPort): Promise<TrainOutcome> {
  if (!backend.info.trains) {
    throw new DrydockError(
      'no_training_backend',
      `Plain JavaScript is too slow to train. Run "npm run setup", which brings libtensorflow, then try again.`,
      { backend: backend.name },
    )
  }
  const { tf } = backend
  const start = await startOf(request)
  const session = new Session(tf, request, port, start)
  try {
    return await session.run()
  } finally {
    session.dispose()
  }
}

/** One training while it runs. */
class Session {
  private readonly tf: Tf
  private readonly request: TrainRequest
  private readonly port: TrainPort
  private readonly start: Start
  private readonly kernels
  private readonly mask
  private readonly takeStep: Step
  private state: TrainState
  private best: Scored | null
  private highest: number | null
  /** how instances are made, chosen before the first step; null: as the version started from does */
  private first: Choice | null
  private bestWeights: Float32Array
  private readonly secondsBefore: number
  private readonly startedAt = performance.now()
  private readonly batches: BatchesAhead
  private images: ValidationImage[] | null = null
  private sums: StepFigures[] = []
  /** step of the checkpoint that lies on the disk */
  private checkpointAt: number | null

  constructor(tf: Tf, request: TrainRequest, port: TrainPort, start: Start) {
    this.tf = tf
    this.request = request
    this.port = port
    this.start = start
    this.batches = new BatchesAhead((step) => port.batch(step), request.steps)
    this.kernels = fastKernels(tf)
    this.mask = tf.tensor1d(decayMask(start.architecture))
    this.takeStep = stepOf(tf, this.kernels, {
      architecture: start.architecture,
      normalise: start.normalise,
      lossWeights: request.weights,
      decayMask: this.mask,
      clipNorm: CLIP_NORM,
    })
    const { checkpoint } = start
    this.state = stateOf(tf, start)
    this.best = checkpoint?.best ?? null
    this.highest = checkpoint?.highest ?? this.best?.f2 ?? null
    this.first = checkpoint?.first ?? null
    this.bestWeights = checkpoint?.bestWeights ?? new Float32Array()
    this.secondsBefore = checkpoint?.seconds ?? 0
    this.checkpointAt = checkpoint?.step ?? null
  }

  dispose(): void {
    disposeState(this.state)
    this.mask.dispose()
  }

  async run(): Promise<TrainOutcome> {
    const { request, port } = this
    const fresh = this.state.step === 0
    if (fresh && request.fromFolder !== null && !port.cancelled()) {
      await this.chooseFirst()
      // Where fine-tuning starts: a first point of the curve, not a candidate for the best.
      await this.score()
    }
    let validatedAt = this.state.step
    while (!port.cancelled() && this.fraction() < 1) {
      await this.step()
      if (this.state.step % request.validateEvery === 0 && !port.cancelled()) {
        await this.validateAndKeep()
        validatedAt = this.state.step
      }
      await port.pause()
    }
    if (!port.cancelled() && validatedAt < this.state.step) await this.validateAndKeep()
    const cancelled = port.cancelled()
    if (cancelled) await this.writeCheckpoint()
    const postProcessing = await this.writeModel(!cancelled).catch(this.unwritten)
    if (!cancelled) await removeCheckpoint(request.outFolder)
    const validation = this.best && {
      f2: this.best.f2,
      f2WithShips: this.best.f2WithShips,
      images: this.best.images,
    }
    return {
      steps: this.state.step,
      seconds: this.seconds(),
      bestStep: this.best?.step ?? this.state.step,
      validation,
      postProcessing,
      cancelled,
    }
  }

  private readonly unwritten = (error: unknown): never => {
    throw whereItStopped(error, this.state.step, this.checkpointAt)
  }

  private seconds(): number {
    return this.secondsBefore + (performance.now() - this.startedAt) / 1000
  }

  /** Share of the training that is done. By steps alone where their number is set, so that it can be repeated exactly. */
  private fraction(): number {
    const { steps, seconds } = this.request
    if (steps !== null) return this.state.step / steps
    return seconds === null ? 1 : this.seconds() / seconds
  }

  private async step(): Promise<void> {
    const { request, state } = this
    const batch = await this.batches.at(state.step)
    const learningRate = learningRateAt(request.learningRate, state.step, this.fraction())
    const schedule = { learningRate, weightDecay: WEIGHT_DECAY, averageDecay: averageDecayAt(state.step) }
    const { state: next, figures } = this.takeStep(state, batch, schedule)
    if (!next) await this.diverged()
    else this.state = next
    this.sums.push(figures)
    if (this.state.step % POINT_EVERY > 0) return
    this.port.point(trainPoint(this.sums, this.state.step, this.seconds(), learningRate))
    this.sums = []
  }

  private get postProcessing(): PostProcessing {
    return this.first?.chosen ?? this.start.postProcessing
  }

  /** Chooses post-processing by the weights started from, on all images at hand that they have not seen. */
  private async chooseFirst(): Promise<void> {
    const { validationImages, furtherImages } = this.request
    if (furtherImages === 0) return
    await this.unlessCancelled(null, async (pause) => {
      const network = this.networkOf(this.state.average)
      const images = await this.validationImages()
      const seen: TuneImage[] = []
      for (let i = 0; i < validationImages + furtherImages; i++) {
        const image = images[i] ?? (await this.port.validation(i))
        seen.push(await lookAt(this.tf, this.kernels, network, image, pause))
      }
      this.first = await chooseFirst(seen, this.start.postProcessing, pause)
    })
  }

  private networkOf(weights: Tensor1D): Network {
    const { architecture, normalise } = this.start
    return { architecture, normalise, weights }
  }

  /** What `work` gives; `otherwise` where people cancel during one of its pauses. */
  private async unlessCancelled<T>(
    otherwise: T,
    work: (pause: () => Promise<void>) => Promise<T | void>,
  ): Promise<T> {
    const cancelled = new Cancelled()
    const pause = async (): Promise<void> => {
      await this.port.pause()
      if (this.port.cancelled()) throw cancelled
    }
    try {
      return (await work(pause)) ?? otherwise
    } catch (error) {
      if (error === cancelled) return otherwise
      throw error
    }
  }

  /** Scores the averaged weights and puts a point on the curve; null where there is nothing to validate on. */
  private async score(): Promise<Scored | null> {
    const { request, state } = this
    if (request.validationImages === 0) return null
    const images = await this.validationImages()
    const network = this.networkOf(state.average)
    return this.unlessCancelled(null, async (pause) => {
      const result = await validate(this.tf, this.kernels, network, images, this.postProcessing, pause)
      this.port.point(validationPoint(result, state.step, this.seconds()))
      return { step: state.step, ...result }
    })
  }

  private async validationImages(): Promise<ValidationImage[]> {
    if (!this.images) {
      this.images = []
      for (let i = 0; i < this.request.validationImages; i++) this.images.push(await this.port.validation(i))
    }
    return this.images
  }

  private async validateAndKeep(): Promise<void> {
    const scored = await this.score()
    if (scored && isKept(scored.f2, this.highest)) {
      this.best = scored
      this.bestWeights = (await this.state.average.data()) as Float32Array
    }
    if (scored) this.highest = Math.max(scored.f2, this.highest ?? 0)
    await this.writeCheckpoint()
  }

  private async writeCheckpoint(): Promise<void> {
    const { weights, average, moment1, moment2, step } = this.state
    const read = async (tensor: { data(): Promise<unknown> }): Promise<Float32Array> =>
      (await tensor.data()) as Float32Array
    const checkpoint = {
      architecture: this.start.architecture,
      step,
      seconds: this.seconds(),
      ...{ best: this.best, highest: this.highest, first: this.first },
      weights: await read(weights),
      average: await read(average),
      moment1: await read(moment1),
      moment2: await read(moment2),
      bestWeights: this.bestWeights,
    }
    await writeCheckpoint(this.request.outFolder, checkpoint).catch(this.unwritten)
    this.checkpointAt = step
  }

  /**
   * The best weights so far; without a validation the averaged ones.
   * @param tune chooses post-processing for them
   * @returns how it came about, a sentence
   */
  private async writeModel(tune: boolean): Promise<string> {
    const { architecture, normalise } = this.start
    const weights = this.best ? this.bestWeights : ((await this.state.average.data()) as Float32Array)
    const { chosen, note } = await this.postProcessingFor(weights, tune)
    await writeModel(this.request.outFolder, {
      file: {
        format: 'drydock-model-1',
        architecture,
        weights: weightSpecs(architecture).map(({ name, shape }) => ({ name, shape })),
        normalise,
        ...chosen,
      },
      weights,
    })
    return note
  }

  private async postProcessingFor(weights: Float32Array, tune: boolean): Promise<Choice> {
    const { first, postProcessing } = this
    const untouched = {
      chosen: withoutFigures(postProcessing),
      note: 'Kept from the version it started from: the training did not come to its end.',
    }
    if (!tune) return untouched
    const network = this.networkOf(this.tf.tensor1d(weights))
    try {
      return await this.unlessCancelled(untouched, async (pause) => {
        const look = (image: ValidationImage) => lookAt(this.tf, this.kernels, network, image, pause)
        const images = await this.validationImages()
        return choosePostProcessing(images, look, postProcessing, first?.note ?? null, pause)
      })
    } finally {
      network.weights.dispose()
    }
  }

  private async diverged(): Promise<never> {
    const { best, state, request } = this
    if (state.step > 0) await this.writeModel(false)
    throw trainingDiverged(state.step, best?.step ?? null, request.outFolder)
  }
}

class Cancelled extends Error {}
