import { isDeepStrictEqual } from 'node:util'
import type { Architecture, ModelFile, TrainRequest } from '../contract/engine.ts'
import { DrydockError } from '../contract/errors.ts'
import { readModel } from '../model/files.ts'
import { freshWeights } from '../model/network.ts'
import type { TrainState } from '../model/optimizer.ts'
import { freshState } from '../model/optimizer.ts'
import type { Tf } from '../model/tf.ts'
import type { Checkpoint, CheckpointPlan } from './checkpoint.ts'
import { readCheckpoint } from './checkpoint.ts'
import type { PostProcessing } from './tuning.ts'

/** What inputs are normalised by where no earlier model says otherwise: round figures for overhead RGB. */
const NORMALISE: ModelFile['normalise'] = { mean: [0.3, 0.3, 0.3], std: [0.2, 0.2, 0.2] }

/** Where a training starts, or goes on. */
export interface Start {
  architecture: Architecture
  normalise: ModelFile['normalise']
  /** how the version started from makes instances; for validation, and kept where no better choice can be made */
  postProcessing: PostProcessing
  checkpoint: Checkpoint | null
  weights: Float32Array
  /** [N] of the version started from; null: from scratch */
  parentWeights: Float32Array | null
  /** how that version makes instances; null: from scratch */
  parentPostProcessing: PostProcessing | null
}

/** What must stay the same when a training goes on: its steps would not be those of one training else. */
export function checkpointPlan({ seed, batch, crop, fromFolder }: TrainRequest): CheckpointPlan {
  return { seed, batch, crop, fromScratch: fromFolder === null }
}

/** @throws DrydockError file_broken, model_incompatible, bad_input (the checkpoint is of another training) */
export async function startOf(request: TrainRequest): Promise<Start> {
  const parent = request.fromFolder === null ? null : await readModel(request.fromFolder)
  const checkpoint = request.resume ? await readCheckpoint(request.outFolder) : null
  if (checkpoint?.plan) assertSame(checkpoint.plan, checkpointPlan(request), request.outFolder)
  if (checkpoint && parent && !isDeepStrictEqual(checkpoint.architecture, parent.file.architecture)) {
    throw new DrydockError(
      'bad_input',
      `The training in ${request.outFolder} began from a version of another architecture, and cannot go on from this one. Give the one it began from, or train into another folder.`,
      { folder: request.outFolder },
    )
  }
  const architecture = checkpoint?.architecture ?? parent?.file.architecture ?? request.architecture
  return {
    architecture,
    normalise: parent?.file.normalise ?? NORMALISE,
    postProcessing: { ...parent?.file, cluster: request.cluster },
    checkpoint,
    parentWeights: parent?.weights ?? null,
    parentPostProcessing: parent?.file ?? null,
    weights: checkpoint?.weights ?? parent?.weights ?? freshWeights(architecture, request.seed),
  }
}

/** The state to take the next step from; to be disposed. */
export function startingState(tf: Tf, { checkpoint, weights }: Start): TrainState {
  if (!checkpoint) return freshState(tf, weights)
  return {
    weights: tf.tensor1d(checkpoint.weights),
    average: tf.tensor1d(checkpoint.average),
    moment1: tf.tensor1d(checkpoint.moment1),
    moment2: tf.tensor1d(checkpoint.moment2),
    step: checkpoint.step,
  }
}

function assertSame(begun: CheckpointPlan, wanted: CheckpointPlan, folder: string): void {
  const said = ({ seed, batch, crop, fromScratch }: CheckpointPlan): string =>
    `seed ${seed}, ${batch} crops a step, crops of ${crop} px, ${fromScratch ? 'from scratch' : 'from another version'}`
  if (said(begun) === said(wanted)) return
  throw new DrydockError(
    'bad_input',
    `The training in ${folder} began with ${said(begun)}, and cannot go on with ${said(wanted)}. Give what it began with, or train into another folder.`,
    { folder },
  )
}
