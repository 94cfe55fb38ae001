import { z } from 'zod'
import { calibration } from '../../contract/wire.ts'
import type { ModelFile, SparseInference } from '../../contract/engine.ts'
import type { ClusterSettings } from '../../contract/wire.ts'
import { clusterSettings, operatingPoint } from '../../contract/wire.ts'
import { clusterInference } from '../../core/cluster/cluster.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { tuneThresholds } from '../../core/tune/thresholds.ts'
import { canTune, canTuneLeastScore, tuneClustering } from '../../core/tune/tune.ts'

/** Ways of making instances of one and the same inference. */
export const WAYS = ['clustered', 'clean', 'ships', 'components', 'separation', 'truthComponents'] as const
export type Way = (typeof WAYS)[number]

/** What a fold chose. */
export const chosen = z.object({
  /** the post-processing of the fold */
  cluster: clusterSettings,
  calibration: calibration.nullable(),
  operatingPoints: z.array(operatingPoint),
  /** with which the embeddings are clustered under the true foreground */
  separation: clusterSettings,
  /** images that the post-processing was chosen on; 0: too few, it is that of the model */
  chosenOn: z.number().int(),
})
export type Chosen = z.infer<typeof chosen>

/** What is kept of an image's inference: nothing that grows with the image. */
export interface Seen {
  name: string
  truth: Rle[]
  ignored?: Rle[] | undefined
  inference: SparseInference
  /** the embeddings of the truth's pixels, as certain foreground */
  underTruth: SparseInference
}

/** What a version brings, where nothing was chosen. Under the true foreground every pixel counts, and as it is. */
export function untouched({ cluster, calibration, operatingPoints }: ModelFile): Chosen {
  return {
    ...{ cluster, calibration: calibration ?? null, operatingPoints: operatingPoints ?? [] },
    separation: { ...cluster, separate: true, rectangles: false, minArea: 1, minScore: 0 },
    chosenOn: 0,
  }
}

/**
 * Chooses post-processing, and that of the separation under the true foreground.
 * @param start what the search begins with, and what is taken where the images are too few
 * @param stays `start` was chosen by the weights before: it its thresholds are chosen anew, all else stays unless other settings are better by more than chance
 */
export async function chooseForFold(
  start: Chosen,
  images: readonly Seen[],
  between: () => Promise<void>,
  { stays = false } = {},
): Promise<Chosen> {
  const { calibration, separation } = start
  if (!canTuneLeastScore(images)) return start
  // what suits new weights is not what suited others: this much is always chosen by what they see
  const thresholds = stays ? tuneThresholds(images, start.cluster, calibration) : null
  const cluster = thresholds?.settings ?? start.cluster
  if (!canTune(images)) {
    if (!thresholds) return start
    return { ...start, cluster, operatingPoints: thresholds.operatingPoints }
  }
  const tuned = await tuneClustering(images, cluster, { between, ...(stays && { before: calibration }) })
  const underTruth = images.map(({ underTruth, truth }) => ({ inference: underTruth, truth }))
  const separated = await tuneClustering(underTruth, separation, {
    ...{ shape: 'as it was', vary: ['apart', 'sigma'], between },
    ...(stays && { before: null }),
  })
  const { alpha, necks, sigma } = separated.settings
  return {
    cluster: tuned.settings,
    calibration: tuned.calibration,
    operatingPoints: tuned.operatingPoints,
    separation: { ...separation, alpha, necks, sigma },
    chosenOn: tuned.kept ? start.chosenOn : images.length,
  }
}

/** The masks of an image, made in one of the ways. */
export function instancesOf(
  image: Seen,
  way: Way,
  { cluster, calibration, operatingPoints, separation }: Chosen,
): Rle[] {
  const minScoreAt = (name: string): number =>
    operatingPoints.find((point) => point.name === name)?.minScore ?? cluster.minScore
  const found = (settings: ClusterSettings): Rle[] =>
    clusterInference(image.inference, settings, calibration).instances.map(({ rle }) => rle)
  const underTruth = (settings: ClusterSettings): Rle[] =>
    clusterInference(image.underTruth, settings).instances.map(({ rle }) => rle)
  switch (way) {
    case 'clustered':
      return found(cluster)
    case 'clean':
    case 'ships':
      return found({ ...cluster, minScore: minScoreAt(way) })
    case 'components':
      return found({ ...cluster, separate: false })
    case 'separation':
      return underTruth(separation)
    case 'truthComponents':
      return underTruth({ ...separation, separate: false })
  }
}
