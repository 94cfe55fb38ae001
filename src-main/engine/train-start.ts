import type { Architecture, ModelFile, TrainRequest } from '../contract/engine.ts'
import { deepen } from '../model/deepen.ts'
import { readModel } from '../model/files.ts'
import type { Model } from '../model/files.ts'
import { freshWeights } from '../model/network.ts'
import type { Checkpoint } from './checkpoint.ts'
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
}

/** @throws DrydockError file_broken, model_incompatible */
export async function startOf(request: TrainRequest): Promise<Start> {
  const parent = request.fromFolder === null ? null : await readModel(request.fromFolder)
  const checkpoint = request.resume ? await readCheckpoint(request.outFolder) : null
  const { architecture, weights } = checkpoint ?? (parent ? deepened(parent, request) : untrained(request))
  return {
    architecture,
    normalise: parent?.file.normalise ?? NORMALISE,
    postProcessing: { ...parent?.file, cluster: request.cluster },
    checkpoint,
    weights,
  }
}

function untrained({ architecture, seed }: TrainRequest): Pick<Start, 'architecture' | 'weights'> {
  return { architecture, weights: freshWeights(architecture, seed) }
}

/** The parent's weights, with the levels that the request has below its deepest. */
function deepened({ file, weights }: Model, request: TrainRequest): Pick<Start, 'architecture' | 'weights'> {
  return request.architecture.levels
    .slice(file.architecture.levels.length)
    .reduce((network, channels) => deepen(network, channels, request.seed), {
      architecture: file.architecture,
      weights,
    })
}
