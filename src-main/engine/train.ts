import type { Tensor1D } from '@tensorflow/tfjs'
import type {
  FalseAlarms,
  LeftBehind,
  ModelFile,
  TrainBatch,
  TrainOutcome,
  TrainRequest,
  ValidationImage,
} from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import type { CurvePoint } from '../contract/wire.ts'
import type { TuneImage } from '../core/tune/candidates.ts'
import { pairedScoreOf } from '../core/tune/out-of-fold.ts'
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
import { Best, fingerprintOf } from './best.ts'
import { unlessCancelled } from './cancelling.ts'
import type { Scored } from './checkpoint.ts'
import { writeCheckpoint } from './checkpoint.ts'
import { trainPoint, validationPoint } from './curve-points.ts'
import { FalseAlarmsSoFar } from './false-alarms.ts'
import { fastKernels } from './fast-kernels.ts'
import { trainingDiverged, whereItStopped } from './train-errors.ts'
import { checkpointPlan, startOf, startingState } from './train-start.ts'
import type { Start } from './train-start.ts'
import { chooseFirst, choosePostProcessing, notChosen, withThresholds } from './tuning.ts'
import type { Choice, PostProcessing } from './tuning.ts'
import { keepSnapshot, removeSnapshots } from './snapshots.ts'
import { inferValidation, scoreEach, validate } from './validation.ts'
import type { Validated } from './validation.ts'

const WEIGHT_DECAY = 0.01
const CLIP_NORM = 5
/** steps between two points of the training curve */
const POINT_EVERY = 10

/** What a training needs from outside of the engine. */
export interface TrainPort {
  batch(step: number): Promise<TrainBatch>
  validation(index: number): Promise<ValidationImage>
  point(point: CurvePoint): void
  falseAlarms(alarms: FalseAlarms): void
  cancelled(): boolean
  /** lets requests in that people wait for */
  pause(): Promise<void>
}

