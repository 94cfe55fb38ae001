import type { ErrorKind, Suspect } from '../../contract/wire.ts'
import type { Rle } from '../../core/mask/rle.ts'
import { parseRle } from '../../core/mask/rle.ts'
import { indicesOf } from '../../core/metric/fix.ts'
import { MaskIndex } from '../../core/metric/overlap.ts'
import type { Overlap } from '../../core/metric/overlap.ts'
import type { ImageToReview } from '../../store/reviews.ts'

/** What of an image decides which of its truth is doubted. */
interface Looked {
  image: ImageToReview
  truth: readonly Rle[]
  predictions: readonly Rle[]
  /** as `core/metric/kinds.ts` has them */
  errors: { truth: readonly (ErrorKind | null)[]; predictions: readonly (ErrorKind | null)[] }
  /** each pair that shares pixels */
  overlaps: readonly Overlap[]
}

/**
 * Truth that the model contradicts: what it finds with confidence where nothing is marked, and what is marked where it finds nothing. Both share at most a
 * tenth of their pixels with anything of the other side. What a person has rejected, or answered before, does not come back: masks with an IoU
 * over 0.5 are the same thing.
 */
export function suspectsOf(looked: Looked): Omit<Suspect, 'confidence' | 'outOfFold' | 'box'>[] {
  const { image, truth, predictions, errors, overlaps } = looked
  const answered = image.answered.length === 0 ? null : MaskIndex.of(image.answered.map(parseRle))
  const isNew = (rle: Rle, area: number): boolean => answered === null || !isKnown(rle, area, answered)
  const covered = { truth: new Map<number, number>(), prediction: new Map<number, number>() }
  for (const { intersection, ...pair } of overlaps) {
    for (const side of ['truth', 'prediction'] as const)
      covered[side].set(pair[side], (covered[side].get(pair[side]) ?? 0) + intersection)
  }
  const alone = (side: 'truth' | 'prediction', place: number, area: number): boolean =>
    10 * (covered[side].get(place) ?? 0) <= area
  const notMarked = indicesOf(errors.predictions, 'false').flatMap((place) => {
    const { id, area, category } = image.predictions[place]!
    if (!alone('prediction', place, area) || !isNew(predictions[place]!, area)) return []
    return [{ id, suspicion: 'not marked' as const, place, area, ...named(category) }]
  })
  const neverFound = indicesOf(errors.truth, 'missed').flatMap((place) => {
    const { id, area, category } = image.truth[place]!
    if (!alone('truth', place, area) || !isNew(truth[place]!, area)) return []
    return [{ id, suspicion: 'never found' as const, place, area, ...named(category) }]
  })
  return [...notMarked, ...neverFound]
}

/** The category of an instance, where it has one. */
export function named(category: string | null): { category?: string } {
  return category === null ? {} : { category }
}

function isKnown(rle: Rle, area: number, known: MaskIndex): boolean {
  return known.sharedWith(rle).some(({ mask, pixels }) => 2 * pixels > area + known.areas[mask]! - pixels)
}
