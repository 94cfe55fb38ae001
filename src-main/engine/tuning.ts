import { z } from 'zod'
import { modelFile } from '../contract/engine.ts'
import type { ValidationImage } from '../contract/engine.ts'
import { reliabilityBin } from '../contract/wire.ts'
import type { ClusterSettings, OperatingPoint } from '../contract/wire.ts'
import type { Evaluation, TuneImage } from '../core/tune/candidates.ts'
import { secondOpinionNote } from '../core/tune/second-opinion.ts'
import { tuneThresholds } from '../core/tune/thresholds.ts'
import { canTune, canTuneLeastScore, FEWEST_IMAGES, FEWEST_SHIPS, tuneClustering } from '../core/tune/tune.ts'

const postProcessing = modelFile.pick({ cluster: true, calibration: true, operatingPoints: true })

/** The part of model.json that says how instances are made of inferences. */
export type PostProcessing = z.infer<typeof postProcessing>

export const choice = z.object({
  chosen: postProcessing,
  /** how it came about, for the card */
  note: z.string(),
  /** what calibrated scores mean; absent where there is no calibration of these images */
  reliability: z.array(reliabilityBin).optional(),
})
export type Choice = z.infer<typeof choice>

/**
 * Chooses post-processing on images that the weights have not seen, before they are trained further.
 * @param images as the weights see them
 * @param start what the search begins with
 * @param pause awaited after each way of clustering; throws to end the work
 * @returns null: they are too few; else its note has no full stop yet
 */
export async function chooseFirst(
  images: readonly TuneImage[],
  start: PostProcessing,
  pause: () => Promise<void>,
): Promise<Choice | null> {
  if (!canTune(images)) return null
  const { settings, calibration, operatingPoints, reliability, secondOpinion } = await tuneClustering(
    images,
    start.cluster,
    {
      between: pause,
    },
  )
  return {
    chosen: { cluster: settings, ...(calibration && { calibration }), operatingPoints },
    ...(reliability && { reliability }),
    note: `Chosen before the first step on ${images.length} images with ${shipsOf(images)} ships that the version it started from had not been trained on${secondOpinion ? ` (${secondOpinionNote(secondOpinion)})` : ''}`,
  }
}

/**
 * Chooses post-processing for trained weights on the images that they were validated on; where those are too few, `before` stays.
 * @param look what the weights see on an image; not asked where the images are too few
 * @param before what was used until then; of its operating points the figures are dropped, they were another network's
 * @param first how `before` was chosen for this training: it stays unless another way is better by more than chance; null: it was not
 * @param pause awaited after each way of clustering; throws to end the work
 */
export async function choosePostProcessing(
  images: readonly ValidationImage[],
  look: (image: ValidationImage) => Promise<TuneImage>,
  before: PostProcessing,
  first: string | null,
  pause: () => Promise<void>,
): Promise<Choice> {
  const seen = `${images.length} validation images with ${shipsOf(images)} ships`
  if (!canTuneLeastScore(images)) {
    const few = `${seen} are too few to choose on (at least ${FEWEST_SHIPS} ships)`
    return {
      chosen: withoutFigures(before),
      note: first === null ? `Kept from the version it started from: ${few}.` : `${first}, and kept: ${few}.`,
    }
  }
  const looked: TuneImage[] = []
  for (const image of images) looked.push(await look(image))
  const scores = before.calibration ?? null
  // what suits the new weights is not what suited others: this much is always chosen by what they see
  const {
    settings: nearest,
    evaluation: there,
    operatingPoints: points,
  } = tuneThresholds(looked, before.cluster, scores)
  if (!canTune(images)) {
    return {
      chosen: { ...before, cluster: nearest, operatingPoints: points },
      note: `${first === null ? '' : `${first}. `}How sure pixels and ships must be was chosen on ${seen}, where it gives F2 ${figures(there)}; all else is kept${first === null ? ' from the version it started from' : ''}, since fewer than ${FEWEST_IMAGES} images cannot choose it.`,
    }
  }
  const { settings, calibration, operatingPoints, evaluation, kept, reliability, secondOpinion } =
    await tuneClustering(looked, nearest, { between: pause, ...(first !== null && { before: scores }) })
  const score = calibration ? 'Scores are probabilities of being a hit' : 'Scores are mean foreground'
  const how = kept
    ? `${first}, but for how sure pixels and ships must be: on ${seen} nothing else was better by more than chance. There it gives`
    : `Chosen on ${seen}, where it gives`
  return {
    chosen: { cluster: settings, ...(calibration && { calibration }), operatingPoints },
    ...(reliability && { reliability }),
    note: `${how} F2 ${figures(evaluation)}. ${score}${secondOpinion ? `; ${secondOpinionNote(secondOpinion)}` : ''}.`,
  }
}

/** The thresholds that weights were validated at; checkpoints of earlier releases lack some. */
interface ValidatedAt {
  minScore?: ClusterSettings['minScore'] | undefined
  foreground?: ClusterSettings['foreground'] | undefined
}

/**
 * Post-processing where it was not chosen: all is as it was, but the thresholds are those that the weights were validated at,
 * since the figures that they are known by were reached with them.
 * @param first how `before` was chosen for this training; null: it was not
 * @param at null: nothing was validated
 */
export function notChosen(before: PostProcessing, first: string | null, at: ValidatedAt | null): Choice {
  const kept = first === null ? 'Kept from the version it started from' : `${first}, and kept`
  const ended = 'the training did not come to its end.'
  const { minScore, foreground } = before.cluster
  if ((at?.minScore ?? minScore) === minScore && (at?.foreground ?? foreground) === foreground) {
    return { chosen: withoutFigures(before), note: `${kept}: ${ended}` }
  }
  return {
    chosen: withThresholds(before, at),
    note: `${kept}, but for the thresholds, at which it was validated: ${ended}`,
  }
}

function shipsOf(images: readonly Pick<TuneImage, 'truth'>[]): number {
  return images.reduce((sum, { truth }) => sum + truth.length, 0)
}

function figures({ f2, f2WithShips }: Evaluation): string {
  return `${f2.toFixed(3)}, ${(f2WithShips ?? 0).toFixed(3)} over images with ships`
}

/**
 * Settings of an earlier version with other thresholds, for weights on the way; of its operating points those that still lie on their side.
 * @param at null, or without the least score: as before
 */
export function withThresholds(before: PostProcessing, at: ValidatedAt | null): PostProcessing {
  const { minScore, foreground = before.cluster.foreground } = at ?? {}
  const { cluster, operatingPoints = [], ...rest } = withoutFigures(before)
  if (minScore === undefined) return withoutFigures(before)
  const named = (name: OperatingPoint['name']): OperatingPoint[] =>
    operatingPoints.filter((point) => point.name === name)
  return {
    ...rest,
    cluster: { ...cluster, minScore, foreground },
    operatingPoints: [
      ...named('clean').filter((point) => point.minScore > minScore),
      { name: 'balanced', minScore, validation: null },
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