/**
 * Trains until steps or seconds are used up or the port says cancelled; keeps the last weights that validated within 0.01 of the best.
 * A checkpoint is written at each validation and on cancel; model.json and weights.bin at the end. The last checkpoint stays: whoever is killed before the
 * version is kept goes on from there to the same one.
 * @throws DrydockError no_training_backend, training_diverged, disk_full, file_broken, model_incompatible, bad_input (a checkpoint of another training)
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
  private readonly best: Best
  /** last step that was validated, or had nothing to validate on */
  private validatedAt: number
  /** how instances are made, chosen before the first step; null: as the version started from does */
  private first: Choice | null
  private readonly secondsBefore: number
  /** of this process's first step; null before it: what is chosen and scored before is no training */
  private startedAt: number | null = null
  private readonly batches: BatchesAhead
  private readonly alarms: FalseAlarmsSoFar
  private images: ValidationImage[] | null = null
  /** of `images` */
  private fingerprint: string | null = null
  private sums: StepFigures[] = []
  /** step of the checkpoint that lies on the disk */
  private checkpointAt: number | null

  constructor(tf: Tf, request: TrainRequest, port: TrainPort, start: Start) {
    this.tf = tf
    this.request = request
    this.port = port
    this.start = start
    this.alarms = new FalseAlarmsSoFar({
      images: request.trainedImages,
      lists: start.checkpoint?.falseAlarms ?? [],
      tell: (alarms) => port.falseAlarms(alarms),
    })
    this.batches = new BatchesAhead((step) => port.batch(step), request.steps)
    this.kernels = fastKernels(tf)
    this.mask = tf.tensor1d(decayMask(start.architecture))
    this.takeStep = stepOf(tf, this.kernels, {
      architecture: start.architecture,
      normalise: start.normalise,
      ...{ lossWeights: request.weights, lossUnit: request.lossUnit },
      decayMask: this.mask,
      clipNorm: CLIP_NORM,
    })
    const { checkpoint } = start
    this.state = startingState(tf, start)
    this.best = new Best(checkpoint, request.keepLast)
    this.validatedAt = checkpoint ? (checkpoint.validatedAt ?? checkpoint.step) : 0
    this.first = checkpoint?.first ?? null
    this.secondsBefore = checkpoint?.seconds ?? 0
    this.checkpointAt = checkpoint?.step ?? null
  }

  dispose(): void {
    disposeState(this.state)
    this.mask.dispose()
  }

  async run(): Promise<TrainOutcome> {
    const { port } = this
    if (!port.cancelled()) await this.begin()
    for (;;) {
      if (!port.cancelled() && this.isDue()) await this.validateAndKeep()
      if (port.cancelled() || this.isOver()) break
      await this.step()
      await port.pause()
    }
    if (port.cancelled()) await this.writeCheckpoint()
    const { note, chosen, file, weights, reliability } = await this.writeModel(!port.cancelled()).catch(
      this.unwritten,
    )
    const paired = chosen ? await this.compare(file, weights) : null
    return {
      steps: this.state.step,
      seconds: this.seconds(),
      bestStep: this.best.scored?.step ?? this.state.step,
      ...{ startF2: this.best.start?.f2 ?? null, paired },
      validation: this.validation,
      postProcessing: note,
      reliability,
      cancelled: !chosen,
    }
  }

  private async begin(): Promise<void> {
    if (this.start.checkpoint) await this.scoreBestAnew()
    else await removeSnapshots(this.request.outFolder)
    if (this.state.step > 0 || this.request.fromFolder === null) return
    if (!this.first) await this.chooseFirst()
    // where fine-tuning starts: a first point of the curve, and a candidate for the best
    await this.scoreAndKeep()
    await this.lookForFalseAlarms()
  }

  private get validation(): TrainOutcome['validation'] {
    const { scored } = this.best
    return scored && { f2: scored.f2, f2WithShips: scored.f2WithShips, images: scored.images }
  }

  /** Whether this step is to be validated: each so many steps, the last one, and where a training was cancelled before it was. */
  private isDue(): boolean {
    const { step } = this.state
    if (step <= this.validatedAt) return false
    return step % this.request.validateEvery === 0 || this.isOver()
  }

  /** Whether it has come to its limit, or does not get better any more. */
  private isOver(): boolean {
    const { stopAfter, patience } = this.request
    if (this.fraction() >= 1 || (stopAfter !== null && this.state.step >= stopAfter)) return true
    return patience !== null && this.best.since >= patience
  }

  private readonly unwritten = (error: unknown): never => {
    throw whereItStopped(error, this.state.step, this.checkpointAt)
  }

  private seconds(): number {
    const { startedAt } = this
    return this.secondsBefore + (startedAt === null ? 0 : (performance.now() - startedAt) / 1000)
  }

  /** Share of the training that is done. By steps alone where their number is set, so that it can be repeated exactly. */
  private fraction(): number {
    const { steps, seconds } = this.request
    if (steps !== null) return this.state.step / steps
    return seconds === null ? 1 : this.seconds() / seconds
  }

  private async step(): Promise<void> {
    const { request, state } = this
    this.startedAt ??= performance.now()
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
    await unlessCancelled(this.port, async (pause) => {
      const network = this.networkOf(this.state.average)
      const images = await this.validationImages()
      const seen: TuneImage[] = []
      for (let i = 0; i < validationImages + furtherImages; i++) {
        const image = images[i] ?? (await this.port.validation(i))
        seen.push(await inferValidation(this.tf, this.kernels, network, image, pause))
      }
      this.first = await chooseFirst(seen, this.start.postProcessing, pause)
    })
  }

  private networkOf(weights: Tensor1D): Network {
    const { architecture, normalise } = this.start
    return { architecture, normalise, weights }
  }

  /**
   * Scores the averaged weights, where there is something to validate on, offers them as the best, keeps them, and puts a point on the curve.
   * @returns whether it was done; false where it was cancelled meanwhile
   */
  private async scoreAndKeep(): Promise<boolean> {
    const result = await this.scoreOf(this.state.average)
    if (!result && this.port.cancelled()) return false
    const { step } = this.state
    const scored = result && { step, ...withoutFound(result) }
    if (scored) await this.offer(scored)
    await this.keepSnapshot(scored)
    // last: who hears of a validation may look at what its weights make of an image
    if (result) this.port.point(validationPoint(result, step, this.seconds()))
    return true
  }

  private async scoreOf(weights: Tensor1D): Promise<Validated | null> {
    if (this.request.validationImages === 0) return null
    const images = await this.validationImages()
    const network = this.networkOf(weights)
    return unlessCancelled(this.port, (pause) =>
      validate(this.tf, this.kernels, network, images, this.postProcessing, pause),
    )
  }

  private async validationImages(): Promise<ValidationImage[]> {
    if (!this.images) {
      this.images = []
      for (let i = 0; i < this.request.validationImages; i++) this.images.push(await this.port.validation(i))
    }
    return this.images
  }

  private async validatesOn(): Promise<string> {
    this.fingerprint ??= fingerprintOf(await this.validationImages())
    return this.fingerprint
  }

  /** Marks and images may have changed since the checkpoint was written: figures of other images say nothing beside new ones. */
  private async scoreBestAnew(): Promise<void> {
    const fingerprint = await this.validatesOn()
    const { best } = this
    if (!best.scored || best.comparesOn(fingerprint)) return
    const kept = await this.scoreOfValues(best.weights)
    const { parentWeights } = this.start
    const start = best.start === null || !parentWeights ? null : await this.scoreOfValues(parentWeights)
    if (this.port.cancelled()) return
    const { step } = best.scored
    best.rescore(kept && { step, ...kept }, start, fingerprint)
  }

  private async scoreOfValues(values: Float32Array): Promise<Omit<Scored, 'step'> | null> {
    const weights = this.tf.tensor1d(values)
    try {
      const result = await this.scoreOf(weights)
      return result && withoutFound(result)
    } finally {
      weights.dispose()
    }
  }

  private async offer(scored: Scored): Promise<void> {
    const { average } = this.state
    const read = async (): Promise<Float32Array> => (await average.data()) as Float32Array
    await this.best.offer(scored, await this.validatesOn(), read)
  }

  /** The weights of now as a model. @param scored how they validated; null: they were not */
  private async keepSnapshot(scored: Scored | null): Promise<void> {
    if (!this.request.keepSnapshots) return
    const { average, step } = this.state
    const file = this.fileOf(withThresholds(this.postProcessing, scored))
    const weights = (await average.data()) as Float32Array
    await keepSnapshot(this.request.outFolder, step, { file, weights }).catch(this.unwritten)
  }

  private async validateAndKeep(): Promise<void> {
    const { step } = this.state
    // before the score: where it is cancelled in between both are done anew, and a look that is done twice gives the same
    if (this.fraction() < 1) await this.lookForFalseAlarms()
    if (!this.port.cancelled() && (await this.scoreAndKeep())) this.validatedAt = step
    await this.writeCheckpoint()
  }

  private async lookForFalseAlarms(): Promise<void> {
    const { validationImages, furtherImages, validateEvery } = this.request
    const { step } = this.state
    const network = this.networkOf(this.state.average)
    await unlessCancelled(this.port, (pause) =>
      this.alarms.look(step, Math.ceil(step / validateEvery), this.postProcessing.cluster, async (index) => {
        const image = await this.port.validation(validationImages + furtherImages + index)
        return inferValidation(this.tf, this.kernels, network, image, pause)
      }),
    )
  }

  private async writeCheckpoint(): Promise<void> {
    const { weights, average, moment1, moment2, step } = this.state
    const read = async (tensor: { data(): Promise<unknown> }): Promise<Float32Array> =>
      (await tensor.data()) as Float32Array
    const checkpoint = {
      architecture: this.start.architecture,
      step,
      seconds: this.seconds(),
      ...{ first: this.first, validatedAt: this.validatedAt, plan: checkpointPlan(this.request) },
      falseAlarms: this.alarms.lists,
      ...this.best.kept,
      weights: await read(weights),
      average: await read(average),
      moment1: await read(moment1),
      moment2: await read(moment2),
    }
    await writeCheckpoint(this.request.outFolder, checkpoint).catch(this.unwritten)
    this.checkpointAt = step
  }

  /**
   * The best weights so far; without a validation the averaged ones.
   * @param choose chooses post-processing for them
   * @returns how it came about, a sentence, and whether it was chosen
   */
  private async writeModel(choose: boolean): Promise<{
    note: string
    chosen: boolean
    file: ModelFile
    weights: Float32Array
    reliability: TrainOutcome['reliability']
  }> {
    const { scored } = this.best
    const weights = scored ? this.best.weights : ((await this.state.average.data()) as Float32Array)
    const choice = choose ? await this.chooseFor(weights) : null
    const { chosen, note } = choice ?? notChosen(this.postProcessing, this.first?.note ?? null, scored)
    const file = this.fileOf(chosen)
    await writeModel(this.request.outFolder, { file, weights })
    return { note, chosen: choice !== null, file, weights, reliability: choice?.reliability ?? null }
  }

  /** What is kept and what it started from, each as it would run, on the marked validation images. */
  private async compare(file: ModelFile, weights: Float32Array): Promise<TrainOutcome['paired']> {
    const { parentWeights, parentPostProcessing } = this.start
    const images = (await this.validationImages()).slice(0, this.request.pairedImages)
    if (!parentWeights || !parentPostProcessing || images.length === 0) return null
    const each = async (values: Float32Array, how: PostProcessing): Promise<number[] | null> => {
      const tensor = this.tf.tensor1d(values)
      try {
        return await unlessCancelled(this.port, (pause) =>
          scoreEach(this.tf, this.kernels, this.networkOf(tensor), images, how, pause),
        )
      } finally {
        tensor.dispose()
      }
    }
    const [after, before] = [await each(weights, file), await each(parentWeights, parentPostProcessing)]
    return after && before && pairedScoreOf(after, before, images)
  }

  private fileOf(postProcessing: PostProcessing): ModelFile {
    const { architecture, normalise } = this.start
    return {
      format: 'drydock-model-1',
      architecture,
      weights: weightSpecs(architecture).map(({ name, shape }) => ({ name, shape })),
      normalise,
      ...postProcessing,
    }
  }

  /** null where it was cancelled */
  private async chooseFor(weights: Float32Array): Promise<Choice | null> {
    const network = this.networkOf(this.tf.tensor1d(weights))
    try {
      return await unlessCancelled(this.port, async (pause) => {
        const look = (image: ValidationImage) => inferValidation(this.tf, this.kernels, network, image, pause)
        const images = await this.validationImages()
        return choosePostProcessing(images, look, this.postProcessing, this.first?.note ?? null, pause)
      })
    } finally {
      network.weights.dispose()
    }
  }

  private async diverged(): Promise<never> {
    const { best, state, validation } = this
    let left: LeftBehind | null = null
    // where no step was better than the start there is nothing to keep
    if (state.step > 0 && best.scored?.step !== 0) {
      const { note } = await this.writeModel(false)
      left = { steps: state.step, seconds: this.seconds(), validation, postProcessing: note }
    }
    throw trainingDiverged(state.step, best.scored?.step ?? null, left)
  }
}

/** A validation as it is kept beside the best weights. */
function withoutFound({ found: _, ...scored }: Validated): Omit<Scored, 'step'> {
  return scored
}
