import type { ModelFile, ValidationImage } from '../contract/engine.ts'
import type { TuneImage } from '../core/tune/candidates.ts'
import { canTune, FEWEST_IMAGES, FEWEST_SHIPS, tuneClustering } from '../core/tune/tune.ts'
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
  if (!canTune(images)) {
    return {
      chosen: withoutFigures(before),
      note: `Kept from the version it started from: ${seen} are too few to choose on (at least ${FEWEST_IMAGES} with ${FEWEST_SHIPS}).`,
    }
  }
  const inferences: TuneImage[] = []
  for (const { image, truth } of images) {
    const inference = await predict(tf, kernels, network, image, { flips: false, tile: TILE, between: pause })
    inferences.push({ inference, truth })
  }
  const tuned = await tuneClustering(inferences, before.cluster, { between: pause })
  const { settings, calibration, operatingPoints, evaluation } = tuned
  const { f2, f2WithShips } = evaluation
  const score = calibration ? 'Scores are probabilities of being a hit' : 'Scores are mean foreground'
  return {
    chosen: { cluster: settings, ...(calibration && { calibration }), operatingPoints },
    note: `Chosen on ${seen}, where it gives F2 ${f2.toFixed(3)}, ${(f2WithShips ?? 0).toFixed(3)} over images with ships. ${score}.`,
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
