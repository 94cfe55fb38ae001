import type { ModelFile, ValidationImage } from '../contract/engine.ts'
import type { OperatingPoint } from '../contract/wire.ts'
import { candidatesOf } from '../core/tune/candidates.ts'
import type { Evaluation, TuneImage } from '../core/tune/candidates.ts'
import {
  canTune,
  canTuneLeastScore,
  FEWEST_IMAGES,
  FEWEST_SHIPS,
  tuneClustering,
  tuneLeastScore,
} from '../core/tune/tune.ts'
import type { Kernels } from '../model/kernels.ts'
import { predict } from '../model/predict.ts'
import type { Network } from '../model/predict.ts'
import type { Tf } from '../model/tf.ts'
import { TILE } from './validation.ts'

/** The part of model.json that says how instances are made of inferences. */
export type PostProcessing = Pick<ModelFile, 'cluster' | 'calibration' | 'operatingPoints'>

/**
 * Chooses post-processing for weights on the images that they were validated on; where those are too few, `before` stays.
 * @param before what the version started from used; of its operating points the figures are dropped, they were another network's
 * @param pause awaited after each tile and each way of clustering; throws to end the work
 * @returns also one sentence on how it came about, for the card
 */
export async function tunePostProcessing(
  tf: Tf,
  kernels: Kernels,
  network: Network,
  images: readonly ValidationImage[],
  before: PostProcessing,
  pause: () => Promise<void>,
): Promise<{ chosen: PostProcessing; note: string }> {
  const ships = images.reduce((sum, { truth }) => sum + truth.length, 0)
  const seen = `${images.length} validation images with ${ships} ships`
  if (!canTuneLeastScore(images)) {
    return {
      chosen: withoutFigures(before),
      note: `Kept from the version it started from: ${seen} are too few to choose on (at least ${FEWEST_SHIPS} ships).`,
    }
  }
  const inferences: TuneImage[] = []
  for (const { image, truth } of images) {
    const inference = await predict(tf, kernels, network, image, { flips: false, tile: TILE, between: pause })
    inferences.push({ inference, truth })
  }
  if (!canTune(images)) {
    const found = inferences.map((image) => candidatesOf(image, before.cluster))
    const { settings, evaluation } = tuneLeastScore(found, before.cluster, before.calibration ?? null)
    return {
      chosen: withLeastScore(before, settings.minScore, evaluation),
      note: `The least score was chosen on ${seen}, where it gives F2 ${figures(evaluation)}; all else is kept from the version it started from, since fewer than ${FEWEST_IMAGES} images cannot choose it.`,
    }
  }
  const tuned = await tuneClustering(inferences, before.cluster, { between: pause })
  const { settings, calibration, operatingPoints, evaluation } = tuned
  const score = calibration ? 'Scores are probabilities of being a hit' : 'Scores are mean foreground'
  return {
    chosen: { cluster: settings, ...(calibration && { calibration }), operatingPoints },
    note: `Chosen on ${seen}, where it gives F2 ${figures(evaluation)}. ${score}.`,
  }
}

function figures({ f2, f2WithShips }: Evaluation): string {
  return `${f2.toFixed(3)}, ${(f2WithShips ?? 0).toFixed(3)} over images with ships`
}

/** Settings of an earlier version with another least score; of its operating points those that still lie on their side of it. */
function withLeastScore(before: PostProcessing, minScore: number, validation: Evaluation): PostProcessing {
  const { cluster, operatingPoints = [], ...rest } = withoutFigures(before)
  const named = (name: OperatingPoint['name']): OperatingPoint[] =>
    operatingPoints.filter((point) => point.name === name)
  return {
    ...rest,
    cluster: { ...cluster, minScore },
    operatingPoints: [
      ...named('clean').filter((point) => point.minScore > minScore),
      { name: 'balanced', minScore, validation },
      ...named('ships').filter((point) => point.minScore < minScore),
    ],
  }
}

/** Settings of an earlier version for weights that nothing was measured with. */
export function withoutFigures({ cluster, calibration, operatingPoints }: PostProcessing): PostProcessing {
  return {
    cluster,
    ...(calibration && { calibration }),
    ...(operatingPoints && {
      operatingPoints: operatingPoints.map((point) => ({ ...point, validation: null })),
    }),
  }
}
