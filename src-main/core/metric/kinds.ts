import type { ErrorKind } from '../../contract/wire.ts'
import type { Overlap } from './overlap.ts'

/** What is wrong on one image at IoU 0.5, by kind: each unmatched instance has exactly one. */
export interface ImageErrors {
  /** by truth instance; null: it was hit. As many as FN */
  truth: (ErrorKind | null)[]
  /** by prediction; null: it is a hit. As many as FP */
  predictions: (ErrorKind | null)[]
  /** predictions that hold two truth instances or more, with all that they cover */
  merged: { prediction: number; truths: number[] }[]
  /** truth instances that were found in two parts or more */
  split: { truth: number; predictions: number[] }[]
  /** pairs of unmatched ones just under 0.5 */
  near: Overlap[]
  /** hits with an outline that is none at 0.75 */
  sloppy: Overlap[]
}

/** What the kinds of an image follow from. */
interface Compared {
  /** each pair once */
  overlaps: readonly Overlap[]
  /** the matches that the score counts at 0.5 */
  matches: readonly Overlap[]
  /** px, by truth instance */
  truthAreas: readonly number[]
  /** px, by prediction */
  predictionAreas: readonly number[]
}

/**
 * The kinds of the errors of an image, each unmatched instance taking the first that fits:
 * - *merged*: a truth instance that lies with more than half of its pixels in a prediction which holds another one so too; and that prediction
 * - *split*: a prediction that lies with more than half of its pixels in a truth instance which holds another one so too; and that truth instance
 * - *near miss*: both of a pair of unmatched ones with an IoU of 0.45 to 0.5
 * - *missed* the other truth instances, *false* the other predictions
 */
export function errorsOf({ overlaps, matches, truthAreas, predictionAreas }: Compared): ImageErrors {
  const hitTruth = new Set(matches.map(({ truth }) => truth))
  const hits = new Set(matches.map(({ prediction }) => prediction))
  const truth = truthAreas.map((_, t): ErrorKind | null => (hitTruth.has(t) ? null : 'missed'))
  const predictions = predictionAreas.map((_, p): ErrorKind | null => (hits.has(p) ? null : 'false'))
  const near = overlaps.filter((o) => !hitTruth.has(o.truth) && !hits.has(o.prediction) && isNearMiss(o))
  for (const o of near) truth[o.truth] = predictions[o.prediction] = 'near miss'

  // the kinds that come first overwrite those that come after
  const parts = pairs(
    overlaps,
    'truth',
    ({ intersection, prediction }) => 2 * intersection > predictionAreas[prediction]!,
  )
  const split: ImageErrors['split'] = []
  for (const [t, found] of parts) {
    const list = found.map(({ prediction }) => prediction)
    if (truth[t] === null && list.every((p) => predictions[p] === null)) continue
    split.push({ truth: t, predictions: list })
    if (truth[t] !== null) truth[t] = 'split'
    for (const p of list) if (predictions[p] !== null) predictions[p] = 'split'
  }
  const merged: ImageErrors['merged'] = []
  const held = pairs(
    overlaps,
    'prediction',
    ({ intersection, truth: t }) => 2 * intersection > truthAreas[t]!,
  )
  const covered = Map.groupBy(overlaps, ({ prediction }) => prediction)
  for (const [p, found] of held) {
    if (predictions[p] === null && found.every((o) => truth[o.truth] === null)) continue
    const truths = covered.get(p)!.filter((o) => covers(o, truthAreas))
    merged.push({ prediction: p, truths: truths.map((o) => o.truth) })
    if (predictions[p] !== null) predictions[p] = 'merged'
    for (const o of found) if (truth[o.truth] !== null) truth[o.truth] = 'merged'
  }
  return {
    truth,
    predictions,
    merged,
    split,
    near: near.filter((o) => truth[o.truth] === 'near miss' || predictions[o.prediction] === 'near miss'),
    sloppy: matches.filter(({ intersection, union }) => 4 * intersection < 3 * union),
  }
}

/** A prediction covers a truth instance from a tenth of its pixels on; a merged one is divided among all that it covers. */
function covers({ intersection, truth }: Overlap, truthAreas: readonly number[]): boolean {
  return 10 * intersection > truthAreas[truth]!
}

/** IoU from 0.45 to 0.5, which is no hit. */
function isNearMiss({ intersection, union }: Overlap): boolean {
  return 20 * intersection >= 9 * union && 2 * intersection <= union
}

/** The overlaps for which `holds`, by one side's instance, where that has two or more of them. */
function pairs(
  overlaps: readonly Overlap[],
  side: 'truth' | 'prediction',
  holds: (overlap: Overlap) => boolean,
): [number, Overlap[]][] {
  return [...Map.groupBy(overlaps.filter(holds), (overlap) => overlap[side])].filter(
    ([, of]) => of.length > 1,
  )
}
