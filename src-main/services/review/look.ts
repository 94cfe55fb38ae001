import type { ErrorCounts, ErrorKind, GalleryItem, InstanceBox, ReviewedImage } from '../../contract/wire.ts'
import { areaOf, boundsOf, parseRle } from '../../core/mask/rle.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { errorsOf } from '../../core/metric/kinds.ts'
import type { ImageErrors } from '../../core/metric/kinds.ts'
import { countedOf } from '../../core/metric/ignoring.ts'
import { matchesAtThresholds } from '../../core/metric/matching.ts'
import { overlapsBetween } from '../../core/metric/overlap.ts'
import type { Overlap } from '../../core/metric/overlap.ts'
import { areaClass, AREAS } from '../../core/metric/report.ts'
import { reviewImage } from '../../core/metric/worth.ts'
import type { ImageToReview, ReviewedPrediction } from '../../store/reviews.ts'
import { named, suspectsOf } from './suspects.ts'

/** The image without predictions that lie in areas to ignore: its places are those of what is left. */
export function withoutIgnored(image: ImageToReview): ImageToReview {
  if (image.areas.length === 0) return image
  const masks = (of: readonly { rle: string }[]): Rle[] => of.map(({ rle }) => parseRle(rle))
  const [truth, areas] = [masks(image.truth), image.areas.map(parseRle)]
  const outside = (found: readonly ReviewedPrediction[]): ReviewedPrediction[] => {
    const counts = countedOf(truth, masks(found), areas)
    return found.filter((_, i) => counts[i])
  }
  const { predictions, outOfFold } = image
  return { ...image, predictions: outside(predictions), outOfFold: outOfFold && outside(outOfFold) }
}

/** What is wrong with one image. Suspects that are never found have no confidence yet: that takes the whole set. */
export function lookAt(image: ImageToReview, trainedOn: ReadonlySet<string>): ReviewedImage {
  const truth = image.truth.map(({ rle }) => parseRle(rle))
  const predictions = image.predictions.map(({ rle }) => parseRle(rle))
  const { f2, errors, fixes, overlaps } = reviewImage({
    truth,
    prediction: predictions,
    height: image.height,
  })
  const recall = AREAS.map(() => ({ ships: 0, found: 0 }))
  image.truth.forEach(({ area }, t) => {
    const kind = recall[areaClass(area)]!
    kind.ships++
    if (errors.truth[t] === null) kind.found++
  })
  const { outOfFold } = image
  const doubted =
    outOfFold === null
      ? { image, truth, predictions, errors, overlaps }
      : { image: { ...image, predictions: outOfFold }, truth, ...comparedWith(truth, outOfFold) }
  return {
    ...{ image: image.id, path: image.path, f2, fixes, recall },
    counts: countsOf(errors),
    suspects: suspectsOf(doubted).map((suspect) => {
      const marked = suspect.suspicion === 'never found'
      return {
        ...suspect,
        box: boxOf((marked ? truth : doubted.predictions)[suspect.place]!, image),
        confidence: marked ? 0 : doubted.image.predictions[suspect.place]!.score,
        outOfFold: outOfFold !== null,
      }
    }),
    trainedOn: image.sha256 !== null && trainedOn.has(image.sha256),
  }
}

/** Instances of an image as a gallery shows them: those in which something is wrong, or all. */
export function itemsOf(image: ImageToReview, of: 'errors' | 'instances'): GalleryItem[] {
  const truth = image.truth.map(({ rle }) => parseRle(rle))
  const { predictions, errors } = comparedWith(truth, image.predictions)
  const sloppy = new Set(errors.sloppy.map(({ prediction }) => prediction))
  const { id: on, path } = image
  return [
    ...image.truth.map(({ id, area, category }, place): GalleryItem => ({
      ...{ image: on, path, id, kind: errors.truth[place] ?? 'hit', side: 'truth', place, area },
      ...{ score: null, ...named(category), box: boxOf(truth[place]!, image) },
    })),
    ...image.predictions.map(({ id, area, score, category }, place): GalleryItem => ({
      ...{ image: on, path, id, side: 'prediction', place, area, score, ...named(category) },
      kind: errors.predictions[place] ?? (sloppy.has(place) ? 'sloppy' : 'hit'),
      box: boxOf(predictions[place]!, image),
    })),
  ].filter(({ kind }) => of === 'instances' || kind !== 'hit')
}

function comparedWith(
  truth: readonly Rle[],
  against: readonly ReviewedPrediction[],
): { predictions: Rle[]; errors: ImageErrors; overlaps: Overlap[] } {
  const predictions = against.map(({ rle }) => parseRle(rle))
  const overlaps = overlapsBetween(truth, predictions)
  const areas = { truthAreas: truth.map(areaOf), predictionAreas: predictions.map(areaOf) }
  const errors = errorsOf({ overlaps, matches: matchesAtThresholds(overlaps)[0]!, ...areas })
  return { predictions, errors, overlaps }
}

function boxOf(rle: Rle, { height }: ImageToReview): InstanceBox {
  return boundsOf(rle, height) ?? { x: 0, y: 0, width: 1, height: 1 }
}

function countsOf({ truth, predictions, sloppy }: ImageErrors): ErrorCounts {
  return { truth: tally(truth), predictions: tally(predictions), sloppy: sloppy.length }
}

function tally(kinds: readonly (ErrorKind | null)[]): Record<ErrorKind, number> {
  const counts = { merged: 0, split: 0, 'near miss': 0, missed: 0, false: 0 }
  for (const kind of kinds) if (kind !== null) counts[kind]++
  return counts
}
