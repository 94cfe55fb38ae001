import type { ErrorCounts, ErrorItem, ErrorKind, ReviewedImage } from '../../contract/wire.ts'
import { ERROR_KINDS } from '../../contract/words.ts'
import { boundsOf, parseRle } from '../../core/mask/rle.ts'
import { areaClass, AREAS } from '../../core/metric/report.ts'
import type { ImageErrors } from '../../core/metric/kinds.ts'
import { reviewImage } from '../../core/metric/worth.ts'
import type { ImageToReview } from '../../store/reviews.ts'
import { named, suspectsOf } from './suspects.ts'

/** What is wrong with one image. Suspects that are never found have no confidence yet: that takes the whole set. */
export function lookAt(image: ImageToReview, trainedOn: ReadonlySet<string>): ReviewedImage {
  const truth = image.truth.map(({ rle }) => parseRle(rle))
  const predictions = image.predictions.map(({ rle }) => parseRle(rle))
  const { f2, errors, fixes } = reviewImage({ truth, prediction: predictions, height: image.height })
  const recall = AREAS.map(() => ({ ships: 0, found: 0 }))
  image.truth.forEach(({ area }, t) => {
    const kind = recall[areaClass(area)]!
    kind.ships++
    if (errors.truth[t] === null) kind.found++
  })
  const suspects = suspectsOf({ image, truth, predictions, errors }, image.answered.map(parseRle))
  return {
    ...{ image: image.id, path: image.path, f2, fixes, recall },
    counts: countsOf(errors),
    errors: itemsOf(image, errors),
    suspects: suspects.map((suspect) => ({
      ...suspect,
      box: boxOf(
        (suspect.suspicion === 'not marked' ? image.predictions : image.truth)[suspect.place]!.rle,
        image,
      ),
      confidence: suspect.suspicion === 'not marked' ? image.predictions[suspect.place]!.score : 0,
    })),
    trainedOn: image.sha256 !== null && trainedOn.has(image.sha256),
  }
}

function boxOf(rle: string, { height }: ImageToReview): ErrorItem['box'] {
  return boundsOf(parseRle(rle), height) ?? { x: 0, y: 0, width: 1, height: 1 }
}

function countsOf({ truth, predictions, sloppy }: ImageErrors): ErrorCounts {
  return { truth: tally(truth), predictions: tally(predictions), sloppy: sloppy.length }
}

function tally(kinds: readonly (ErrorKind | null)[]): Record<ErrorKind, number> {
  const counts = Object.fromEntries(ERROR_KINDS.map((kind) => [kind, 0])) as Record<ErrorKind, number>
  for (const kind of kinds) if (kind !== null) counts[kind]++
  return counts
}

function itemsOf(image: ImageToReview, { truth, predictions, sloppy }: ImageErrors): ErrorItem[] {
  const ofTruth = (place: number, kind: ErrorItem['kind']): ErrorItem => {
    const { id, rle, area, category } = image.truth[place]!
    return { id, kind, side: 'truth', place, area, score: null, ...named(category), box: boxOf(rle, image) }
  }
  const ofPrediction = (place: number, kind: ErrorItem['kind']): ErrorItem => {
    const { id, rle, area, score, category } = image.predictions[place]!
    return { id, kind, side: 'prediction', place, area, score, ...named(category), box: boxOf(rle, image) }
  }
  return [
    ...truth.flatMap((kind, place) => (kind === null ? [] : [ofTruth(place, kind)])),
    ...predictions.flatMap((kind, place) => (kind === null ? [] : [ofPrediction(place, kind)])),
    ...sloppy.map(({ prediction }) => ofPrediction(prediction, 'sloppy')),
  ]
}
