import type { ErrorKind, Suspect } from '../../contract/wire.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { MaskIndex } from '../../core/metric/overlap.ts'
import type { ImageToReview } from '../../store/reviews.ts'

/** What of an image decides which of its truth is doubted. */
interface Looked {
  image: ImageToReview
  truth: readonly Rle[]
  predictions: readonly Rle[]
  /** as `core/metric/kinds.ts` has them */
  errors: { truth: readonly (ErrorKind | null)[]; predictions: readonly (ErrorKind | null)[] }
}

/**
 * Truth that the model contradicts: what it finds with confidence where nothing is marked, and what is marked where it finds nothing. Both share at most a
 * tenth of their pixels with anything of the other side. What a person has rejected, or answered before, does not come back: masks with an IoU
 * over 0.5 are the same thing.
 */
export function suspectsOf(looked: Looked, answered: readonly Rle[]): Omit<Suspect, 'confidence' | 'box'>[] {
  const { image, truth, predictions, errors } = looked
  const [marked, found, known] = [truth, predictions, answered].map((masks) => MaskIndex.of(masks)) as [
    MaskIndex,
    MaskIndex,
    MaskIndex,
  ]
  const notMarked = image.predictions.flatMap(({ id, area, category }, place) => {
    const rle = predictions[place]!
    if (errors.predictions[place] !== 'false' || !isAlone(rle, area, marked)) return []
    return isKnown(rle, area, known)
      ? []
      : [{ id, suspicion: 'not marked' as const, place, area, ...named(category) }]
  })
  const neverFound = image.truth.flatMap(({ id, area, category }, place) => {
    const rle = truth[place]!
    if (errors.truth[place] !== 'missed' || !isAlone(rle, area, found)) return []
    return isKnown(rle, area, known)
      ? []
      : [{ id, suspicion: 'never found' as const, place, area, ...named(category) }]
  })
  return [...notMarked, ...neverFound]
}

/** The category of an instance, where it has one. */
export function named(category: string | null): { category?: string } {
  return category === null ? {} : { category }
}

function isAlone(rle: Rle, area: number, others: MaskIndex): boolean {
  return 10 * others.sharedWith(rle).reduce((sum, { pixels }) => sum + pixels, 0) <= area
}

function isKnown(rle: Rle, area: number, known: MaskIndex): boolean {
  return known.sharedWith(rle).some(({ mask, pixels }) => 2 * pixels > area + known.areas[mask]! - pixels)
}
