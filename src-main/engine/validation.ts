import type { ModelFile, ValidationImage } from '../contract/engine.ts'
import type { Calibration } from '../contract/wire.ts'
import type { TuneImage } from '../core/tune/candidates.ts'
import type { Recall } from '../core/metric/report.ts'
import { eachOf } from '../core/tune/out-of-fold.ts'
import { foundByArea } from '../core/tune/found.ts'
import { tuneThresholds } from '../core/tune/thresholds.ts'
import type { Kernels } from '../model/kernels.ts'
import type { Network } from '../model/predict.ts'
import { predict } from '../model/predict.ts'
import type { Tf } from '../model/tf.ts'
import type { Scored } from './checkpoint.ts'

/** What a validation gives. */
export interface Validated extends Omit<Scored, 'step'> {
  /** ships by area, as `AREAS` */
  found: Recall[]
}

/** Side of a tile's core in px. */
const TILE = 768

/** What a network sees on an image, as a run would. @param pause awaited after each tile; throws to end the work */
export async function inferValidation(
  tf: Tf,
  kernels: Kernels,
  network: Network,
  { image, truth, ignored }: ValidationImage,
  pause: () => Promise<void>,
): Promise<TuneImage> {
  const inference = await predict(tf, kernels, network, image, { flips: false, tile: TILE, between: pause })
  return { inference, truth, ignored }
}

/**
 * Scores a network on whole images as a run would (inference, clustering, exact F2), at the thresholds that suit it: how
 * sure a network is of the same ships changes from step to step, and the end of a training chooses them too.
 * @param pause awaited after each tile; throws to end the validation
 */
export async function validate(
  tf: Tf,
  kernels: Kernels,
  network: Network,
  images: readonly ValidationImage[],
  { cluster, calibration }: Pick<ModelFile, 'cluster' | 'calibration'>,
  pause: () => Promise<void>,
): Promise<Validated> {
  const seen = []
  for (const image of images) seen.push(await inferValidation(tf, kernels, network, image, pause))
  const { settings, evaluation, found } = tuneThresholds(seen, cluster, calibration ?? null)
  const { f2, f2WithShips } = evaluation
  const recall = foundByArea(
    found.map((one, i) => ({ found: one, truth: images[i]!.truth })),
    settings,
    calibration ?? null,
  )
  const { minScore, foreground } = settings
  return { f2, f2WithShips, images: images.length, minScore, foreground, found: recall }
}

/** [images] F2 of each as a run would make it, at the settings' own least score. @param pause awaited after each tile; throws to end it */
export async function scoreEach(
  tf: Tf,
  kernels: Kernels,
  network: Network,
  images: readonly ValidationImage[],
  {
    cluster,
    calibration = null,
  }: Pick<ModelFile, 'cluster'> & { calibration?: Calibration | null | undefined },
  pause: () => Promise<void>,
): Promise<number[]> {
  const each: number[] = []
  for (const image of images) {
    each.push(
      ...eachOf([await inferValidation(tf, kernels, network, image, pause)], { cluster, calibration }),
    )
  }
  return each
}
